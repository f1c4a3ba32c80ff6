"""Locks on file systems that have none: whatever they answer, work goes on and one warning says so."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from movenet_cli.io.locks import LockHeldError, file_lock
from tests.support.hub import SAVED_MODEL, Answer, Hub, tar_gz

PICTURE = Path(__file__).parents[2] / "sample_images" / "gym.jpg"
WITHOUT_LOCKS = """
import fcntl, os, sys
number = int(sys.argv.pop(1))
def flock(*arguments):
    raise OSError(number, os.strerror(number))
fcntl.flock = flock
from movenet_cli.cli.main import main
main()
"""
ANSWERS = [errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP]


def movenet(answer: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command on a file system that answers so when it should lock."""
    command = [sys.executable, "-W", "always", "-c", WITHOUT_LOCKS, str(answer), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda number: errno.errorcode[number])
def test_annotating_goes_on_without_a_lock(tmp_path: Path, answer: int) -> None:
    out = tmp_path / "out"
    done = movenet(answer, "annotate", str(PICTURE), "-m", "mini", "-o", str(out), "-v")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(f"{out} cannot be locked on this file system") == 1
    assert "SoftFileLock" not in done.stderr
    assert (out / "keypoints" / "gym.jpg.json").is_file()


def test_quiet_is_quiet_without_a_lock(tmp_path: Path) -> None:
    done = movenet(errno.ENOSYS, "annotate", str(PICTURE), "-m", "mini", "-o", str(tmp_path / "out"), "-q")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda number: errno.errorcode[number])
def test_fetching_goes_on_without_a_lock(
    tmp_path: Path, answer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOVENET_HOME", str(tmp_path / "home"))
    with Hub() as hub:
        monkeypatch.setenv("MOVENET_MIRROR", hub.url)
        hub.publish("thunder", Answer(body=tar_gz(SAVED_MODEL)))
        done = movenet(answer, "models", "fetch", "thunder")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("cannot be locked on this file system") == 1
    assert (tmp_path / "home" / "models" / "thunder-v4" / "thunder" / "saved_model.pb").is_file()


def test_other_errors_are_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*arguments: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(OSError, match="Input/output"), file_lock(tmp_path / "lock", protects="it"):
        pass


def test_a_lock_that_is_held(tmp_path: Path) -> None:
    with file_lock(tmp_path / "lock", protects="it"):
        with pytest.raises(LockHeldError), file_lock(tmp_path / "lock", protects="it"):
            pass
        assert (tmp_path / "lock").is_file()
    with file_lock(tmp_path / "lock", protects="it"):
        pass
