"""Validation: a good folder has no problems, and each kind of damage is found and named."""

import json
import operator
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.core.types import FrameResult
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name, unescape_name
from movenet_cli.output.folder.journal import JOURNAL_NAME, Journal
from movenet_cli.output.folder.output_file import output_of
from movenet_cli.output.folder.records import Entry
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.results.convert import convert_results
from movenet_cli.results.validate import Validation
from tests.output.formats.examples import (
    AWKWARD_NAMES,
    Documents,
    image_header,
    image_results,
    multi_header,
    multi_results,
    video_header,
    video_results,
    write_dataset,
    write_results,
)
from tests.results.finished import counts_of, run_fields, write_finished

DOCUMENTS: Documents = [
    (image_header("a.jpg"), image_results()),
    (video_header("clips/a.mp4"), video_results()),
    (multi_header("clips/b.mp4"), multi_results()),
    *((image_header(f"names/{i:02d}{name}"), image_results()) for i, name in enumerate(AWKWARD_NAMES)),
    (image_header("nobody.jpg"), [FrameResult(0, None, "empty")]),
]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What annotate leaves, with every format."""
    folder = tmp_path_factory.mktemp("original")
    write_finished(folder, DOCUMENTS)
    journal = Journal(folder)
    journal.add(Entry("gone.jpg", None, "", {}, {}, ("no image",), failed=True))
    journal.close()
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(original, tmp_path / "out"))


def record_run(folder: Path, documents: Documents = DOCUMENTS, **fields: object) -> None:
    """The account of a run in all formats, with something else in it."""
    (folder / "run.json").write_text(json.dumps(run_fields(documents, **fields)))


def problems(folder: Path) -> list[str]:
    found = Validation(folder).problems()
    return [f"{problem.where.relative_to(folder).as_posix()}: {problem.what}" for problem in found]


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, "utf-8")


def test_what_annotate_leaves_is_in_order(folder: Path) -> None:
    assert problems(folder) == []
    validation = Validation(folder)
    list(validation.problems())
    assert validation.files == 3 * len(DOCUMENTS) + 1 + 4 * len(DOCUMENTS)


def test_what_convert_leaves_is_in_order(folder: Path, tmp_path: Path) -> None:
    list(convert_results(folder, "csv", tmp_path / "csv"))
    assert problems(tmp_path / "csv") == []
    list(convert_results(folder, "coco", tmp_path / "coco"))
    assert problems(tmp_path / "coco") == []


def test_a_folder_of_something_else_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a results folder"):
        Validation(tmp_path)


def test_a_changed_number_is_found_by_its_fingerprint(folder: Path) -> None:
    edit(folder / "keypoints" / "a.jpg.json", lambda text: text.replace('"score": 0.', '"score": 1.'))
    assert problems(folder) == ["keypoints/a.jpg.json: it has been changed since it was written"]


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv"])
def test_a_missing_file_is_found(folder: Path, suffix: str) -> None:
    (folder / "keypoints" / "clips" / f"a.mp4.{suffix}").unlink()
    assert problems(folder) == [f"keypoints/clips/a.mp4.{suffix}: it is missing"]


def test_a_lost_frame_is_found_in_every_format(folder: Path) -> None:
    def drop_last_frame(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join(line for line in lines if '"frame": 120' not in line and ",120," not in line)

    for suffix in ("json", "jsonl", "csv"):
        edit(folder / "keypoints" / "clips" / f"a.mp4.{suffix}", drop_last_frame)
    found = [line for line in problems(folder) if "changed" not in line]
    assert found == [
        "keypoints/clips/a.mp4.json: nothing follows the comma after frame record 3",
        "keypoints/clips/a.mp4.jsonl: line 5 says 4 frames (2 ok, 1 empty, 1 failed), "
        "there are 3 frames (1 ok, 1 empty, 1 failed)",
        "journal.jsonl: 'clips/a.mp4' has other counts than its results",
        "coco.json: it has other counts of images of 'clips/a.mp4' than its results have of frames",
    ]


def test_files_of_one_input_that_disagree_are_found(folder: Path) -> None:
    path = folder / "keypoints" / "clips" / "a.mp4.csv"
    edit(path, lambda text: "".join(text.splitlines(keepends=True)[:-1]))
    assert problems(folder) == [
        "keypoints/clips/a.mp4.csv: it has other counts of frames than the other files of 'clips/a.mp4'",
        "keypoints/clips/a.mp4.csv: it has been changed since it was written",
    ]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda t: t.replace("nose_x", "nase_x"), "its columns are not those of a results table"),
        (lambda t: t.replace("clips/a.mp4,1,", "clips/b.mp4,1,"), "row 2 has 62 cells, or another source"),
        (lambda t: t.replace("clips/a.mp4,1,", "clips/a.mp4,1,,"), "row 2 has 63 cells, or another source"),
        (lambda t: t.replace("a.mp4,1,", "a.mp4,7,"), "row 3 is out of order"),
        (lambda t: t.replace(",empty,0,", ",empty,1,"), "row 2 is out of order"),
        (lambda t: t.replace(",empty,", ",full,"), "row 2 has no frame or status"),
        (lambda t: t.replace("a.mp4,1,", "a.mp4,-1,"), "row 2 has no frame or status"),
        (lambda t: t.replace(",empty,0,,", ",empty,0,,nan,"), "row 2 has 63 cells"),
        (lambda t: t.replace(",ok,0,,0.", ",ok,0,,1e999"), "row 1 has a cell that is not a finite number"),
        (lambda t: t.replace(",empty,0,,", ",empty,0,,x"), "row 2 has a cell that is not a finite number"),
        (lambda t: t + '"', "unexpected end of data"),
        (lambda t: "", "its columns are not those of a results table"),
    ],
)
def test_broken_tables_are_found(folder: Path, change: Callable[[str], str], what: str) -> None:
    edit(folder / "keypoints" / "clips" / "a.mp4.csv", change)
    first = problems(folder)[0]
    assert first.startswith("keypoints/clips/a.mp4.csv: ")
    assert what in first


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda t: t.replace('{"id": 2, "file_name"', '{"id": 3, "file_name"'), "image 2 has a wrong id"),
        (lambda t: t.replace('"width": 640', '"width": 0', 1), "width: expected int >= 1"),
        (lambda t: t.replace('{"id": 2, "image_id"', '{"id": 9, "image_id"'), "annotation 2 has a wrong id"),
        (lambda t: t.replace('"image_id": 2', '"image_id": 200'), "annotation 2 has a wrong image_id"),
        (lambda t: t.replace('"num_keypoints": ', '"num_keypoints": 1'), "num_keypoints is not how many"),
        (lambda t: t.replace('"bbox": [', '"bbox": [1, '), "bbox: expected array of length 4"),
        (lambda t: t.replace('"area": ', '"area": NaN, "x": '), "JSON is malformed"),
        (lambda t: t.replace('"area": ', '"area": 1e999, "x": '), "area: number out of range"),
        (lambda t: t.replace('"bbox"', '"bocks"'), "unknown field bocks"),
        (lambda t: t.replace("},\n", "}\n"), "a comma is missing"),
        (lambda t: t[: len(t) // 2], "input data was truncated"),
        (lambda t: t.removesuffix("}\n"), "it ends too early"),
        (lambda t: '{"x": ' + "[" * 100_000, "nested too deeply"),
        (lambda t: t.replace('"area": ', f'"area": {"9" * 400}, "x": ', 1), "area: number out of range"),
        (lambda t: t.replace('"status": "ok"', '"status": "good"', 1), "status: invalid value 'good'"),
        (lambda t: "[]", "expected object, got array"),
    ],
)
def test_broken_datasets_are_found(folder: Path, change: Callable[[str], str], what: str) -> None:
    edit(folder / "coco.json", change)
    (found,) = problems(folder)
    assert found.startswith("coco.json: broken after ")
    assert what in found


def test_a_dataset_in_another_layout_is_checked_as_well(folder: Path) -> None:
    edit(folder / "coco.json", lambda text: json.dumps(json.loads(text), sort_keys=True, indent=1))
    assert problems(folder) == []
    edit(folder / "coco.json", lambda text: text.replace('"image_id": 2,', '"image_id": 200,'))
    assert "annotation 2 has a wrong image_id" in problems(folder)[0]


def test_a_renamed_document_is_found(folder: Path) -> None:
    path = folder / "keypoints" / "a.jpg.json"
    path.rename(path.with_name("b.jpg.json"))
    assert problems(folder) == [
        "keypoints/b.jpg.json: its source is not the one that its path tells",
        "keypoints/a.jpg.json: it is missing",
        "keypoints/b.jpg.json: it belongs to no finished input that the journal knows",
    ]


def test_results_of_an_input_that_failed_later_are_found(folder: Path) -> None:
    journal = Journal(folder)
    journal.add(Entry("a.jpg", None, "", {}, {}, ("no image",), failed=True))
    journal.close()
    record_run(folder, DOCUMENTS[1:])
    assert problems(folder) == [
        f"keypoints/a.jpg.{suffix}: it belongs to no finished input that the journal knows"
        for suffix in ("csv", "json", "jsonl")
    ]


@pytest.mark.parametrize("name", ["keypoints/late.jpg.json", "keypoints/x/late.jpg.csv"])
def test_a_document_that_nobody_recorded_is_found(folder: Path, name: str) -> None:
    source = name.removeprefix("keypoints/").rpartition(".")[0]
    write_results(folder, [name.rpartition(".")[2]], [(image_header(source), image_results())])
    assert problems(folder) == [f"{name}: it belongs to no finished input that the journal knows"]


def test_a_lost_journal_is_found(folder: Path) -> None:
    (folder / JOURNAL_NAME).unlink()
    assert problems(folder) == ["journal.jsonl: it is missing"]


def test_a_run_in_which_every_input_failed_is_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.add(Entry("gone.jpg", None, "", {}, {}, ("no image",), failed=True))
    journal.close()
    record_run(tmp_path, [], options={"formats": ["json"]})
    assert problems(tmp_path) == []


def test_a_dataset_that_the_run_was_to_write_is_missed(folder: Path) -> None:
    (folder / "coco.json").unlink()
    assert problems(folder) == ["coco.json: it is missing"]
    record_run(folder, options={"formats": ["json"]})
    assert problems(folder) == []


def rewrite_dataset(folder: Path, documents: Documents) -> None:
    """The dataset of another run."""
    write_results(folder / "other", ["coco"], documents)
    parts = [FORMATS["coco"].path(folder / "other", header.source) for header, _ in documents]
    write_dataset(parts, folder / "coco.json")


def test_a_dataset_of_other_frames_is_found(folder: Path) -> None:
    same = [each for each in DOCUMENTS if each[0].source not in ("clips/a.mp4", "a.jpg")]
    nobody = (image_header("a.jpg"), [FrameResult(0, None, "empty")])
    rewrite_dataset(folder, [nobody, (video_header("clips/a.mp4"), [*video_results()[:2]] * 2), *same])
    assert problems(folder) == [
        f"coco.json: it has other counts of images of {name} than its results have of frames"
        for name in ("'a.jpg'", "'clips/a.mp4'")
    ]


def test_a_dataset_of_another_run_is_found(folder: Path) -> None:
    rewrite_dataset(folder, [(image_header("elsewhere.jpg"), image_results())])
    assert problems(folder) == [
        "coco.json: it has 1 images, the run had 24 frames",
        "coco.json: it has other counts of images of 'elsewhere.jpg' than its results have of frames",
    ]
    rewrite_dataset(folder, DOCUMENTS[:1])
    assert problems(folder) == ["coco.json: it has 1 images, the run had 24 frames"]


def spoilt(folder: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """The dataset's annotations changed, their ids counted anew, in our layout."""
    path = folder / "coco.json"
    text = path.read_text("utf-8")
    start = text.index('"annotations": [') + len('"annotations": [')
    annotations = json.loads(text)["annotations"]
    change(annotations)
    lines = [json.dumps(each | {"id": number}) for number, each in enumerate(annotations, 1)]
    path.write_text(text[:start] + "\n" + ",\n".join(lines) + "\n]\n}\n", "utf-8")


