"""The results folder between two runs: what stays, what goes, and what the journal knows as ours."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from movenet_cli.cli.main import run
from movenet_cli.core.results import Summary
from movenet_cli.core.types import FailedFrame, Frame, FrameResult
from movenet_cli.errors import ExitCode, MediaError
from movenet_cli.models.litert import LitertRunner
from movenet_cli.output.folder import order as folder
from movenet_cli.output.folder.journal import read_journal
from movenet_cli.output.interface import Sink
from movenet_cli.output.overlay.image import OverlayImage
from movenet_cli.run import inputs as run_inputs
from tests.support.media import gradient, write_image, write_video

Annotate = Callable[..., int]


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A folder with an image that is always good."""
    write_image(tmp_path / "in" / "good.jpg")
    return tmp_path / "in"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def annotate(a_model: Path, media: Path, out: Path) -> Annotate:
    def call(*arguments: object) -> int:
        fixed = ("-o", str(out), "-m", str(a_model), "--crop", "none", "--progress", "none", "-q")
        return run(["annotate", str(media), *map(str, arguments), *fixed])

    return call


def files(out: Path) -> list[str]:
    """All results of inputs, the good image's left out."""
    found = [
        *(out / "keypoints").rglob("*"),
        *(out / "overlay").rglob("*"),
        *(out / ".movenet/coco").rglob("*"),
    ]
    names = [path.relative_to(out).as_posix() for path in found if path.is_file()]
    return sorted(name for name in names if "good.jpg" not in name)


def owned(out: Path, name: str) -> list[str]:
    """What the journal knows as results of one input."""
    (*_, last) = (entry for entry in read_journal(out) if entry.name == name)
    return sorted(last.outputs)


def inputs(out: Path) -> dict[str, int]:
    counts: dict[str, int] = json.loads((out / "run.json").read_text())["inputs"]
    return counts


def test_a_video_that_has_become_too_short_leaves_nothing(annotate: Annotate, media: Path, out: Path) -> None:
    write_video(media / "v.mp4", 8)
    assert annotate("--start", "0.5", "-f", "json,csv") == ExitCode.OK
    assert files(out) == ["keypoints/v.mp4.csv", "keypoints/v.mp4.json"]
    write_video(media / "v.mp4", 2)
    assert annotate("--start", "0.5") == ExitCode.PARTIAL
    assert files(out) == owned(out, "v.mp4") == []


def test_a_name_too_long_for_one_of_two_formats_leaves_neither(
    annotate: Annotate, media: Path, out: Path
) -> None:
    write_image(media / ("n" * 247 + ".jpg"))
    assert annotate("-f", "csv,json") == ExitCode.PARTIAL
    assert files(out) == []


