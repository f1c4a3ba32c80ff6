"""Ctrl-C and SIGTERM, once and twice, at every stage of a run: one line, complete files, a way to go on."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from movenet_cli.cli import signals
from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from movenet_cli.media.video.selection import Selection
from movenet_cli.run.batch import Batch
from tests.conftest import PROJECT
from tests.support.media import gradient, write_image, write_video

SOON = 20.0
"""Seconds after which a process that was told to end counts as one that hangs."""

STAGES = {
    "discovery": "movenet_cli.run.inputs:discover:1",
    "model": "movenet_cli.run.loading:load_model:1",
    "begin": "movenet_cli.output.folder.folder_outputs:FolderOutputs.write_run:1",
    "fingerprint": "movenet_cli.output.folder.order:fingerprint:2",
    "image": "movenet_cli.models.litert:LitertRunner.run:2",
    "video": "movenet_cli.models.litert:LitertRunner.run:12",
    "dataset": "movenet_cli.output.folder.dataset:combine:1",
    "end": "movenet_cli.output.folder.folder_outputs:FolderOutputs.write_run:2",
}
"""A function of each stage, and which of its calls; the fourth input is a video of 30 frames."""

SIGNALS = {
    "int": [signal.SIGINT],
    "term": [signal.SIGTERM],
    "twice": [signal.SIGINT, signal.SIGINT],
    "mixed": [signal.SIGTERM, signal.SIGINT],
}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    for index in range(3):
        write_image(folder / f"{index}.jpg", gradient(seed=index))
    write_video(folder / "clip.mp4", 30)
    return folder


def _interrupted(
    place: str, mark: Path, arguments: Sequence[object], sent: Sequence[signal.Signals]
) -> tuple[int, str]:
    """Start, wait for the mark, send the signals; exit code and standard error."""
    command = [sys.executable, "-m", "tests.support.paused", place, str(mark), *map(str, arguments)]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + SOON
        while not mark.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        for number in sent:
            process.send_signal(number)
        try:
            _, errors = process.communicate(timeout=SOON)
        finally:
            process.kill()
    assert mark.exists(), errors
    return process.returncode, errors


@pytest.mark.parametrize("sent", SIGNALS.values(), ids=SIGNALS)
@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_ends_in_order_and_goes_on(
    a_model: Path, media: Path, tmp_path: Path, stage: str, sent: Sequence[signal.Signals]
) -> None:
    out = tmp_path / "out"
    arguments = ["annotate", media, "-o", out, "-m", a_model, "-f", "json,coco", "-j", "1", "--crop", "none"]
    code, errors = _interrupted(STAGES[stage], tmp_path / "mark", arguments, sent)
    assert code == ExitCode.INTERRUPTED, errors
    lines = errors.splitlines()
    begun = stage not in ("discovery", "model")
    going_on = "; run the same command again to do the rest" if begun else ""
    assert lines[0] == f"movenet: interrupted{going_on}"
    assert [line for line in lines[1:] if not line.endswith(f"results in {out}")] == []
    assert not list(tmp_path.rglob(".movenet-*"))
    for path in out.rglob("*.json"):
        json.loads(path.read_text())
    assert out.exists() == begun
    if begun:
        facts = json.loads((out / "run.json").read_text())
        assert (facts["exit_code"], facts["complete"]) == (ExitCode.INTERRUPTED, False)
    assert run([*map(str, arguments), "-q"]) == ExitCode.OK
    assert run(["validate", str(out)]) == ExitCode.OK
    assert len(list((out / "keypoints").iterdir())) == 4


def test_a_large_input_is_not_read_to_its_end(a_model: Path, tmp_path: Path) -> None:
    """The fingerprint of a terabyte would take an hour."""
    large = tmp_path / "large.mp4"
    with large.open("wb") as stream:
        stream.truncate(2**40)
    place = "movenet_cli.io.input_content:sha256_of_file:1"
    arguments = ["annotate", large, "-o", tmp_path / "out", "-m", a_model]
    code, errors = _interrupted(place, tmp_path / "mark", arguments, [signal.SIGINT])
    assert code == ExitCode.INTERRUPTED, errors


@pytest.mark.parametrize("wanted", [["--start", "280f"], ["--stride", "250"]], ids=" ".join)
def test_frames_that_nobody_asked_for_are_not_decoded_any_more(
    a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: Sequence[str]
) -> None:
    """The signal comes while the decoder is on its way to the frames that are asked for."""
    write_video(tmp_path / "long.mp4", 300)
    seen, halted = [], threading.Event()
    takes, halt = Selection.takes, Batch._halt

    def interrupting(self: Selection, index: int, time: float | None) -> bool:
        seen.append(index)
        if index == 20:
            os.kill(os.getpid(), signal.SIGINT)
            assert halted.wait(SOON)
        return takes(self, index, time)

    def halting(self: Batch) -> None:
        halt(self)
        halted.set()

    monkeypatch.setattr(Selection, "takes", interrupting)
    monkeypatch.setattr(Batch, "_halt", halting)
    arguments = ["annotate", str(tmp_path / "long.mp4"), "-o", str(tmp_path / "out"), "-m", str(a_model)]
    assert run([*arguments, "-q", *wanted]) == ExitCode.INTERRUPTED
    assert 20 in seen
    assert len(seen) < 100  # some had been decoded before
    assert not list((tmp_path / "out/keypoints").iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_reader_that_takes_nothing_more_does_not_hold_the_run(
    a_model: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """As `movenet annotate ... -o - | less` at its first page."""
    write_video(tmp_path / "long.mp4", 400)
    arguments = ["annotate", tmp_path, "-o", "-", "-m", a_model]
    command = [sys.executable, "-m", "tests.support.paused", "none", "none", *map(str, arguments)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.read(100)
        time.sleep(1)  # until the pipe is full; the test holds before, too
        process.send_signal(number)
        assert process.wait(SOON) == ExitCode.INTERRUPTED
        assert process.stderr
        assert b"interrupted" in process.stderr.read()


def test_what_nohup_switched_off_stays_off(a_model: Path, media: Path, tmp_path: Path) -> None:
    place, mark, out = STAGES["fingerprint"], tmp_path / "mark", tmp_path / "out"
    arguments = ["annotate", media, "-o", out, "-m", a_model]
    hangup_off = "trap '' HUP; exec \"$@\""
    paused = [sys.executable, "-m", "tests.support.paused", place, str(mark), *map(str, arguments)]
    command = ["sh", "-c", hangup_off, "sh", *paused]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL) as process:
        while not mark.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGHUP)
        assert process.wait(SOON) == ExitCode.OK


def test_only_a_way_out_that_hangs_can_be_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    before = signal.getsignal(signal.SIGTERM)
    with signals.one_interrupt():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        assert ended == []
        monkeypatch.setattr(signals, "PATIENCE", 0.0)
        signal.raise_signal(signal.SIGTERM)
    assert ended == [ExitCode.INTERRUPTED]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_while_the_interpreter_ends_changes_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = (
        "import atexit, pathlib, sys, time\n"
        "from movenet_cli.cli.main import main\n"
        f"atexit.register(lambda: (pathlib.Path({str(mark)!r}).touch(), time.sleep(1)))\n"
        "sys.argv[1:] = ['models', 'list']\n"
        "main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        while not mark.exists() and process.poll() is None:
            time.sleep(0.01)
        for number in (signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
        assert process.communicate(timeout=SOON)[1] == ""
        assert process.returncode == ExitCode.OK
