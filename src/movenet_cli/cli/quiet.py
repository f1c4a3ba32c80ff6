"""Keeps the native libraries' chatter off the terminal: their file descriptor 2 goes nowhere, ours stays."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def native_stderr_hidden(enabled: bool = True) -> Iterator[None]:
    """Send what TensorFlow, LiteRT, FFmpeg and libjpeg print to nowhere; Python's own messages still show.

    Does nothing when standard error is no real file, as under a test runner that captures it.
    """
    if not enabled or sys.stderr is None or not _is_real(sys.stderr):
        yield
        return
    python_stderr = sys.stderr
    with contextlib.suppress(OSError):
        python_stderr.flush()
    kept = os.dup(2)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)
    os.close(quiet)
    own = sys.stderr = os.fdopen(os.dup(kept), "w", buffering=1, errors="backslashreplace")
    try:
        yield
    finally:
        sys.stderr = python_stderr
        with contextlib.suppress(OSError):  # a log that is full or closed; what it did not take is lost
            own.close()
        os.dup2(kept, 2)
        os.close(kept)


def _is_real(stream: object) -> bool:
    try:
        return isinstance(stream, io.TextIOBase) and stream.fileno() == 2
    except (OSError, io.UnsupportedOperation):
        return False
