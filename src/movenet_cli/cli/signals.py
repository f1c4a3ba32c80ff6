"""What a user at the keyboard or a process manager sends, made one interrupt that nothing can tear apart."""

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
"""Seconds that an orderly end may take until another signal ends the process at once, as a kill would."""


@contextlib.contextmanager
def one_interrupt() -> Iterator[None]:
    """Within, the first signal raises `KeyboardInterrupt`; further ones do not disturb the way out.

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
    """From now on none of them does anything: all is done, and the interpreter is on its way out."""
    for number in _numbers():
        signal.signal(number, signal.SIG_IGN)


def _numbers() -> list[int]:
    return [getattr(signal, name) for name in NAMES if hasattr(signal, name)]


class _Interrupt:
    """The handler of all of them together."""

    def __init__(self) -> None:
        self._first: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
            raise KeyboardInterrupt
        if now - self._first > PATIENCE:
            os._exit(ExitCode.INTERRUPTED)
