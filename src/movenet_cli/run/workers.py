"""Who does work items: threads of this process, or processes of their own (`run/processes.py`)."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Final

from movenet_cli.run.segment import Tell
from movenet_cli.run.work import Done, Work
from movenet_cli.run.worker import Worker

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


class Threads(Workers):
    """The calling threads themselves, which share one worker.

    Args:
        worker: does the work.
        jobs: copies of the models. There is one item more in hand, so that all cores are busy while a file is
            opened.
    """

    def __init__(self, worker: Worker, jobs: int) -> None:
        self._worker = worker
        self._jobs = jobs

    @property
    def count(self) -> int:
        """See `Workers.count`."""
        return self._jobs + 1

    def do(self, work: Work, tell: Tell) -> Done:
        """See `Workers.do`."""
        return self._worker.do(work, tell)

    def close(self) -> None:
        """See `Workers.close`."""
        self._worker.close()
