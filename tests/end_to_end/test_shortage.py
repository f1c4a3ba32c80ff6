"""A system that gives no more memory or threads: said so, no input is blamed, and nothing looks complete."""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from av.container import InputContainer
from av.packet import Packet

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from movenet_cli.media.video import source as video
from tests.conftest import PROJECT
from tests.media.image.test_source import png_bomb
from tests.support.media import write_image, write_video

NO_MEMORY = "not enough memory: use fewer --jobs, or give the process more"
NO_THREADS = "the system allows no more threads: use fewer --jobs, or raise its limit (ulimit -u)"


def _limited(what: str, amount: int, folder: Path, model: Path, *arguments: object) -> tuple[int, list[str]]:
    image, scratch = write_image(folder / "in/a.png"), folder / "scratch"
    program = [sys.executable, "-m", "tests.support.limited", what, amount, image, scratch]
    command = map(str, [*program, "annotate", folder / "in", "-m", model, "-q", *arguments])
    done = subprocess.run([*command], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr.splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems limit memory in other ways")
def test_an_image_that_does_not_fit_into_memory(a_model: Path, tmp_path: Path) -> None:
    """Its decoded pixels take 432 MB."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/large.png").write_bytes(png_bomb(12_000, 12_000))
    out = tmp_path / "out"
    code, lines = _limited("memory", 400, tmp_path, a_model, "-o", out, "-j", 1)
    assert (code, lines) == (ExitCode.PARTIAL, [f"movenet: large.png: {NO_MEMORY}"])
    assert [path.name for path in (out / "keypoints").iterdir()] == ["a.png.json"]
    assert run(["annotate", str(tmp_path / "in"), "-o", str(out), "-m", str(a_model), "-q"]) == ExitCode.OK


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder in which anybody may write; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="movenet-shortage-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become a stranger")
def test_no_threads(a_model: Path, place: Path) -> None:
    model = shutil.copyfile(a_model, place / "network.tflite")
    code, lines = _limited("threads", 1, place, model, "-o", place / "out", "-j", 2)
    assert (code, lines) == (ExitCode.BUG, [f"movenet: {NO_THREADS}"])


def test_too_few_threads_for_a_video(
    a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And for all input workers but the first: that one does the image, too."""
    write_image(tmp_path / "in/a.png")
    write_video(tmp_path / "in/b.mp4", 12)
    start, workers = threading.Thread.start, []

    def refused(thread: threading.Thread) -> None:
        workers.extend([thread] if thread.name.startswith("movenet-input") else [])
        if len(workers) > 1 or thread.name == "movenet-decode":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refused)
    out = tmp_path / "out"
    arguments = ["annotate", str(tmp_path / "in"), "-o", str(out), "-m", str(a_model), "-q", "-j", "2"]
    assert run(arguments) == ExitCode.PARTIAL
    assert capsys.readouterr().err == f"movenet: b.mp4: {NO_THREADS}\n"
    assert [path.name for path in (out / "keypoints").iterdir()] == ["a.png.json"]


class _Starved:
    """A container for whose packets there is no memory from the tenth on."""

    def __init__(self, container: InputContainer) -> None:
        self._container = container

    def __getattr__(self, name: str) -> object:
        return getattr(self._container, name)

    def demux(self) -> Iterator[Packet]:
        for number, packet in enumerate(self._container.demux()):
            if number == 10:
                raise av.error.MemoryError(errno.ENOMEM, "Cannot allocate memory")
            yield packet


def test_a_video_for_which_memory_runs_out(
    a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out, real = write_video(tmp_path / "a.mp4", 20), tmp_path / "out", video.open_video

    def starved(path: Path) -> tuple[_Starved, av.VideoStream]:
        container, stream = real(path)
        return _Starved(container), stream

    monkeypatch.setattr(video, "open_video", starved)
    arguments = ["annotate", str(path), "-o", str(out), "-m", str(a_model), "-q"]
    assert run(arguments) == ExitCode.INPUT
    assert capsys.readouterr().err == f"movenet: a.mp4: {NO_MEMORY}\n"
    assert not list(out.glob("keypoints/*"))
    assert json.loads((out / "run.json").read_text())["failures"] == [
        {"source": "a.mp4", "reason": NO_MEMORY}
    ]
    monkeypatch.undo()
    assert run(arguments) == ExitCode.OK


@pytest.mark.skipif(sys.platform != "linux", reason="other systems list threads elsewhere")
def test_numpy_starts_no_threads() -> None:
    """Where its library may not start them, it sends the process an interrupt."""
    program = (
        "import os\n"
        "from movenet_cli.cli.main import run\n"
        "run(['--version'])\n"
        "import numpy\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "1"
