"""Standard error and the native libraries: their lines are logged or hidden; everybody else's get there."""

import io
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from movenet_cli.io.stdio import native_chatter_logged, native_stderr_hidden


def say(text: str) -> None:
    """Write past Python, as native code does."""
    os.write(2, text.encode())


@pytest.mark.parametrize(
    "line",
    [
        "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        "I0000 00:00:1700000000.000000    1234 port.cc:153] oneDNN custom operations are on.",
        "2026-11-22 10:00:00.000000: I tensorflow/core/platform/cpu_feature_guard.cc:210] This",
    ],
)
def test_chatter_is_logged(
    line: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "movenet_cli")
    with native_chatter_logged():
        say(line + "\n")
    assert capfd.readouterr().err == ""
    assert caplog.messages == [line]


def test_other_lines_pass(capfd: pytest.CaptureFixture[str]) -> None:
    with native_chatter_logged():
        say("ours, of another thread\nINFO: theirs\n\rours, without an end")
    say(", after\n")
    assert capfd.readouterr().err == "ours, of another thread\n\rours, without an end, after\n"


def test_standard_error_is_back_after_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="inside"), native_chatter_logged():
        raise ValueError("inside")
    say("back\n")
    assert capfd.readouterr().err == "back\n"


def test_blocks_nest_and_threads_take_turns(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        for _ in range(20):
            with native_chatter_logged(), native_chatter_logged():
                say("INFO: theirs\n")
            say("ours\n")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert capfd.readouterr().err == "ours\n" * 80


def test_lines_of_many_threads_at_once_are_all_kept(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        for _ in range(1000):
            say("ours\n")

    threads = [threading.Thread(target=work) for _ in range(4)]
    with native_chatter_logged():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert capfd.readouterr().err == "ours\n" * 4000


def test_without_a_standard_error_nothing_is_diverted() -> None:
    program = (
        "import os; os.close(2)\n"
        "from movenet_cli.io.stdio import native_chatter_logged\n"
        "with native_chatter_logged(): print('ran')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ran\n")


HIDDEN = """
import logging, os, sys
from movenet_cli.io.stdio import native_chatter_logged, native_stderr_hidden
logging.basicConfig(level=logging.DEBUG, format="%(message)s", stream=open(sys.argv[2], "w"))
with native_stderr_hidden(sys.argv[1] == "hidden"):
    os.write(2, b"Corrupt JPEG data\\n")
    sys.stderr.write("ours, before\\n")
    with native_chatter_logged():
        os.write(2, b"INFO: theirs\\nanother library's\\n")
    sys.stderr.write("ours, after\\n")
os.write(2, b"the end\\n")
"""


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        ("hidden", "ours, before\nours, after\nthe end\n"),
        ("shown", "Corrupt JPEG data\nours, before\nanother library's\nours, after\nthe end\n"),
    ],
)
def test_a_command_hides_what_is_not_ours_unless_it_is_asked_for(
    how: str, shown: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", HIDDEN, how, str(tmp_path / "log")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == shown
    assert (tmp_path / "log").read_text() == "INFO: theirs\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_standard_error_that_is_full_stops_nothing() -> None:
    program = (
        "import sys\n"
        "from movenet_cli.io.stdio import native_chatter_logged, native_stderr_hidden\n"
        "with native_stderr_hidden(), native_chatter_logged(): print('ran')\n"
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, check=False
        )
    assert (done.returncode, done.stdout) == (0, b"ran\n")


def test_a_standard_error_that_is_no_file_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for stand_in in (io.StringIO(), None):
        monkeypatch.setattr(sys, "stderr", stand_in)
        with native_stderr_hidden():
            assert sys.stderr is stand_in
