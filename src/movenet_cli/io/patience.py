"""Patience with storage that refuses for a moment: what could not be written is tried again for a while."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Final, TypeVar

from movenet_cli.errors import OutputError

log = logging.getLogger(__name__)
T = TypeVar("T")

LONGEST: Final = 120.0
"""Seconds that one piece of work waits in all; then the run ends."""

_PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each further attempt; the last one again and again."""

_LOOK: Final = 0.2


class Patience:
    """Repeats what fails for what may pass; safe to use from several threads.

    Args:
        probe: raises `OutputError` as long as nothing can be written.
        longest: see `LONGEST`.
    """

    def __init__(self, probe: Callable[[], None], longest: float | None = None) -> None:
        self._probe = probe
        self._longest = LONGEST if longest is None else longest
        self._lock = threading.Lock()
        self._is_waiting = self._is_over = False

    def run(self, action: Callable[[], T], check: Callable[[], None] = lambda: None) -> T:
        """Do something, again where it fails for what may pass.

        Args:
            action: may be called several times, also after it has done half.
            check: called several times a second while it waits; may raise to give up.

        Raises:
            OutputError: it cannot be done, or not in time.
        """
        is_again, pauses = False, _pauses(self._longest)
        while True:
            try:
                if is_again:
                    self._probe()
                done = action()
            except OutputError as error:
                if not error.may_pass or self._is_over:
                    raise
                if (pause := next(pauses, None)) is None:
                    self.end()  # for everybody
                    raise
                self._say_waiting(error)
            else:
                if is_again:
                    self._say_going_on()
                return done
            _sleep(pause, check)
            is_again = True

    def end(self) -> None:
        """Wait no more: the run is to end soon."""
        self._is_over = True

    def _say_waiting(self, error: OutputError) -> None:
        with self._lock:
            is_first, self._is_waiting = not self._is_waiting, True
        if is_first:
            log.warning("%s; trying again for up to %g seconds", error.problem, self._longest)

    def _say_going_on(self) -> None:
        with self._lock:
            was_waiting, self._is_waiting = self._is_waiting, False
        if was_waiting:
            log.warning("the results can be written again; going on")


def _pauses(longest: float) -> Iterator[float]:
    """Growing ones, of so many seconds in all."""
    left = longest
    for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
        if left <= 0:
            return
        yield min(pause, left)
        left -= pause


def _sleep(seconds: float, check: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        check()
        time.sleep(min(left, _LOOK))
