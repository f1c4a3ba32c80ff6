"""Standard error without the native libraries' chatter: descriptor 2 leads elsewhere while they run.

TensorFlow, LiteRT, FFmpeg and libjpeg write to file descriptor 2 on their own account, past Python's streams
and its logging, so the descriptor itself is diverted: into the log around single calls, or for a whole
command to nowhere.
"""

import io
import logging
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

if sys.platform != "win32":
    import fcntl

_LOG = logging.getLogger(__name__)
_STDERR = 2
_ONE_AT_A_TIME = threading.RLock()
_CHATTER = re.compile(
    rb"(INFO|WARNING|ERROR): "  # TensorFlow Lite, absl before its start
    rb"|[IWE]\d{4} "  # absl
    rb"|\d{4}-\d\d-\d\d .*?: [IWE] "  # TensorFlow
    rb"|To enable the following instructions"
)


@contextmanager
def native_chatter_logged() -> Iterator[None]:
    """Within the block, keep what is written to descriptor 2; afterwards log the libraries' lines at DEBUG.

    Lines that are not theirs, written by other threads meanwhile, reach standard error after the block.
    Blocks of several threads wait for each other; without a standard error, or a place to keep the lines,
    nothing is diverted.
    """
    with _ONE_AT_A_TIME, ExitStack() as stack:
        with suppress(OSError):
            # A file and no pipe: a library may write more than a pipe takes before it comes back to Python.
            kept = stack.enter_context(_unnamed_file())
            stack.callback(_sort_out, kept)  # runs when descriptor 2 is back
            stack.enter_context(_diverted_to(kept.fileno()))
        # sys.stderr stays what it is: loggers that TensorFlow makes now would hold on to a stand-in.
        yield


@contextmanager
def native_stderr_hidden(enabled: bool = True) -> Iterator[None]:
    """Within the block, send what is written to descriptor 2 to nowhere; Python's own messages still show.

    Does nothing when standard error is no real file, as under a test runner that captures it.
    """
    if not enabled or not _is_descriptor_2(sys.stderr):
        yield
        return
    python_stderr = sys.stderr
    with Path(os.devnull).open("wb") as nowhere, _diverted_to(nowhere.fileno()) as real:
        own = os.fdopen(real, "w", buffering=1, errors="backslashreplace", closefd=False)
        sys.stderr = own
        try:
            yield
        finally:
            sys.stderr = python_stderr
            with suppress(OSError):  # a log that is full or closed; what it did not take is lost
                own.close()


@contextmanager
def _diverted_to(target: int) -> Iterator[int]:
    """Let descriptor 2 lead to `target`; yields another descriptor for the real standard error.

    Raises:
        OSError: before the block, when there is no standard error.
    """
    real = os.dup(_STDERR)
    _flush()
    os.dup2(target, _STDERR)
    try:
        yield real
    finally:
        _flush()
        os.dup2(real, _STDERR)
        os.close(real)


def _flush() -> None:
    """Python's own buffer must not cross the border of the block."""
    if sys.stderr is not None and not sys.stderr.closed:
        with suppress(OSError):  # a log that is full or closed
            sys.stderr.flush()


def _unnamed_file() -> IO[bytes]:
    """A file in memory, or else among the temporary ones.

    Raises:
        OSError: neither can be had.
    """
    if sys.platform == "linux":
        descriptor = os.memfd_create("movenet")
        # Linux keeps one position for a file in memory, unlocked: without this, threads that write at the
        # same moment write over each other's lines.
        fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_APPEND)
        return os.fdopen(descriptor, "w+b")
    import tempfile  # noqa: PLC0415 - slow to import, and seldom needed

    return tempfile.TemporaryFile()


def _sort_out(kept: IO[bytes]) -> None:
    kept.seek(0)
    for line in kept:
        if _CHATTER.match(line):
            _LOG.debug("%s", line.decode(errors="replace").rstrip())
        else:
            with suppress(OSError):
                os.write(_STDERR, line)


def _is_descriptor_2(stream: object) -> bool:
    try:
        return isinstance(stream, io.TextIOBase) and stream.fileno() == _STDERR
    except (OSError, ValueError):
        return False
