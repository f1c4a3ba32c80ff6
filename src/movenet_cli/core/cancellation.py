"""The signal that a run is to stop, shared by all that wait or work for long."""

import threading


class Stopped(Exception):  # noqa: N818 - a signal between our own functions, not an error
    """The run is being stopped; the item in hand is dropped."""


class StopSignal:
    """Set once, from any thread; whoever works for long looks at it between two steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """From now on every `check` raises."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether the run is to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Go on, or not.

        Raises:
            Stopped: once the signal is set.
        """
        if self._event.is_set():
            raise Stopped
