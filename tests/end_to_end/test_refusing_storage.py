"""Storage on the network that is away for a moment: the run waits, says so once, and loses nothing."""

import errno
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.cli.main import run
from movenet_cli.core.cancellation import CancellationToken, Cancelled
from movenet_cli.errors import ExitCode, OutputError
from movenet_cli.io import patience
from movenet_cli.io.patience import Patience
from movenet_cli.output.folder.journal import read_journal
from movenet_cli.run.workers import processes
from tests.conftest import PROJECT
from tests.media.clips import write_long_clip
from tests.support.media import gradient, write_image
from tests.support.refusing import NAME, REFUSALS, refusals, refuse_files, tear_journal

WAITS = "trying again for up to 0.2 seconds"
GOES_ON = "the results can be written again; going on"


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that are short, and few."""
    monkeypatch.setattr(patience, "_PAUSES", (0.02,))
    monkeypatch.setattr(patience, "LONGEST", 0.2)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    for index in range(3):
        write_image(tmp_path / "in" / f"{index}.jpg", gradient(seed=index))
    return tmp_path / "in"


def annotate(images: Path, out: Path, *more: str) -> int:
    options = ("-m", "mini", "-f", "json,csv,coco", "-j", "1", "--engine", "threads")
    return run(["annotate", str(images), "-o", str(out), *options, *more])


def results(out: Path) -> dict[str, bytes]:
    files = [*(out / "keypoints").rglob("*"), *(out / "overlay").rglob("*"), out / "coco.json"]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files if path.is_file()}


def account(out: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / "run.json").read_text())
    return document


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("1.jpg.json", errno.EIO),
        ("1.jpg", errno.ESTALE),
        ("coco.json", errno.ETIMEDOUT),
        ("run.json", errno.ENOTCONN),
    ],
)
def test_the_run_waits_until_it_can_be_written(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, number: int
) -> None:
    out = tmp_path / "out"
    with pytest.MonkeyPatch.context() as patch:
        refuse_files(patch, name, refusals(tmp_path / "refusals", 3), number)
        assert annotate(images, out, "--overlay", "--progress", "none") == ExitCode.OK
    first, second, _ = capsys.readouterr().err.splitlines()
    assert os.strerror(number) in first
    assert first.endswith(WAITS)
    assert second.endswith(GOES_ON)
    assert list((tmp_path / "refusals").iterdir()) == []
    assert account(out)["inputs"] == {"total": 3, "done": 3, "kept": 0, "failed": 0, "ignored": 0}
    assert run(["validate", str(out)]) == ExitCode.OK
    assert annotate(images, tmp_path / "alone", "--overlay") == ExitCode.OK
    assert results(out) == results(tmp_path / "alone")
    assert not list(out.rglob(".movenet-*"))


@pytest.mark.parametrize("after", range(1, 5))
def test_a_torn_line_of_the_journal_takes_no_neighbour_with_it(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], after: int
) -> None:
    out = tmp_path / "out"
    with pytest.MonkeyPatch.context() as patch:
        tear_journal(patch, refusals(tmp_path / "refusals", 2), after)
        assert annotate(images, out, "--progress", "none") == ExitCode.OK
    shown = capsys.readouterr().err
    assert (shown.count(WAITS), shown.count(GOES_ON)) == (1, 1)
    assert account(out)["inputs"]["done"] == 3
    assert {entry.name for entry in read_journal(out)} == {"0.jpg", "1.jpg", "2.jpg"}
    assert run(["validate", str(out)]) == ExitCode.OK
    assert annotate(images, out, "--progress", "none") == ExitCode.OK
    assert account(out)["inputs"]["kept"] == 3
    assert "damaged" not in capsys.readouterr().err


def test_it_ends_when_it_takes_too_long_and_goes_on_when_it_is_started_again(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    with pytest.MonkeyPatch.context() as patch:
        refuse_files(patch, "1.jpg.json", refusals(tmp_path / "refusals", 1000))
        assert annotate(images, out, "--progress", "none") == ExitCode.OUTPUT
    lines = capsys.readouterr().err.splitlines()
    assert sum(line.endswith(WAITS) for line in lines) == 1
    assert not any(GOES_ON in line for line in lines)
    assert "check it, or choose another folder with --output" in lines[-1]
    assert 980 < len(list((tmp_path / "refusals").iterdir())) < 998
    assert account(out)["exit_code"] == ExitCode.OUTPUT
    assert annotate(images, out) == ExitCode.OK
    assert account(out)["inputs"]["kept"] >= 1


def test_what_will_not_pass_ends_the_run_at_once(images: Path, tmp_path: Path) -> None:
    for number in (errno.ENOSPC, errno.EACCES, errno.EROFS):
        folder = refusals(tmp_path / f"refusals{number}", 3)
        with pytest.MonkeyPatch.context() as patch:
            refuse_files(patch, "1.jpg.json", folder, number)
            assert annotate(images, tmp_path / f"out{number}", "-q") == ExitCode.OUTPUT
        assert len(list(folder.iterdir())) == 2


def test_worker_processes_whose_results_cannot_be_written(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = processes._PROGRAM.replace("movenet_cli.run.workers.worker_process", "tests.support.refusing")
    monkeypatch.setattr(processes, "_PROGRAM", program)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    monkeypatch.setenv(NAME, "1.jpg.json")
    monkeypatch.setenv(REFUSALS, str(refusals(tmp_path / "refusals", 2)))
    out = tmp_path / "out"
    assert annotate(images, out, "--engine", "processes", "--progress", "none") == ExitCode.OK
    assert list((tmp_path / "refusals").iterdir()) == []
    assert WAITS in capsys.readouterr().err
    assert account(out)["inputs"]["done"] == 3
    assert len(results(out)) == 7


def test_segments_of_a_long_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_long_clip(tmp_path / "in" / "a.mp4")
    out, folder = tmp_path / "out", refusals(tmp_path / "refusals", 5)
    renamed, place = Path.replace, str(out / ".movenet" / "segments")

    def replace(self: Path, target: Path) -> Path:
        if str(target).startswith(place) or target.name == "a.mp4.json":
            for path in folder.iterdir():
                path.unlink()
                raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return renamed(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    assert annotate(tmp_path / "in", out, "-q") == ExitCode.OK
    assert annotate(tmp_path / "in", tmp_path / "alone", "-q") == ExitCode.OK
    assert results(out) == results(tmp_path / "alone")
    assert list(folder.iterdir()) == []
    assert not (out / ".movenet" / "segments").exists()


def test_whoever_waits_can_be_stopped() -> None:
    def fail() -> None:
        raise OutputError("away", may_pass=True)

    stopped, waits = CancellationToken(), Patience(fail, longest=60)
    threading.Timer(0.1, stopped.cancel).start()
    with pytest.raises(Cancelled):
        waits.run(fail, stopped.check)
    waits.end()
    with pytest.raises(OutputError):
        waits.run(fail)
