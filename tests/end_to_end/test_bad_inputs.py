"""One bad input beside a good one: exit 6, one line that names it and says why, and the good one is done."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from movenet_cli.run import inputs as run_inputs
from tests.conftest import PROJECT
from tests.models.tflites import TinyModel
from tests.support.fakes import break_worker
from tests.support.media import gradient, write_image, write_video

LONG = "a" * 251 + ".jpg"


def _text(name: str, content: bytes = b"this is no image") -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def _damaged_tiff(path: Path) -> None:
    done, data = cv2.imencode(".tif", gradient(200, 100), [cv2.IMWRITE_TIFF_COMPRESSION, 8])
    assert done
    content = bytearray(data.tobytes())
    content[2000:2040] = bytes(40)
    path.write_bytes(content)


BAD: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "bomb": ("big.png", lambda folder: write_image(folder / "big.png", gradient(400, 300)), "--max-pixels"),
    "long": (LONG, lambda folder: write_image(folder / "x.jpg").rename(folder / LONG), "rename the input"),
    "fifo": ("pipe.jpg", lambda folder: os.mkfifo(folder / "pipe.jpg"), "not a regular file"),
    "loop": ("loop.jpg", lambda folder: (folder / "loop.jpg").symlink_to("loop.jpg"), "Too many levels"),
    "empty": ("empty.jpg", _text("empty.jpg", b""), "empty"),
    "suffix": ("text.jpg", _text("text.jpg"), "not an image"),
    "video": ("text.mp4", _text("text.mp4"), "not a video"),
    "torn": ("torn.jpg", _text("torn.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"), "broken"),
    "tiff": ("torn.tif", lambda folder: _damaged_tiff(folder / "torn.tif"), "the TIFF is damaged"),
    "playlist": ("list.mp4", _text("list.mp4", b"ffconcat version 1.0\nfile good.jpg"), "a playlist"),
    "vanished": ("gone.jpg", lambda folder: write_image(folder / "gone.jpg"), "No such file"),
}
"""Its name, how it is made, and what the line says."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good image."""
    write_image(tmp_path / "in" / "good.jpg")
    return tmp_path / "in"


def _annotate(model: Path, *arguments: object) -> int:
    return run(["annotate", *map(str, arguments), "-m", str(model), "-q", "--max-pixels", "100000"])


def _good_is_done(out: Path) -> None:
    assert json.loads((out / "keypoints/good.jpg.json").read_text())["summary"]["failed"] == 0
    assert [path.name for path in (out / "keypoints").iterdir()] == ["good.jpg.json"]
    facts = json.loads((out / "run.json").read_text())
    assert (facts["inputs"]["done"], facts["inputs"]["failed"]) == (1, len(facts["failures"]))
    assert (facts["complete"], facts["exit_code"]) == (True, ExitCode.PARTIAL)


def _vanish(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let the file be removed between listing and reading."""
    find = run_inputs.discover

    def find_and_remove(*arguments, **options):  # type: ignore[no-untyped-def]
        found = find(*arguments, **options)
        path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(run_inputs, "discover", find_and_remove)


@pytest.mark.parametrize("kind", BAD)
def test_one_bad_input_beside_a_good_one(
    a_model: Path,
    folder: Path,
    tmp_path: Path,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, make, reason = BAD[kind]
    make(folder)
    _vanish(monkeypatch, folder / "gone.jpg")
    inputs = [folder / "good.jpg", folder / name] if kind == "fifo" else [folder]
    assert _annotate(a_model, *inputs, "-o", tmp_path / "out") == ExitCode.PARTIAL
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("movenet: ")
    assert f"{name}: " in line
    assert reason in line
    _good_is_done(tmp_path / "out")


def test_all_of_them_together_give_a_line_each(a_model: Path, folder: Path, tmp_path: Path) -> None:
    """In a process of its own, where what the libraries print would be seen."""
    here = [kind for kind in BAD if kind != "vanished"]
    for kind in here:
        BAD[kind][1](folder)
    command = [sys.executable, "-m", "movenet_cli", "annotate", str(folder), str(folder / "pipe.jpg")]
    command += ["-o", str(tmp_path / "out"), "-m", str(a_model), "-q", "--max-pixels", "100000"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == ExitCode.PARTIAL, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == len(here), done.stderr
    for kind in here:
        assert any(f"{BAD[kind][0]}: " in line and BAD[kind][2] in line for line in lines), kind
    _good_is_done(tmp_path / "out")


def test_namesakes_in_namesake_folders_are_told_apart(a_model: Path, tmp_path: Path) -> None:
    for parent in ("a", "b"):
        write_image(tmp_path / parent / "same" / "x.jpg")
    code = _annotate(a_model, tmp_path / "a" / "same", tmp_path / "b" / "same", "-o", tmp_path / "out")
    assert code == ExitCode.OK
    for parent in ("a", "b"):
        assert (tmp_path / "out" / "keypoints" / parent / "same" / "x.jpg.json").is_file()


def test_a_network_of_another_kind_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.tflite"
    other.write_bytes(TinyModel(output=(1, 1, 21, 3)).content())
    assert _annotate(other, folder, "-o", tmp_path / "out") == ExitCode.MODEL
    (line,) = capsys.readouterr().err.splitlines()
    assert "other.tflite" in line
    assert "21" in line
    assert not (tmp_path / "out").exists()


def test_a_worker_that_fails_costs_its_video_only(
    a_model: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network fails in a worker thread, in the middle of a video of its own image size."""
    write_video(folder / "clip.mp4", 30)
    out = tmp_path / "out"
    break_worker(monkeypatch, call=20)
    options = ("-o", out, "--crop", "none", "--overlay")
    assert _annotate(a_model, folder, *options) == ExitCode.BUG
    facts = json.loads((out / "run.json").read_text())
    assert [failure["source"] for failure in facts["failures"]] == ["clip.mp4"]
    assert "a worker died" in facts["failures"][0]["reason"]
    assert sorted(path.name for path in out.rglob("*.jpg*")) == ["good.jpg", "good.jpg.json"]
    assert not [*out.rglob("clip*"), *out.rglob(".movenet-*")]
    monkeypatch.undo()
    assert _annotate(a_model, folder, *options) == ExitCode.OK
    assert json.loads((out / "run.json").read_text())["inputs"]["kept"] == 1
