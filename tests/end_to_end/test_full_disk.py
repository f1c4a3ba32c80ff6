"""A disk that is full when a file is written: exit 5, advice, no leftovers, and the next run completes."""

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from movenet_cli.io.atomic import AtomicFile
from movenet_cli.output.folder.journal import Journal
from tests.conftest import PROJECT
from tests.support.media import gradient, write_image, write_video

ADVICE = "free some space and run the same command again to go on"


class FullDisk(io.BytesIO):
    """Stands in for an open file on a full disk."""

    def __init__(self, file: Any) -> None:
        super().__init__()
        self._file = file

    def fileno(self) -> int:
        return self._file.fileno()

    def flush(self) -> None:
        if self.getbuffer().nbytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        self._file.close()
        self.flush()


def _fill_disk(patch: pytest.MonkeyPatch, name: str, call: int) -> None:
    """From the `call`-th file on that is called so, nothing can be written to it."""
    opened = 0
    atomic, journal = AtomicFile.__init__, Journal._open

    def stand_in(path: Path, stream: Any) -> Any:
        nonlocal opened
        opened += path.name == name
        return FullDisk(stream) if path.name == name and opened >= call else stream

    def open_file(self: AtomicFile, path: Path, *arguments: Any, **options: Any) -> None:
        atomic(self, path, *arguments, **options)
        self.stream = stand_in(path, self.stream)

    def open_journal(self: Journal) -> Any:
        log: Any = journal(self)
        stream = stand_in(Path(self._path), log._stream)
        log._stream, log.write, log.flush, log.close = stream, stream.write, stream.flush, stream.close
        return log

    patch.setattr(AtomicFile, "__init__", open_file)
    patch.setattr(Journal, "_open", open_journal)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("journal.jsonl", 1),
        ("1.jpg.json", 1),
        ("1.jpg.csv", 1),
        ("1.jpg", 1),
        ("coco.json", 1),
        ("run.json", 1),
        ("run.json", 2),
    ],
    ids=["journal", "json", "csv", "overlay", "dataset", "first account", "last account"],
)
def test_a_full_disk_ends_the_run_and_more_room_completes_it(
    a_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, call: int
) -> None:
    for index in range(3):
        write_image(tmp_path / "in" / f"{index}.jpg", gradient(seed=index))
    out = tmp_path / "out"
    options = ["-m", str(a_model), "-f", "json,csv,coco", "--overlay", "-q", "-j", "1"]
    command = ["annotate", str(tmp_path / "in"), "-o", str(out), *options]
    with pytest.MonkeyPatch.context() as patch:
        _fill_disk(patch, name, call)
        assert run(command) == ExitCode.OUTPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"movenet: cannot write {_where(out, name)}: {os.strerror(errno.ENOSPC)}; {ADVICE}"
    assert not list(out.rglob(".movenet-*"))
    if name not in ("run.json", "journal.jsonl"):
        facts = json.loads((out / "run.json").read_text())
        assert (facts["exit_code"], facts["complete"]) == (ExitCode.OUTPUT, False)
    assert run(command) == ExitCode.OK
    assert json.loads((out / "run.json").read_text())["complete"] is True
    assert run(["validate", str(out)]) == ExitCode.OK
    assert len(list((out / "overlay").iterdir())) == 3


def _where(out: Path, name: str) -> Path:
    if name.startswith("1.jpg"):
        return out / ("overlay" if name == "1.jpg" else "keypoints") / name
    return out / name


@pytest.mark.parametrize(("frames", "noise", "suffix"), [(3, 255, ""), (60, 1, ".json")], ids=["mp4", "json"])
def test_a_disk_that_fills_up_in_the_middle_of_a_file(
    a_model: Path, tmp_path: Path, frames: int, noise: int, suffix: str
) -> None:
    """A limit on the size of files stands for the disk; FFmpeg meets it, too."""
    random = np.random.default_rng(0)
    write_video(tmp_path / "in" / "v.mp4", list(random.integers(0, noise, (frames, 64, 96, 3), np.uint8)))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "movenet_cli", "annotate", str(tmp_path / "in"), "-o", str(out)]
    command += ["-m", str(a_model), "--overlay", "-q"]
    limited = "trap '' XFSZ; ulimit -f 8; exec \"$@\""  # KiB
    done = subprocess.run(
        ["bash", "-c", limited, "bash", *command],
        cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == ExitCode.OUTPUT, done.stderr
    (line,) = done.stderr.splitlines()
    assert f"/v.mp4{suffix}: " in line
    assert ADVICE in line
    assert not [*out.rglob(".movenet-*"), *out.rglob(f"v.mp4{suffix}")]
    for path in out.rglob("*.json"):
        json.loads(path.read_text())
    assert json.loads((out / "run.json").read_text())["exit_code"] == ExitCode.OUTPUT
    assert run([*command[3:]]) == ExitCode.OK
    assert run(["validate", str(out)]) == ExitCode.OK
