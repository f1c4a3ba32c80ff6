"""What a run does with an input that an earlier run may have finished: kept, added to, or done again."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.errors import MediaError
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.output.folder.fingerprint import Reading, fingerprint, location_of, same_content
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import MEDIA, Layout
from movenet_cli.output.folder.output_file import output_of
from movenet_cli.output.folder.plan import PlannedInput
from movenet_cli.output.folder.planner import FolderPlanner
from movenet_cli.output.folder.records import Entry
from movenet_cli.output.folder.result_settings import ResultSettings, settings_key
from tests.output.folder.conftest import OUTPUTS


def settings_of(media: Media, **options: object) -> ResultSettings:
    values = {"media": media, "models": [["mini", "5a", "litert"]], "options": options, "kinds": ["single"]}
    return ResultSettings(settings_key(values), values)


@pytest.fixture
def entry(source: Path, folder: Path) -> Entry:
    """What the journal has of the input after a run in both formats."""
    outputs = {path: output_of(folder / path) for path in OUTPUTS}
    counts = {"frames": 1, "ok": 1, "empty": 0, "failed": 0}
    key = settings_of("image", min_score=0.3).key
    return Entry("a.jpg", fingerprint(source), key, outputs, counts, path=location_of(source))


def planner_of(
    folder: Path, journal: Journal, formats: Sequence[str], *, overwrite: bool = False, **options: object
) -> FolderPlanner:
    settings: dict[Media, ResultSettings] = {media: settings_of(media, **options) for media in MEDIA}
    layout = Layout(formats, overlay=False)
    return FolderPlanner(
        LocalStorage(folder), journal, layout, settings, lambda _: "image", overwrite=overwrite
    )


def decided(
    folder: Path,
    source: Path,
    entry: Entry | None,
    formats: tuple[str, ...] = ("json", "csv"),
    *,
    min_score: float = 0.3,
    overwrite: bool = False,
    read: Reading = "when touched",
) -> PlannedInput:
    """What the run decides when the input's turn comes."""
    journal = Journal(folder)
    journal.note([settings_of("image", min_score=0.3), settings_of("video", min_score=0.3)])
    planner = planner_of(folder, journal, formats, overwrite=overwrite, min_score=min_score)
    try:
        return planner.decide(
            InputFile(source, "a.jpg"), entry, lambda recorded: same_content(recorded, source, read=read)
        )
    finally:
        journal.close()


@pytest.mark.parametrize("formats", [("json", "csv"), ("json",)])
def test_what_is_there_and_has_not_changed_is_kept(
    source: Path, folder: Path, entry: Entry, formats: tuple[str, ...]
) -> None:
    planned = decided(folder, source, entry, formats)
    assert (planned.action, planned.removes) == ("keep", ())
    assert planned.fingerprint == entry.fingerprint


@pytest.mark.parametrize("left", ["nothing", "failure", "deleted"])
def test_an_input_without_results_is_new(source: Path, folder: Path, entry: Entry, left: str) -> None:
    failed = Entry("a.jpg", None, "", {}, {}, ("no image",), failed=True)
    if left == "deleted":
        for name in OUTPUTS:
            (folder / name).unlink()
    recorded = {"nothing": None, "failure": failed, "deleted": entry}[left]
    assert decided(folder, source, recorded).action == "annotate"


def test_other_settings_are_told(source: Path, folder: Path, entry: Entry) -> None:
    planned = decided(folder, source, entry, ("json",), min_score=0.4)
    assert (planned.action, planned.reason) == ("redo", "min_score 0.3, now 0.4")
    assert planned.removes == ("keypoints/a.jpg.csv",)
    assert not planned.up_to_date


def test_one_more_format_is_added(source: Path, folder: Path, entry: Entry) -> None:
    planned = decided(folder, source, entry, ("json", "csv", "jsonl"))
    assert (planned.action, planned.reason, planned.removes) == ("add", "jsonl", ())
    assert list(planned.up_to_date) == OUTPUTS


@pytest.mark.parametrize("fault", ["cut", "gone"])
def test_a_missing_or_cut_result_is_written_again(
    source: Path, folder: Path, entry: Entry, fault: str
) -> None:
    if fault == "cut":
        os.truncate(folder / OUTPUTS[0], 3)
    else:
        (folder / OUTPUTS[0]).unlink()
    planned = decided(folder, source, entry)
    assert (planned.action, planned.reason, list(planned.up_to_date)) == ("add", "json", OUTPUTS[1:])
    assert decided(folder, source, entry, ("csv",)).action == "keep", "nobody asks for it now"
    assert decided(folder, source, entry, ("jsonl",)).removes == ((OUTPUTS[0],) if fault == "cut" else ())


def test_overwriting_does_all_again_and_leaves_the_rest(source: Path, folder: Path, entry: Entry) -> None:
    planned = decided(folder, source, entry, ("csv",), overwrite=True)
    assert (planned.action, planned.reason, planned.removes) == ("redo", "--overwrite", ())
    assert list(planned.up_to_date) == OUTPUTS


@pytest.mark.parametrize("content", [b"another image", b"IMAGE"], ids=["size", "content"])
def test_another_content_is_done_again(source: Path, folder: Path, entry: Entry, content: bytes) -> None:
    source.write_bytes(content)
    os.utime(source, ns=(1, 1))
    planned = decided(folder, source, entry, ("csv",))
    assert (planned.action, planned.reason) == ("redo", "the input has changed")
    assert planned.removes == (OUTPUTS[0],)
    assert not planned.up_to_date


def test_a_touched_input_is_kept_by_its_content(source: Path, folder: Path, entry: Entry) -> None:
    os.utime(source, ns=(1, 1))
    planned = decided(folder, source, entry)
    assert planned.action == "keep"
    assert planned.fingerprint == fingerprint(source) != entry.fingerprint
    assert decided(folder, source, entry, read="never").action == "redo"


def test_the_same_size_and_time_are_trusted_unless_the_content_is_asked_for(
    source: Path, folder: Path, entry: Entry
) -> None:
    status = source.stat()
    source.write_bytes(b"IMAGE")
    os.utime(source, ns=(status.st_mtime_ns, status.st_mtime_ns))
    assert decided(folder, source, entry).action == "keep"
    assert decided(folder, source, entry, read="always").action == "redo"


def test_a_vanished_input_is_this_inputs_problem(source: Path, folder: Path, entry: Entry) -> None:
    source.unlink()
    with pytest.raises(MediaError, match="No such file"):
        decided(folder, source, entry)
    with pytest.raises(MediaError, match="No such file"):
        fingerprint(source)


def test_an_input_of_another_kind_has_no_results(source: Path, folder: Path, entry: Entry) -> None:
    """Its key is that of the settings for videos, and it has turned out to be an image."""
    planner = planner_of(folder, Journal(folder), ["json"])
    as_video = replace(entry, key=settings_of("video").key)
    file = InputFile(source, "a.jpg")
    assert planner.decide(file, as_video, lambda recorded: recorded).action == "keep"
    planned = planner.decide(file, as_video, lambda recorded: recorded, ["image"])
    assert (planned.action, dict(planned.up_to_date)) == ("redo", {})
