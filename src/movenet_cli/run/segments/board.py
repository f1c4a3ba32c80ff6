"""The segments of long videos under way, for whichever driver has nothing else to do."""

import threading
from collections.abc import Sequence
from typing import Final

from movenet_cli.core.cancellation import CancellationToken, Cancelled
from movenet_cli.core.results import Summary
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import MovenetError
from movenet_cli.output.interface import Outputs
from movenet_cli.run.events import Events
from movenet_cli.run.segments.long_video import CutUp, VideoShare
from movenet_cli.run.workers.interface import Workers
from movenet_cli.run.workers.work import Done, SegmentWork
from movenet_cli.run.workers.worker import unexpected

WAKE_INTERVAL: Final = 0.2
"""Seconds after which the thread that waits for the workers looks for an interrupt."""


class SegmentBoard:
    """Hands out segments; several drivers use one.

    Args:
        workers: do the work.
        outputs: where results go.
        events: follows the progress.
        cancellation: of the workers.

    Attributes:
        changed: notified when a segment is done or a video begun, and held while a segment is chosen.
    """

    def __init__(
        self, workers: Workers, outputs: Outputs, events: Events, cancellation: CancellationToken
    ) -> None:
        self._workers = workers
        self._outputs = outputs
        self._events = events
        self._cancellation = cancellation
        self._videos: list[CutUp] = []
        self.changed = threading.Condition()

    @property
    def has_work(self) -> bool:
        """Whether a segment is to be done at the moment; for who holds `changed`."""
        return any(video.has_work for video in self._videos)

    def do_all(self, video: CutUp) -> None:
        """Do a video's segments together with whoever has nothing else to do.

        Raises:
            OutputError: results cannot be written.
            ModelError: the models cannot be loaded.
            Cancelled: once the run is cancelled.
        """
        with self.changed:
            self._videos.append(video)
            self.changed.notify_all()
        try:
            while not video.is_over:
                if not self._do_one_of([video]):
                    with self.changed:
                        self.changed.wait_for(lambda: video.is_over or video.has_work, WAKE_INTERVAL)
                self._cancellation.check()
        finally:
            with self.changed:
                self._videos.remove(video)

    def help(self) -> bool:
        """Do a segment of some video under way, the first one that has any to do; whether there was one."""
        return self._do_one_of(self._videos)

    def _do_one_of(self, videos: Sequence[CutUp]) -> bool:
        with self.changed:
            found = next(((video, work) for video in videos if (work := video.next()) is not None), None)
        if found is None:
            return False
        video, work = found
        summary = Summary()
        try:
            done, summary = self._outputs.attempt(lambda: self._do(work))
        except (MovenetError, Cancelled):
            raise
        except Exception as error:  # noqa: BLE001 - logged, and counted as a bug
            done = unexpected(video.file.name, error, video.cut.order)
        with self.changed:
            if isinstance(video, VideoShare):
                video.summary += summary
            video.done(work, done)
            self.changed.notify_all()
        return True

    def _do(self, work: SegmentWork) -> tuple[Done, Summary]:
        """Do a segment; and counts of its frames."""
        summary = Summary()

        def tell(name: str, result: FrameResult) -> None:
            summary.count(result.status)
            if work.before is None:  # what is done again is told once
                self._events.frame_done(name, result)

        return self._workers.do(work, tell), summary
