"""What a process manager sends, made the same as what a user at the keyboard sends."""

import signal
from types import FrameType


def interrupt_on_sigterm() -> None:
    """From now on SIGTERM raises `KeyboardInterrupt`, as Ctrl-C does: nothing half-written, exit 130."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