LOST_OR_CHANGED: list[tuple[str, str, Callable[[list[dict[str, Any]]], object]]] = [
    ("all lost", "a.jpg", list.clear),
    ("the first lost", "a.jpg", lambda people: people.pop(0)),
    ("the last lost", "nobody.jpg", lambda people: people.pop()),
    ("one of three in a frame", "clips/b.mp4", lambda people: people.pop(5)),
    ("a coordinate", "a.jpg", lambda people: operator.setitem(people[0]["keypoints"], 3, 0.5)),
    ("a box", "clips/b.mp4", lambda people: operator.setitem(people[4]["bbox"], 2, 1.0)),
    ("a score", "clips/a.mp4", lambda people: people[1].update(score=0.123)),
    ("an area", "clips/a.mp4", lambda people: people[1].update(area=7)),
    ("a track", "clips/b.mp4", lambda people: people[3].update(track_id=9)),
    ("something in addition", "a.jpg", lambda people: people[0].update(caption="x")),
    ("twice", "a.jpg", lambda people: people.insert(0, people[0])),
]


@pytest.mark.parametrize("kept", ["everything", "documents", "JSON lines", "parts"])
@pytest.mark.parametrize(
    ("source", "change"), [pytest.param(*each[1:], id=each[0]) for each in LOST_OR_CHANGED]
)
def test_annotations_that_are_lost_or_changed_are_found(
    folder: Path, kept: str, source: str, change: Callable[[list[dict[str, Any]]], object]
) -> None:
    """Whatever else there is to compare them with."""
    if kept != "everything":
        (folder / JOURNAL_NAME).unlink()
        (folder / "run.json").unlink()
    if kept == "parts":
        shutil.rmtree(folder / "keypoints")
    elif kept != "everything":
        shutil.rmtree(folder / ".movenet")
    if kept == "JSON lines":
        for path in [*folder.rglob("keypoints/**/*.json"), *folder.rglob("*.csv")]:
            path.unlink()
    assert problems(folder) == []
    spoilt(folder, change)
    found = problems(folder)
    assert found
    assert all(line.startswith("coco.json: ") for line in found)
    assert len(found) == 1 or "lost" not in source


