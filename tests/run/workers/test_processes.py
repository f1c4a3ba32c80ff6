"""Worker processes: the same bytes as threads, a crash costs one input, nothing outlives the run."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import movenet_cli as movenet
from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from movenet_cli.run.workers import processes
from movenet_cli.run.workers.processes import are_worth_it
from tests.conftest import PROJECT
from tests.media.clips import write_clip
from tests.support.media import gradient, write_image

CRASHING = processes._PROGRAM.replace("movenet_cli.run.workers.worker_process", "tests.support.crashing")


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    for number in range(3):
        write_image(folder / f"{number}.png", gradient(seed=number))
    return folder


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes that crash at inputs of certain names, see `tests.support.crashing`."""
    monkeypatch.setattr(processes, "_PROGRAM", CRASHING)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))


def results(out: Path) -> dict[str, bytes]:
    files = [
        path for path in out.rglob("*") if path.is_file() and path.name not in ("run.json", "journal.jsonl")
    ]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def account(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "run.json").read_text())
    return found


def annotate(media: Path, out: Path, engine: str, *more: str) -> int:
    options = ("-m", "mini", "-o", str(out), "-j", "2", "--engine", engine, "-q")
    return run(["annotate", str(media), *options, *more])


def test_processes_write_what_threads_write(media: Path, tmp_path: Path) -> None:
    write_clip(media / "v.mp4", 5)
    (media / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    formats = ("-f", "json,csv,coco", "--overlay")
    for engine in ("threads", "processes"):
        assert annotate(media, tmp_path / engine, engine, *formats) == ExitCode.PARTIAL
    assert results(tmp_path / "processes") == results(tmp_path / "threads")
    assert run(["validate", str(tmp_path / "processes")]) == ExitCode.OK
    assert account(tmp_path / "threads")["failures"] == account(tmp_path / "processes")["failures"] != []
    assert annotate(media, tmp_path / "processes", "threads", *formats) == ExitCode.PARTIAL
    assert account(tmp_path / "processes")["inputs"]["kept"] == 4


def test_segments_of_a_long_video_go_to_several_processes(tmp_path: Path) -> None:
    image = cv2.imread(str(PROJECT / "sample_images" / "gym.jpg"))
    assert image is not None
    small = cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA)[:, :, ::-1]
    frames = [np.ascontiguousarray(np.roll(small, step // 4, 1)) for step in range(244)]
    clip = write_clip(tmp_path / "gym.mp4", frames, options={"g": "121", "sc_threshold": "0"})
    with movenet.Annotator("mini") as annotator:
        expected = [pose.keypoints.round(2) for result in annotator.video(clip) for pose in result.poses]
    assert annotate(clip, tmp_path / "out", "processes") == ExitCode.OK
    document = json.loads((tmp_path / "out" / "keypoints" / "gym.mp4.json").read_text())
    found = [pose["keypoints"] for frame in document["frames"] for pose in frame["poses"]]
    np.testing.assert_allclose(found, expected, atol=0.011)
    assert len(found) == 244


@pytest.mark.usefixtures("crashing")
def test_a_crash_costs_one_input_after_one_retry(media: Path, tmp_path: Path) -> None:
    write_image(media / "always.png", gradient(seed=8))
    write_image(media / "once.png", gradient(seed=9))
    assert annotate(media, tmp_path / "out", "processes") == ExitCode.PARTIAL
    document = account(tmp_path / "out")
    assert document["failures"] == [
        {"source": "always.png", "reason": "the process that worked on it crashed (SIGSEGV), 2 times"}
    ]
    assert (document["inputs"]["done"], document["inputs"]["failed"]) == (4, 1)
    assert (media / "once.crashed").exists()
    assert not list((tmp_path / "out").rglob("*.tmp"))


@pytest.mark.usefixtures("crashing")
def test_an_input_that_takes_too_long_fails_alone(media: Path, tmp_path: Path) -> None:
    write_image(media / "slow.png", gradient(seed=8))
    assert annotate(media, tmp_path / "out", "local", "--item-timeout", "2.5") == ExitCode.PARTIAL
    document = account(tmp_path / "out")
    assert document["failures"] == [
        {"source": "slow.png", "reason": "it took longer than 2.5 seconds (--item-timeout)"}
    ]
    assert document["inputs"]["done"] == 3


@pytest.mark.usefixtures("crashing")
def test_an_interrupt_ends_the_processes(media: Path, tmp_path: Path) -> None:
    write_image(media / "slow.png", gradient(seed=8))
    program = (
        "import sys; from movenet_cli.run.workers import processes; processes._PROGRAM = sys.argv.pop(1); "
        "from movenet_cli.cli.main import main; main()"
    )
    arguments = ["annotate", str(media), "-m", "mini", "-o", str(tmp_path / "out"), "--engine", "processes"]
    with subprocess.Popen(
        [sys.executable, "-c", program, CRASHING, *arguments], cwd=PROJECT, stderr=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 120
        while not (media / "slow.begun").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        children = children_of(process.pid)
        assert children
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED, messages
    assert b"Traceback" not in messages
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert not list((tmp_path / "out").rglob("*.tmp"))
    assert not account(tmp_path / "out")["complete"]


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    if not found.exists():
        pytest.skip("this system does not list a process's children")
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def test_a_program_needs_no_main_guard(media: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import movenet_cli\n"
        "print('once')\n"
        f"print(movenet_cli.Annotator('mini', jobs=2, engine='processes').run({str(media)!r}, 'out').done)\n"
    )
    found = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout == "once\n3\n"


def test_every_result_is_told(media: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []

    class Events:
        def input_started(self, name: str) -> None:
            pass

        def frame_done(self, name: str, result: Any) -> None:
            told.append((name, result.index, len(result.poses)))

        def input_done(self, outcome: Any) -> None:
            pass

    write_clip(media / "v.mp4", 12)
    with movenet.Annotator("mini", engine="processes", jobs=2) as annotator:
        annotator.run(media, tmp_path / "out", events=Events())
    images = [(f"{number}.png", 0, 1) for number in range(3)]
    assert sorted(told) == [*images, *(("v.mp4", index, 1) for index in range(12))]


def test_processes_are_for_many_cores_and_much_to_do(media: Path) -> None:
    from movenet_cli.core.inputs import InputFile  # noqa: PLC0415

    files = [InputFile(media / "0.png", str(number)) for number in range(64)]
    assert are_worth_it(8, files) == (os.name != "nt")
    assert not are_worth_it(8, files[:10])
    assert not are_worth_it(2, files * 100)
