"""Who does work items: threads of this process, or processes of their own (`run/workers/processes.py`)."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Final

from movenet_cli.run.segments.segment import Tell
from movenet_cli.run.workers.work import Done, Work

GRACE: Final = 3.0
"""Seconds that a worker elsewhere gets to drop its item before it is killed."""


class TooLongError(Exception):
    """An item has taken more time than it may."""


def took_too_long(seconds: float | None) -> str:
    """Why an item failed whose worker was stopped."""
    return f"it took longer than {seconds:g} seconds (--item-timeout)"


class Workers(ABC):
    """Does work items; called from as many threads at once as there may be items in hand."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many items it is worth to have in hand."""

    @abstractmethod
    def do(self, work: Work, tell: Tell) -> Done:
        """Do one item, and return when it is done; see `Worker.do`."""

    def close(self) -> None:  # noqa: B027 - threads end by themselves
        """End the workers; safe to call twice."""

    def __enter__(self) -> "Workers":
        """Enter the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers."""
        self.close()