def test_what_is_lost_from_the_dataset_is_named(folder: Path) -> None:
    spoilt(folder, lambda people: people[1].update(score=0.123))
    assert problems(folder) == [
        "coco.json: its annotations of 'clips/a.mp4' are not those of '.movenet/coco/clips/a.mp4.coco'"
    ]


def forget(folder: Path, *names: str) -> None:
    """Remove the journal's lines and all files of some inputs, or of all of them, but `run.json`."""
    lines = (folder / JOURNAL_NAME).read_bytes().splitlines(keepends=True)
    entries = [(line, json.loads(line)) for line in lines]
    gone = [entry for _, entry in entries if not names or entry["name"] in names]
    (folder / JOURNAL_NAME).write_bytes(b"".join(line for line, entry in entries if entry not in gone))
    for entry in gone:
        for output in entry["outputs"]:
            (folder / unescape_name(output)).unlink()


@pytest.mark.parametrize("is_listed", [True, False])
def test_inputs_that_only_the_run_still_knows_are_missed(folder: Path, is_listed: bool) -> None:
    (folder / "coco.json").unlink()
    record_run(folder, options={"formats": ["json"]}, **({"files": listed(DOCUMENTS)} if is_listed else {}))
    assert problems(folder) == []
    forget(folder, "a.jpg")
    (found,) = problems(folder)
    assert found.startswith("journal.jsonl: ")
    assert (found.endswith("that it does not have: 'a.jpg'")) == is_listed
    forget(folder)
    (found,) = problems(folder)
    assert found.startswith("journal.jsonl: ")
    assert str(len(DOCUMENTS) - is_listed) in found


