"""One run per results folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from movenet_cli.errors import OutputError
from movenet_cli.output.folder.lock import locked

HOLD = """
import sys, time
from pathlib import Path
from movenet_cli.output.folder.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_run_is_refused_at_once_and_the_third_may_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "out"
    with locked(folder):
        assert folder.is_dir()
        with pytest.raises(OutputError, match=r"another run is writing to .*out"), locked(folder):
            pass
    with locked(folder):
        pass


def test_an_error_lets_go(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), locked(tmp_path):
        raise KeyboardInterrupt
    with locked(tmp_path):
        pass


def test_a_killed_process_lets_go(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(OutputError, match="another run"), locked(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with locked(tmp_path):
        pass


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="cannot write"), locked(tmp_path / "out"):
        pass


@pytest.mark.parametrize("place", [".movenet", ".movenet/lock"])
def test_something_else_in_the_locks_place_ends_the_run(tmp_path: Path, place: str) -> None:
    if place == ".movenet":
        (tmp_path / place).write_text("mine")
    else:
        (tmp_path / place).mkdir(parents=True)
    with pytest.raises(OutputError, match="choose another folder"), locked(tmp_path):
        pass


def test_a_folders_name_that_is_too_long_is_no_inputs_fault(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="too long"), locked(tmp_path / ("n" * 256)):
        pass
