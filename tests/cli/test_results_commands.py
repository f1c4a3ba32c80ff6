"""`convert`, `validate`, `report` and `doctor` on what `annotate` really wrote."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from movenet_cli.poses import FrameResult
from tests.media import gradient, write_image, write_video
from tests.sinks.examples import pose, video_header, write_results


@pytest.fixture
def results(a_model: Path, tmp_path: Path) -> Path:
    """Results of two images and a video in all formats."""
    media = tmp_path / "media"
    write_image(media / "a.png", gradient(seed=1))
    write_image(media / "b.jpg", gradient(seed=2))
    write_video(media / "clips/v.mp4", 4)
    out = tmp_path / "out"
    options = ["-m", str(a_model), "-o", str(out), "-f", "json,jsonl,csv,coco", "--overlay"]
    assert run(["annotate", str(media), *options]) == ExitCode.OK
    return out


@pytest.mark.parametrize("form", ["jsonl", "csv", "coco"])
def test_convert_gives_the_bytes_of_annotate(results: Path, tmp_path: Path, form: str) -> None:
    other = tmp_path / "other"
    assert run(["convert", str(results), "--to", form, "-o", str(other)]) == ExitCode.OK
    names = (
        ["coco.json"] if form == "coco" else [f"keypoints/{name}.{form}" for name in ("a.png", "clips/v.mp4")]
    )
    for name in names:
        assert (other / name).read_bytes() == (results / name).read_bytes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_conversion_leaves_nothing_half_written(
    tmp_path: Path, number: signal.Signals
) -> None:
    person = pose(1)
    frames = [FrameResult(index, index / 30, "ok", (person,)) for index in range(15_000)]
    write_results(tmp_path, ["json"], [(video_header("long.mp4"), frames)])
    before = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    command = [sys.executable, "-m", "movenet_cli", "convert", str(tmp_path), "--to", "csv"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        while not list(tmp_path.rglob(".movenet-*.tmp")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said.strip()) == (ExitCode.INTERRUPTED, "movenet: interrupted")
    left = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert left == sorted([*before, "lock"])


def test_validate_finds_nothing_in_good_results(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", str(results)]) == ExitCode.OK
    assert capsys.readouterr().out == ""


def test_validate_says_where_it_is_broken(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = results / "keypoints/clips/v.mp4.json"
    document = json.loads(path.read_text())
    del document["frames"][2]
    path.write_text(json.dumps(document))
    (results / "keypoints/a.png.csv").unlink()
    assert run(["validate", str(results)]) == ExitCode.INPUT
    said = capsys.readouterr().out
    assert "v.mp4.json" in said
    assert "a.png.csv" in said


@pytest.mark.parametrize("command", [["validate"], ["convert", "--to", "csv"], ["report"]])
def test_a_folder_without_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert run([*command, str(tmp_path)]) == ExitCode.INPUT
    assert str(tmp_path) in capsys.readouterr().err


def test_report_is_one_page_that_loads_nothing(results: Path) -> None:
    assert run(["report", str(results)]) == ExitCode.OK
    page = (results / "report.html").read_text()
    assert "clips/v.mp4" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_doctor_names_what_it_tried(capfd: pytest.CaptureFixture[str]) -> None:
    code = run(["doctor"])
    said = capfd.readouterr().out
    for name in ("program", "inference", "images", "videos", "TensorFlow", "model cache"):
        assert name in said
    assert (code == ExitCode.OK) == ("MISSING" not in said)