def listed(documents: Documents, state: str = "done") -> list[dict[str, object]]:
    """The inputs as the account of a run lists them."""
    return [{"source": escape_name(header.source), "path": None, "state": state} for header, _ in documents]


def test_an_input_of_an_earlier_run_does_not_stand_for_a_lost_one(folder: Path) -> None:
    """The last run had all inputs but one; another one's line and files are gone."""
    files = [*listed(DOCUMENTS[1:]), *listed([(image_header("gone.jpg"), [])], "failed")]
    record_run(folder, DOCUMENTS[1:], options={"formats": ["json"]}, files=files)
    (folder / "coco.json").unlink()
    assert problems(folder) == []
    forget(folder, "clips/a.mp4")
    (found,) = problems(folder)
    assert found == "journal.jsonl: the run finished inputs that it does not have: 'clips/a.mp4'"


def test_counts_that_are_not_those_of_the_run_are_found(folder: Path) -> None:
    record_run(folder, frames=counts_of(DOCUMENTS) | {"ok": 5})
    (found,) = problems(folder)
    assert found.startswith("run.json: it counts 24 frames (5 ok, ")


def test_an_account_alone_is_not_in_order(folder: Path) -> None:
    for path in (folder / "keypoints", folder / ".movenet"):
        shutil.rmtree(path)
    for name in (JOURNAL_NAME, "coco.json"):
        (folder / name).unlink()
    assert problems(folder) == ["journal.jsonl: it is missing", "coco.json: it is missing"]


