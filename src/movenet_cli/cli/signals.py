"""Signals: Ctrl-C and its like raise one `KeyboardInterrupt`, and do not disturb the clean-up."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from types import FrameType
from typing import Final

from movenet_cli.errors import ExitCode

NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP")
"""Ctrl-C, a process manager, a terminal that was closed; not every system has all of them."""

PATIENCE: Final = 10.0
"""Seconds that the clean-up may take before another signal ends the process at once, as a kill would."""


@contextlib.contextmanager
def one_interrupt() -> Iterator[None]:
    """Raise `KeyboardInterrupt` at the first signal inside the block; ignore further ones for a while.

    A signal that the caller has switched off, as `nohup` does, stays off.
    """
    handler = _Interrupt()
    before = {
        number: signal.signal(number, handler)
        for number in _numbers()
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def ignore_interrupts() -> None:
    """Ignore all of them from now on: the work is done, and the interpreter is about to exit."""
    for number in _numbers():
        signal.signal(number, signal.SIG_IGN)


def _numbers() -> list[int]:
    return [getattr(signal, name) for name in NAMES if hasattr(signal, name)]


class _Interrupt:
    """The handler that all signals share."""

    def __init__(self) -> None:
        self._first: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
            raise KeyboardInterrupt
        if now - self._first > PATIENCE:
            os._exit(ExitCode.INTERRUPTED)
