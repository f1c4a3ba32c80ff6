"""`movenet convert` in folders that hold more than one run left: what is there stays, or is ours."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from tests.conftest import PROJECT
from tests.support.media import gradient, write_image, write_video

DOCUMENTS = ("keypoints/a.jpg.json", "keypoints/b.png.json", "keypoints/c.mp4.json")


@pytest.fixture
def place(a_model: Path, tmp_path: Path) -> Path:
    """A folder with a person, nobody and a video in `media`, and their results in `out`, as JSON and COCO."""
    make_media(tmp_path / "media")
    assert annotate(tmp_path, a_model, "json,coco") == ExitCode.OK
    return tmp_path


def make_media(folder: Path) -> None:
    folder.mkdir()
    shutil.copy(PROJECT / "sample_images/gym.jpg", folder / "a.jpg")
    write_image(folder / "b.png", gradient(seed=1))
    write_video(folder / "c.mp4", 3)


def annotate(place: Path, model: Path, formats: str, *inputs: str) -> int:
    files = [str(place / "media" / name) for name in inputs] or [str(place / "media")]
    return run(["annotate", *files, "-m", str(model), "-o", str(place / "out"), "-f", formats, "-q"])


def convert(place: Path, form: str, to: Path | None = None) -> int:
    output = [] if to is None else ["-o", str(to)]
    return run(["convert", str(place / "out"), "--to", form, *output])


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("lock", "journal.jsonl")
    }


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def test_an_input_that_was_removed_does_not_come_back(
    a_model: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "media/b.png").unlink()
    assert annotate(place, a_model, "json,coco") == ExitCode.OK
    before = contents(place / "out")
    capsys.readouterr()
    assert convert(place, "coco") == ExitCode.OK
    assert "the last run did not have it: b.png\n" in capsys.readouterr().err
    assert contents(place / "out") == before
    assert convert(place, "coco", place / "to") == ExitCode.OK
    assert (place / "to/coco.json").read_bytes() == before["coco.json"]
    assert b"b.png" not in before["coco.json"]
    assert run(["validate", str(place / "out")]) == ExitCode.OK


@pytest.mark.parametrize("broken", [DOCUMENTS, DOCUMENTS[:1]], ids=["all", "one"])
def test_a_good_dataset_outlives_broken_documents(
    place: Path, broken: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    before = (place / "out/coco.json").read_bytes()
    for name in broken:
        cut(place / "out" / name)
    capsys.readouterr()
    code = ExitCode.INPUT if len(broken) == 3 else ExitCode.PARTIAL
    assert convert(place, "coco") == code
    assert (place / "out/coco.json").read_bytes() == before
    said = capsys.readouterr().err
    assert all(name in said for name in broken)
    assert convert(place, "coco", place / "to") == code
    assert (place / "to/coco.json").exists() == (code == ExitCode.PARTIAL)


def test_an_input_without_a_document_stays_in_the_dataset(
    a_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One input has COCO alone, the others JSON as well."""
    make_media(tmp_path / "media")
    assert annotate(tmp_path, a_model, "json,coco", "a.jpg", "b.png") == ExitCode.OK
    assert annotate(tmp_path, a_model, "coco") == ExitCode.OK
    before = (tmp_path / "out/coco.json").read_bytes()
    assert convert(tmp_path, "coco") == ExitCode.OK
    assert (tmp_path / "out/coco.json").read_bytes() == before
    assert before.count(b'"file_name"') == 5
    capsys.readouterr()
    assert convert(tmp_path, "csv") == ExitCode.PARTIAL
    assert "c.mp4: it has no JSON or JSONL document" in capsys.readouterr().err
    assert run(["validate", str(tmp_path / "out")]) == ExitCode.OK


