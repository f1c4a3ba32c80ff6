"""What native libraries write to standard error on their own account, turned into debug log lines."""

import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

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
    """Divert file descriptor 2 inside the block; afterwards log the libraries' lines at level DEBUG.

    Lines that are not theirs, written by other threads meanwhile, reach standard error after the block.
    Blocks of several threads wait for each other; without a standard error, or a place to keep the lines,
    nothing is diverted.
    """
    with _ONE_AT_A_TIME:
        try:
            stderr = os.dup(_STDERR)
        except OSError:
            yield
            return
        diverted = _unnamed_file()
        if diverted is None:
            os.close(stderr)
            yield
            return
        with diverted:
            _flush()
            os.dup2(diverted.fileno(), _STDERR)
            try:
                yield
            finally:
                _flush()
                os.dup2(stderr, _STDERR)
                os.close(stderr)
                _sort_out(diverted)


def _unnamed_file() -> IO[bytes] | None:
    """A file in memory, or else among the temporary ones; None where neither can be had."""
    try:
        if hasattr(os, "memfd_create"):
            return os.fdopen(os.memfd_create("movenet"), "w+b")
        return tempfile.TemporaryFile()
    except OSError:
        return None


def _flush() -> None:
    """Python's own buffer must not cross the border of the block."""
    if sys.stderr is not None and not sys.stderr.closed:
        with suppress(OSError):  # a log that is full or closed
            sys.stderr.flush()


def _sort_out(diverted: IO[bytes]) -> None:
    diverted.seek(0)
    for line in diverted:
        if _CHATTER.match(line):
            _LOG.debug("%s", line.decode(errors="replace").rstrip())
        else:
            with suppress(OSError):
                os.write(_STDERR, line)