def test_a_dataset_of_some_inputs_of_earlier_runs_is_in_order(folder: Path) -> None:
    rewrite_dataset(folder, DOCUMENTS[1:3])
    record_run(folder, DOCUMENTS[1:3])
    assert problems(folder) == []


def test_an_image_with_the_name_of_a_video_frame_is_in_order(folder: Path, tmp_path: Path) -> None:
    documents: Documents = [
        (video_header("a.mp4"), video_results()),
        (image_header("a.mp4#000002"), image_results()),
    ]
    write_results(tmp_path / "new", ["json"], documents)
    list(convert_results(tmp_path / "new", "coco"))
    assert problems(tmp_path / "new") == []


@pytest.mark.parametrize("name", ["coco.json", "run.json", JOURNAL_NAME, "keypoints/a.jpg.json"])
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path)])
def test_what_is_no_file_is_not_waited_for(folder: Path, name: str, make: Callable[[Path], None]) -> None:
    (folder / name).unlink()
    make(folder / name)
    (found,) = problems(folder)
    assert found in (f"{name}: it is not a regular file", f"{name}: it is missing")


def test_only_the_last_line_of_an_input_counts(folder: Path) -> None:
    lines = (folder / JOURNAL_NAME).read_bytes().splitlines(keepends=True)
    old = json.loads(lines[0])
    old["counts"]["frames"] = 77
    (folder / JOURNAL_NAME).write_bytes(json.dumps(old).encode() + b"\n" + b"".join(lines))
    assert problems(folder) == []


def test_a_damaged_journal_is_found(folder: Path) -> None:
    with (folder / JOURNAL_NAME).open("ab") as stream:
        stream.write(b'{"name": "b')
    assert problems(folder)[-1] == "journal.jsonl: a damaged line of the journal"


def test_a_journal_does_not_lead_out_of_the_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    journal = Journal(folder)
    for name in ("../secret", str(tmp_path / "secret")):
        journal.add(Entry(name, None, "", {name: output_of(tmp_path / "secret")}, {}))
    journal.close()
    found = problems_of(folder)
    assert [what for _, what in found] == ["a damaged line of the journal"]


def problems_of(folder: Path) -> list[tuple[Path, str]]:
    return [(problem.where, problem.what) for problem in Validation(folder).problems()]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "it is missing"),
        ("{}", "cannot be read"),
        ('{"complete": true, "frames": {"frames": NaN}, "options": {"formats": []}}', "cannot be read"),
        ('{"complete": true, "frames": {"frames": 1e999}, "options": {"formats": []}}', "cannot be read"),
        ('{"complete": true, "frames": {"frames": 1}, "options": {"formats": 5}}', "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("[1]", "cannot be read"),
        ("not json", "cannot be read"),
    ],
)
def test_a_run_without_its_account_is_said(folder: Path, content: str | None, what: str) -> None:
    if content is None:
        (folder / "run.json").unlink()
    else:
        (folder / "run.json").write_text(content)
    (found,) = problems(folder)
    assert found.startswith("run.json: ")
    assert what in found


def test_a_run_that_did_not_end_is_said(folder: Path) -> None:
    record_run(folder, complete=False)
    assert problems(folder) == ["run.json: the run did not reach its end; start it again to go on"]