@pytest.mark.parametrize(("form", "name"), [("csv", "keypoints/b.png.csv"), ("coco", "coco.json")])
@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text("mine"),
        Path.mkdir,
        os.mkfifo,
        lambda path: path.symlink_to("nowhere"),
    ],
    ids=["file", "folder", "pipe", "link"],
)
def test_what_is_not_ours_is_in_the_way(
    a_model: Path,
    tmp_path: Path,
    form: str,
    name: str,
    elsewhere: bool,
    make: Callable[[Path], object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 5 naming it, before anything is written."""
    make_media(tmp_path / "media")
    assert annotate(tmp_path, a_model, "json") == ExitCode.OK
    to = tmp_path / ("to" if elsewhere else "out")
    (to / name).parent.mkdir(parents=True, exist_ok=True)
    make(to / name)
    before = contents(to)
    capsys.readouterr()
    assert convert(tmp_path, form, to if elsewhere else None) == ExitCode.OUTPUT
    assert str(to / name) in capsys.readouterr().err
    assert contents(to) == before


def test_converted_files_may_be_converted_anew(place: Path, a_model: Path) -> None:
    """Into another folder, with other results the second time; a table changed by hand is put aside."""
    to = place / "to"
    for form in ("csv", "jsonl", "coco"):
        assert convert(place, form, to) == ExitCode.OK
    first = contents(to)
    assert run(["validate", str(to)]) == ExitCode.OK
    (to / "keypoints/a.jpg.csv").write_text("changed by hand")
    assert run(["validate", str(to)]) == ExitCode.INPUT
    options = [
        "-m",
        str(a_model),
        "-o",
        str(place / "out"),
        "-f",
        "json",
        "--min-score",
        "0.9",
        "--overwrite",
    ]
    assert run(["annotate", str(place / "media"), *options]) == ExitCode.OK
    for form in ("csv", "jsonl", "coco"):
        assert convert(place, form, to) == ExitCode.OK
    second = contents(to)
    assert second.pop("keypoints/a.jpg.csv.bak") == b"changed by hand"
    assert second.keys() == first.keys()
    assert second["coco.json"] != first["coco.json"]
    assert run(["validate", str(to)]) == ExitCode.OK


@pytest.mark.parametrize(("form", "name"), [("jsonl", "keypoints/a.jpg.jsonl"), ("coco", "coco.json")])
def test_the_results_of_another_run_are_not_replaced(
    place: Path, a_model: Path, form: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = place / "other"
    options = ["-m", str(a_model), "-o", str(other), "-f", "jsonl,coco", "--min-score", "0.9"]
    assert run(["annotate", str(place / "media"), *options]) == ExitCode.OK
    before = contents(other)
    capsys.readouterr()
    assert convert(place, form, other) == ExitCode.OUTPUT
    assert str(other / name) in capsys.readouterr().err
    assert contents(other) == before


def test_documents_corrected_by_hand_may_be_converted_again_and_again(
    place: Path, a_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tables follow the document; the next run makes its own, and puts the document aside."""
    out = place / "out"
    for score in (0.2345, 0.4321):
        document = json.loads((out / DOCUMENTS[0]).read_text())
        document["frames"][0]["poses"][0]["score"] = score
        (out / DOCUMENTS[0]).write_text(json.dumps(document))
        assert convert(place, "csv") == ExitCode.OK
        assert convert(place, "coco") == ExitCode.OK
        assert f",{score}," in (out / "keypoints/a.jpg.csv").read_text()
        assert f'"score": {score}' in (out / "coco.json").read_text()
    capsys.readouterr()
    assert run(["validate", str(out)]) == ExitCode.INPUT
    (found,) = capsys.readouterr().out.splitlines()
    assert found == f"{out / DOCUMENTS[0]}: it has been changed since it was written"
    corrected = (out / DOCUMENTS[0]).read_bytes()
    assert annotate(place, a_model, "json,csv,coco") == ExitCode.OK
    after = contents(out)
    assert after[f"{DOCUMENTS[0]}.bak"] == corrected
    assert b"0.4321" not in after["keypoints/a.jpg.csv"] + after["coco.json"]
    assert run(["validate", str(out)]) == ExitCode.OK
    assert convert(place, "csv") == ExitCode.OK
    assert contents(out) == after


def test_a_run_keeps_what_was_converted(place: Path, a_model: Path) -> None:
    """Tables and lines are as the run would have written them: nothing is left to do."""
    for form in ("csv", "jsonl"):
        assert convert(place, form) == ExitCode.OK
    out = place / "out"
    before = {name: (out / name).stat().st_mtime_ns for name in contents(out) if "keypoints/" in name}
    assert annotate(place, a_model, "json,jsonl,csv,coco") == ExitCode.OK
    assert {name: (out / name).stat().st_mtime_ns for name in before} == before
    assert json.loads((out / "run.json").read_text())["inputs"]["kept"] == 3
    assert run(["validate", str(out)]) == ExitCode.OK


def test_a_folder_without_a_journal_can_be_converted(place: Path) -> None:
    """Documents that somebody copied out of their results folder; and twice, since the tables are known."""
    out = place / "out"
    for name in ("journal.jsonl", "run.json", "coco.json"):
        (out / name).unlink()
    shutil.rmtree(out / ".movenet")
    for _ in range(2):
        for form in ("csv", "coco"):
            assert convert(place, form) == ExitCode.OK
    assert run(["validate", str(out)]) == ExitCode.OK
