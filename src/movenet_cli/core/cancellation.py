"""The one way to tell everything that works or waits for long that the run is to end."""

import threading


class Cancelled(Exception):  # noqa: N818 - a signal between our own functions, not an error
    """The run is being ended; the item in hand is dropped."""


class CancellationToken:
    """Cancelled once, from any thread; whoever works for long looks at it between two steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """From now on every `check` raises."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether the run is to end."""
        return self._event.is_set()

    def check(self) -> None:
        """Go on, or not.

        Raises:
            Cancelled: once the run has been cancelled.
        """
        if self._event.is_set():
            raise Cancelled