def test_an_overlay_that_cannot_be_finished_leaves_no_document(
    annotate: Annotate, media: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_image(media / "a.png")
    close = OverlayImage.close

    def fail(self: OverlayImage, summary: Summary) -> None:
        if self._file.path.name == "a.png":
            raise MediaError("it does not fit")
        close(self, summary)

    monkeypatch.setattr(OverlayImage, "close", fail)
    assert annotate("-f", "json,coco", "--overlay") == ExitCode.PARTIAL
    assert files(out) == []


def test_a_format_that_fails_costs_no_other_that_is_up_to_date(
    annotate: Annotate, media: Path, out: Path
) -> None:
    name = "n" * 247 + ".jpg"
    write_image(media / name)
    assert annotate("-f", "csv") == ExitCode.OK
    assert annotate("-f", "csv,json") == ExitCode.PARTIAL
    assert files(out) == owned(out, name) == [f"keypoints/{name}.csv"]
    assert annotate("-f", "csv") == ExitCode.OK
    assert inputs(out)["kept"] == 2


def test_results_that_no_line_of_the_journal_tells_of_are_not_touched(
    annotate: Annotate, media: Path, out: Path
) -> None:
    write_image(media / "a.png")
    annotate()
    (out / "journal.jsonl").unlink()
    before = (out / "keypoints/a.png.json").read_bytes()
    (media / "a.png").write_text("broken now")
    assert annotate() == ExitCode.OUTPUT
    assert (out / "keypoints/a.png.json").read_bytes() == before


def test_results_of_other_options_do_not_stand_for_an_input_that_fails(
    annotate: Annotate, media: Path, out: Path
) -> None:
    write_image(media / "big.png", gradient(300, 200))
    annotate()
    assert annotate("--max-pixels", "10000") == ExitCode.OK, "the limit does not make results stale"
    assert annotate("--max-pixels", "10000", "--min-score", "0.4", "--overwrite") == ExitCode.PARTIAL
    assert files(out) == owned(out, "big.png") == []


def test_an_input_that_cannot_be_read_now_keeps_what_it_had(
    annotate: Annotate, media: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_image(media / "a.png")
    annotate()

    def refuse(*_: object) -> None:
        raise MediaError("cannot read it: Input/output error")

    monkeypatch.setattr(folder, "fingerprint", refuse)
    assert annotate("--min-score", "0.4", "--overwrite") == ExitCode.INPUT
    assert files(out) == owned(out, "a.png") == ["keypoints/a.png.json"]
    monkeypatch.undo()
    assert annotate() == ExitCode.OK
    assert inputs(out)["kept"] == 2


@pytest.mark.parametrize("score", ["0.3", "0.4"])
def test_the_dataset_holds_what_this_run_did_or_kept(
    annotate: Annotate, media: Path, out: Path, monkeypatch: pytest.MonkeyPatch, score: str
) -> None:
    path = write_image(media / "a.png")
    assert annotate("-f", "json,coco") == ExitCode.OK
    find = run_inputs.discover

    def find_and_remove(*arguments: Any, **options: Any) -> Any:
        found = find(*arguments, **options)
        path.unlink()
        return found

    monkeypatch.setattr(run_inputs, "discover", find_and_remove)
    assert annotate("-f", "json,coco", "--min-score", score, "--overwrite") == ExitCode.PARTIAL
    assert owned(out, "a.png") == [".movenet/coco/a.png.coco", "keypoints/a.png.json"]
    images = json.loads((out / "coco.json").read_text())["images"]
    assert [image["file_name"] for image in images] == ["good.jpg"]
    assert run(["validate", str(out)]) == ExitCode.OK


def test_a_touched_input_is_kept_and_recorded_with_its_new_time(
    annotate: Annotate, media: Path, out: Path
) -> None:
    annotate()
    os.utime(media / "good.jpg", ns=(1, 1))
    assert annotate() == ExitCode.OK
    assert inputs(out)["kept"] == 1
    *_, last = read_journal(out)
    assert last.fingerprint
    assert last.fingerprint.mtime_ns == 1
    assert last.outputs


def test_files_of_two_contents_never_lie_side_by_side(annotate: Annotate, media: Path, out: Path) -> None:
    """The input was replaced by one of the same size and time, which shows only when it is read."""
    path = write_image(media / "a.bmp", gradient(seed=1))
    annotate()
    status, before = path.stat(), (out / "keypoints/a.bmp.json").read_bytes()
    write_image(path, np.flip(gradient(seed=1), 1))
    os.utime(path, ns=(status.st_mtime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert annotate() == ExitCode.OK
    assert inputs(out)["kept"] == 2, "nothing has to be read"
    assert annotate("-f", "json,csv") == ExitCode.OK
    assert inputs(out)["done"] == 2, "one more format for both"
    assert (out / "keypoints/a.bmp.json").read_bytes() != before


def test_an_input_that_changed_and_cannot_be_read_keeps_nothing(
    annotate: Annotate, media: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_image(media / "a.png")
    annotate()
    write_image(media / "a.png", gradient(50, 40, 7))

    def refuse(*_: object) -> None:
        raise MediaError("cannot read it: Permission denied")

    monkeypatch.setattr(folder, "fingerprint", refuse)
    assert annotate() == ExitCode.PARTIAL
    assert files(out) == owned(out, "a.png") == []


@pytest.mark.parametrize("change", ["grown", "touched"])
def test_an_input_that_changes_while_it_is_read_is_a_failure(
    annotate: Annotate, media: Path, out: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = write_image(media / "a.png", gradient(200, 100))
    network = LitertRunner.run

    def change_then_run(self: LitertRunner, batch: Any) -> Any:
        if change == "grown":
            with path.open("ab") as stream:
                stream.write(b"more")
        else:
            os.utime(path, ns=(1, 1))
        return network(self, batch)

    monkeypatch.setattr(LitertRunner, "run", change_then_run)
    assert annotate("-f", "json,csv", "--overlay") == ExitCode.PARTIAL
    (failure,) = json.loads((out / "run.json").read_text())["failures"]
    assert failure == {
        "source": "a.png",
        "reason": "it changed while it was read; run the same command again",
    }
    assert files(out) == owned(out, "a.png") == []


def test_overwrite_leaves_alone_what_was_not_asked_for(annotate: Annotate, media: Path, out: Path) -> None:
    write_image(media / "a.png")
    annotate("-f", "json,csv", "--overlay")
    before = {name: (out / name).stat().st_mtime_ns for name in files(out)}
    assert annotate("-f", "csv", "--overwrite") == ExitCode.OK
    after = {name: (out / name).stat().st_mtime_ns for name in files(out)}
    assert {name for name in before if before[name] != after[name]} == {"keypoints/a.png.csv"}
    assert owned(out, "a.png") == sorted(before)


def test_overwrite_removes_what_is_stale(annotate: Annotate, media: Path, out: Path) -> None:
    write_image(media / "a.png")
    annotate("-f", "json,csv")
    assert annotate("-f", "csv", "--overwrite", "--min-score", "0.4") == ExitCode.OK
    assert files(out) == owned(out, "a.png") == ["keypoints/a.png.csv"]


class Nothing(Sink):
    """An overlay without an image."""

    def write(self, frame: Frame | FailedFrame, result: FrameResult) -> None:
        pass

    def close(self, summary: Summary) -> None:
        pass

    def abort(self) -> None:
        pass


def test_an_overlay_never_takes_its_inputs_place(a_model: Path, out: Path) -> None:
    path = write_image(out / "overlay" / "a.png")
    data = path.read_bytes()
    arguments = ("annotate", path.parent, "-o", out, "--overlay", "-m", a_model, "-f", "json,csv")
    for more in ([], ["--overwrite"]):
        assert run([*map(str, arguments), *more]) == ExitCode.OUTPUT
        assert path.read_bytes() == data
        assert files(out) == ["overlay/a.png"]


def test_an_old_file_does_not_count_as_written(
    annotate: Annotate, media: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_image(media / "a.png")
    annotate("--overlay")
    assert files(out) == owned(out, "a.png") == ["keypoints/a.png.json", "overlay/a.png"]
    monkeypatch.setattr(folder, "open_overlay", lambda *_, **__: Nothing())
    write_image(media / "a.png", gradient(seed=4))
    assert annotate("--overlay") == ExitCode.OK
    assert files(out) == owned(out, "a.png") == ["keypoints/a.png.json"]


def test_the_strike_is_on_the_disk_before_the_new_file_has_its_name(
    annotate: Annotate, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    sync, replace = os.fsync, Path.replace

    def log_sync(handle: int) -> None:
        sync(handle)
        if os.fstat(handle).st_ino == (out / "journal.jsonl").stat().st_ino:
            last = json.loads((out / "journal.jsonl").read_text().splitlines()[-1])
            events.append("begun" if "begun" in last else "struck" if not last["outputs"] else "added")

    def log_replace(self: Path, target: Path) -> Path:
        events.append(target.name)
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", log_sync)
    monkeypatch.setattr(Path, "replace", log_replace)
    assert annotate() == ExitCode.OK
    assert events == ["begun", "run.json", "good.jpg.json", "added", "run.json"]
    events.clear()
    assert annotate("--min-score", "0.4", "--overwrite") == ExitCode.OK
    assert events.pop(0) == "journal.jsonl", "lines that are not needed any more go first"
    assert events == ["begun", "run.json", "struck", "good.jpg.json", "added", "run.json"]


def test_a_dataset_goes_when_its_results_have_changed(annotate: Annotate, media: Path, out: Path) -> None:
    write_image(media / "a.png")
    annotate("-f", "json,coco")
    before = (out / "coco.json").read_bytes()
    annotate("-f", "csv")
    assert (out / "coco.json").read_bytes() == before, "one more format changes no pose"
    write_image(media / "a.png", gradient(seed=5))
    annotate("-f", "json")
    assert not (out / "coco.json").exists()
    annotate("-f", "json,coco")
    assert len(json.loads((out / "coco.json").read_text())["images"]) == 2


@pytest.mark.parametrize("fault", ["new", "broken"])
def test_a_dataset_goes_when_inputs_come_or_fail(
    annotate: Annotate, media: Path, out: Path, fault: str
) -> None:
    write_image(media / "a.png")
    annotate("-f", "json,coco")
    if fault == "new":
        write_image(media / "b.png")
    else:
        (media / "a.png").write_text("broken now")
    annotate("-f", "json")
    assert not (out / "coco.json").exists()
