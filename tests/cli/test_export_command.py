"""`movenet convert` to other tools' files: options that fit or do not, messages, exit codes."""

from pathlib import Path

import pytest

from movenet_cli.errors import ExitCode
from tests.results.export.run_folder import SEEN, write_run
from tests.results.said import said_of


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return write_run(tmp_path)


def convert(results: Path, *options: object) -> tuple[int, str]:
    code, out, err = said_of(["convert", str(results), *map(str, options)])
    assert out == ""
    return code, err


def test_an_export_and_its_images_are_told(results: Path, tmp_path: Path) -> None:
    place = tmp_path / "yolo"
    code, said = convert(results, "--to", "yolo-pose", "-o", place, "--frames", place / "images")
    assert code == ExitCode.OK
    assert (
        said
        == f"{len(SEEN)} images written to {place}/images\n3 of 3 inputs exported to yolo-pose, in {place}\n"
    )
    again, said = convert(results, "--to", "yolo-pose", "-o", place)
    assert (again, f"{place} is there already" in said) == (ExitCode.OUTPUT, True)


def test_without_a_place_it_is_in_the_results_folder(results: Path) -> None:
    code, said = convert(results, "--to", "table-csv")
    assert (code, said) == (ExitCode.OK, f"3 of 3 inputs exported to table-csv, in {results}/table.csv\n")
    assert (results / "table.csv").is_file()


def test_remarks_and_broken_documents_are_told(results: Path) -> None:
    (results / "keypoints/clips/a.mp4.json").write_text("{")
    code, said = convert(results, "--to", "cvat-video")
    assert code == ExitCode.PARTIAL
    broken, remark, verdict = said.splitlines()
    assert broken.startswith("movenet: clips/a.mp4: ")
    assert remark == "left out, since only videos have tracks: deep/one.png"
    assert verdict == f"1 of 3 inputs exported to cvat-video, in {results}/cvat-video"


@pytest.mark.parametrize(
    "options",
    [
        ("--to", "table-csv", "--frames", "frames"),
        ("--to", "yolo-pose", "--layout", "long"),
        ("--to", "sleap", "--image-ids", "truth.json"),
        ("--to", "coco-dataset", "--url-prefix", "x"),
        ("--to", "csv", "--only", "list.txt"),
        ("--to", "coco", "--smoothed"),
        ("--to", "table-csv", "--smoothed"),
        ("--to", "coco-results"),
        ("--to", "table-csv", "-o", "-"),
        ("--to", "yolo"),
    ],
)
def test_options_without_an_effect_are_refused(results: Path, options: tuple[str, ...]) -> None:
    before = sorted(results.rglob("*"))
    assert convert(results, *options)[0] == ExitCode.USAGE
    assert sorted(results.rglob("*")) == before


def test_the_environment_is_for_many_commands(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit from there is left out."""
    monkeypatch.setenv("MOVENET_CONVERT_FRAMES", "frames")
    monkeypatch.setenv("MOVENET_CONVERT_LAYOUT", "long")
    monkeypatch.setenv("MOVENET_CONVERT_SMOOTHED", "1")
    assert convert(results, "--to", "table-csv")[0] == ExitCode.OK
    assert (results / "table.csv").read_text().partition("\n")[0].endswith(",keypoint,x,y,score")
    assert convert(results, "--to", "jsonl")[0] == ExitCode.OK
    assert not Path("frames").exists()
