"""The worker: does one work item after the other with the models it has loaded, wherever it runs."""

import contextlib
import logging
from collections.abc import Iterator

from movenet_cli.core.cancellation import CancellationToken, Cancelled
from movenet_cli.core.inputs import InputFile
from movenet_cli.core.results import Summary
from movenet_cli.core.types import FailedFrame, FrameResult
from movenet_cli.errors import MediaError, ModelError, OutputError, shortage
from movenet_cli.media.interface import Source
from movenet_cli.media.local_copy import local_copy, remove_shared_copies, share_copy, shared_copy
from movenet_cli.media.opening import open_source
from movenet_cli.media.video.segment import UnsoundSegmentError, can_be_cut
from movenet_cli.output.interface import Order, Written
from movenet_cli.run.loading import LoadedModels
from movenet_cli.run.pipeline import annotate_source, write_results
from movenet_cli.run.segments.segment import Tell, annotate_segment
from movenet_cli.run.segments.segment_file import read_segment, write_segment
from movenet_cli.run.workers.work import (
    CutVideo,
    CutWork,
    Done,
    Failed,
    InputWork,
    JoinWork,
    SegmentDone,
    SegmentWork,
    Uncut,
    UpToDate,
    Work,
    order_of,
)

log = logging.getLogger(__name__)


class Worker:
    """Does work items; several threads may share one.

    Args:
        models: the loaded models, with the settings and plan of the run.
        cancellation: looked at all the time.
    """

    def __init__(self, models: LoadedModels, cancellation: CancellationToken) -> None:
        self._models = models
        self._cancellation = cancellation
        self._has_copied = False

    def do(self, work: Work, tell: Tell) -> Done:
        """Do one item; whatever is wrong with its input is a value.

        Args:
            work: the item.
            tell: see `Tell`.

        Raises:
            OutputError: results cannot be written.
            ModelError: the models cannot be loaded, when that is put off until they are needed.
            Cancelled: once the run is cancelled.
        """
        order = order_of(work)
        try:
            if isinstance(work, SegmentWork):
                return self._segment(work, tell)
            if isinstance(work, JoinWork):
                return self._join(work)
            if isinstance(work, CutWork):
                return self._cut(work)
            with local_copy(work.file, self._cancellation.check) as file:
                order = work.order.begin(file, self._cancellation.check)
                return UpToDate(order) if order.is_needless else self._input(work, file, order, tell)
        except MediaError as error:
            return Failed(str(error), order)
        except (OutputError, ModelError, Cancelled):
            raise
        except Exception as error:  # noqa: BLE001 - logged, and counted as a bug
            return unexpected(work.file.name, error, order)

    def close(self) -> None:
        """Leave nothing behind, once no item is in hand; safe to call twice."""
        if self._has_copied:
            remove_shared_copies()

    def _input(self, work: InputWork, file: InputFile, order: Order, tell: Tell) -> Done:
        settings = self._models.settings
        with open_source(
            file, settings.frames, max_pixels=settings.max_pixels, cancellation=self._cancellation
        ) as source:
            cut = self._cut_up(source, work.cut_from, file, order)
            if cut is not None and (file is work.file or self._can_be_shared(file, order)):
                return cut
            plan = self._models.plan.choose(work.file.name, source.info, source.segments)
            sinks, summary = order.sinks(plan.header), Summary()
            results = annotate_source(source, self._models.engine, plan, sinks, summary)
            with contextlib.closing(results):
                for result in results:
                    tell(work.file.name, result)
                    self._cancellation.check()
            notes = source.notes
        return order.written(source.info.media, sinks, summary, notes, self._cancellation.check)

    def _cut_up(self, source: Source, cut_from: int | None, file: InputFile, order: Order) -> CutVideo | None:
        """The segments of a video that is to be cut, and can be."""
        if cut_from is None or (source.info.frame_count or 0) < cut_from or not source.segments:
            return None
        in_segments = order.in_segments()
        if in_segments is None or not can_be_cut(file.path, source.segments):
            return None
        return CutVideo(in_segments, source.info, source.segments)

    def _cut(self, work: CutWork) -> CutVideo | Uncut:
        settings = self._models.settings
        with open_source(
            work.file, settings.frames, max_pixels=settings.max_pixels, cancellation=self._cancellation
        ) as source:
            return self._cut_up(source, 0, work.file, work.order) or Uncut()

    def _can_be_shared(self, copy: InputFile, order: Order) -> bool:
        self._has_copied = True
        return order.content is not None and share_copy(copy, order.content)

    def _segment(self, work: SegmentWork, tell: Tell) -> Done:
        known = read_segment(work.place)
        if known is not None:
            for result in known.results:
                tell(work.file.name, result)
        else:
            self._has_copied |= work.file.url is not None
            with shared_copy(work.file, work.content, self._cancellation.check) as file:
                try:
                    known = annotate_segment(
                        self._models, file, work.info, work.segment, work.before, tell, self._cancellation
                    )
                except UnsoundSegmentError:
                    return Uncut()
            write_segment(work.place, known)
        return SegmentDone(known.start, known.end)

    def _join(self, work: JoinWork) -> Written | Uncut:
        plan = self._models.plan.choose(work.file.name, work.info, work.segments)
        sinks, summary = work.order.sinks(plan.header), Summary()
        try:
            results = write_results(_stored(work), plan, sinks, summary)
            with contextlib.closing(results):
                for _ in results:
                    self._cancellation.check()
        except UnsoundSegmentError:
            return Uncut()
        return work.order.written(work.info.media, sinks, summary, (), self._cancellation.check)


def _stored(work: JoinWork) -> Iterator[tuple[FailedFrame, FrameResult]]:
    """The results of all segments; there are no pixels any more, and whoever wants them is not asked."""
    for place in work.places:
        segment = read_segment(place)
        if segment is None:  # somebody has removed it
            raise UnsoundSegmentError
        for result in segment.results:
            yield FailedFrame(result.index, result.time, ""), result


def unexpected(name: str, error: Exception, order: Order | None) -> Failed:
    """What becomes of an input at an unforeseen error: the system is short of something, or a bug."""
    log.debug("%s: unexpected error", name, exc_info=error)
    reason = shortage(error)
    return Failed(reason or internal(error), order, is_bug=reason is None)


def internal(error: Exception) -> str:
    """What to say of an error that is not the input's fault."""
    return f"internal error, please report it: {type(error).__name__}: {error}"
