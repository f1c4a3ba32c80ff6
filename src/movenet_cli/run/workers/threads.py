"""The threads that want work done do it themselves, and share one copy of what it takes."""

from movenet_cli.run.segments.segment import Tell
from movenet_cli.run.workers.interface import Workers
from movenet_cli.run.workers.work import Done, Work
from movenet_cli.run.workers.worker import Worker


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
