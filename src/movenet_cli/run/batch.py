"""Annotates many inputs side by side, keeps what is up to date, and counts everything in the report."""

import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final, cast

from movenet_cli.core.cancellation import CancellationToken, Cancelled
from movenet_cli.core.inputs import InputFile, Inputs
from movenet_cli.core.results import InputOutcome
from movenet_cli.core.shard import Shard
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import MediaError, ModelError, MovenetError, OutputError, shortage
from movenet_cli.output.interface import Outputs, Written
from movenet_cli.run.events import Events
from movenet_cli.run.report import Report
from movenet_cli.run.segments.board import WAKE_INTERVAL, SegmentBoard
from movenet_cli.run.segments.long_video import LONG, LongVideo, VideoShare
from movenet_cli.run.workers.interface import Workers
from movenet_cli.run.workers.work import (
    CutVideo,
    CutWork,
    Done,
    Failed,
    InputWork,
    Uncut,
    UpToDate,
)
from movenet_cli.run.workers.worker import internal, unexpected

log = logging.getLogger(__name__)

_FATAL: Final = (OutputError, ModelError)
"""What every further input would fail of alike."""

_CHANGED: Final = "it changed after this run began; run the same command again"
_DAMAGED: Final = "not what its index says: `movenet merge` will read it in one go, if no shard does before"


class Batch:
    """One run over many inputs.

    A few drivers, one for each item that the workers may have in hand, take the inputs in order, each of
    them one at a time. A driver whose input is a long video shares its segments with the others.

    Args:
        workers: do the work.
        outputs: where results go, and what is up to date.
        events: follows the progress.
        report: counts every input.
        cancellation: of the workers; cancelled when the run is stopped.
        fail_fast: whether the first input that fails stops it.
    """

    def __init__(
        self,
        workers: Workers,
        outputs: Outputs,
        events: Events,
        report: Report,
        cancellation: CancellationToken,
        *,
        fail_fast: bool = False,
    ) -> None:
        self._workers = workers
        self._outputs = outputs
        self._events = events
        self._report = report
        self._fail_fast = fail_fast
        self._cancellation = cancellation
        self._board = SegmentBoard(workers, outputs, events, cancellation)
        self._changed = self._board.changed
        self._shared: deque[InputFile] = deque()
        self._shard: Shard | None = None
        self._in_hand = 0

    def run(self, files: Inputs, shared: Sequence[InputFile] = (), shard: Shard | None = None) -> None:
        """Work through the files; each of them ends up in the report, unless the run is stopped.

        Of the videos in `shared`, which come first, only the segments of `shard` are done.

        An interrupt (`KeyboardInterrupt` in the calling thread) drops the inputs under way, leaves
        complete files only, marks the report and returns.

        Raises:
            OutputError: when results cannot be written; the report holds what was done before.
            ModelError: when a worker elsewhere cannot load the models.
        """
        self._shared.extend(shared)
        self._shard = shard
        inputs = _Inputs(files, self._workers.count)
        futures: list[Future[None]] = []
        try:
            with ThreadPoolExecutor(self._workers.count, "movenet-input") as pool:
                try:
                    self._start(pool, inputs, futures)
                    while wait(futures, WAKE_INTERVAL).not_done:
                        pass  # a signal that the system gave to another thread is seen between two waits
                    self._report.finished = True
                    self._cancellation.cancel()
                except BaseException:
                    self._halt()  # before the pool waits for its threads
                    raise
        except KeyboardInterrupt:
            self._report.interrupted = True
            self._outputs.hurry()
        else:
            _raise_first(futures)

    def _start(self, pool: ThreadPoolExecutor, inputs: "_Inputs", futures: list[Future[None]]) -> None:
        """Start the drivers; fewer when the system does not allow so many threads."""
        try:
            futures.extend(pool.submit(self._drive, inputs) for _ in range(self._workers.count))
        except RuntimeError as error:
            if not futures:
                raise MovenetError(shortage(error) or str(error)) from error

    def _halt(self) -> None:
        """Have the drivers end once they notice; does no harm when they have."""
        self._cancellation.cancel()
        self._outputs.halt()
        with self._changed:
            self._changed.notify_all()

    def _drive(self, inputs: "_Inputs") -> None:
        """Take segments of videos under way, and inputs, until there are none, or the run is stopped."""
        try:
            while not self._cancellation.is_cancelled:
                if self._board.help():
                    continue
                taken = self._take(inputs)
                if taken is not None:
                    self._finish(taken)
                elif not self._wait_for_segments():
                    return
        except Cancelled:
            return
        except _FATAL as error:
            self._report.fatal = error.exit_code
            self._halt()
            raise

    def _take(self, inputs: "_Inputs") -> "_Taken | None":
        with self._changed:
            if self._shared:
                taken: _Taken | None = _Taken(0, self._shared.popleft(), LONG, is_shared=True)
            else:
                taken = inputs.next()
            self._in_hand += taken is not None
            return taken

    def _finish(self, taken: "_Taken") -> None:
        """Keep or annotate one input, and count it."""
        file = taken.file
        segments = 0
        try:
            try:
                if taken.is_shared:
                    outcome, segments = self._outputs.attempt(lambda: self._share(file))
                else:
                    outcome = self._outputs.attempt(lambda: self._one(taken))
                self._events.input_done(outcome)
            except (*_FATAL, Cancelled):
                raise
            except Exception as error:
                log.debug("%s: unexpected error", file.name, exc_info=True)
                outcome = InputOutcome(file.name, "failed", reason=internal(error), is_bug=True, file=file)
            if taken.is_shared:
                self._report.add_share(outcome, segments)
            else:
                self._report.add(outcome)
            if outcome.state == "failed" and self._fail_fast:
                self._report.stopped = True
                self._halt()
        finally:
            with self._changed:
                self._in_hand -= 1
                self._changed.notify_all()

    def _one(self, taken: "_Taken") -> InputOutcome:
        """Keep or annotate one input; whatever is wrong with it becomes its outcome."""
        file, order, video = taken.file, None, None
        with self._outputs.turn(taken.position):
            try:
                if (kept := self._outputs.kept(file)) is not None:
                    return kept
                self._events.input_started(file.name)
                order = self._outputs.order(taken.position, file)
                done = self._workers.do(InputWork(file, order, taken.cut_from), self._events.frame_done)
                if isinstance(done, CutVideo):
                    video = LongVideo(file, done)
                    done = self._in_segments(video)
                # Where the server does not tell versions apart, the content does.
                if isinstance(done, UpToDate):
                    kept = self._outputs.kept(file, done.order)
                    return kept or self._one(taken)  # else somebody has just removed its results
                if isinstance(done, Written):
                    self._outputs.commit(file, done)
                    if video is not None and self._shard is None:  # another shard must find its segments done
                        video.remove_results()
                    return InputOutcome(file.name, "done", done.summary, notes=done.notes, file=file)
                failed = cast(Failed, done)
            except MediaError as error:
                failed = Failed(str(error), order)
            except (*_FATAL, Cancelled):
                raise
            except Exception as error:  # noqa: BLE001 - logged, and counted as a bug
                failed = unexpected(file.name, error, order)
            self._outputs.failed(file, failed.reason, failed.order)
            return InputOutcome(file.name, "failed", reason=failed.reason, is_bug=failed.is_bug, file=file)

    def _share(self, file: InputFile) -> tuple[InputOutcome, int]:
        """Do this shard's segments of a long video, and tell how many those were.

        They leave no results yet. A shard whose own the video is puts it together where all segments were
        there before; so shards that are run once more share out this work as well.
        """
        shard = cast(Shard, self._shard)
        try:
            if (kept := self._outputs.kept(file)) is not None:
                return kept if shard.has(file.name) else InputOutcome(file.name, "kept", file=file), 0
            self._events.input_started(file.name)
            done = self._workers.do(CutWork(file, self._outputs.order(0, file)), _nobody)
            if isinstance(done, CutVideo):
                return self._do_share(file, done, shard)
            failed = done if isinstance(done, Failed) else Failed(_CHANGED)
        except MediaError as error:
            failed = Failed(str(error))
        except (*_FATAL, Cancelled):
            raise
        except Exception as error:  # noqa: BLE001 - logged, and counted as a bug
            failed = unexpected(file.name, error, None)
        return _failed_share(file, failed)

    def _do_share(self, file: InputFile, cut: CutVideo, shard: Shard) -> tuple[InputOutcome, int]:
        is_own, is_damaged = shard.has(file.name), cut.mark.exists()
        if is_own and (is_damaged or cut.is_done):
            return self._one(_Taken(0, file, LONG)), 0
        if is_damaged:
            return InputOutcome(file.name, "kept", notes=(_DAMAGED,), file=file), 0
        share = VideoShare(file, cut, shard)
        self._board.do_all(share)
        if share.failure is not None:
            return _failed_share(file, share.failure)
        if share.is_sound:
            return InputOutcome(file.name, "done", share.summary, file=file), share.segments
        cut.mark.write(b"")  # nobody needs to do the rest of its segments
        if is_own:
            return self._one(_Taken(0, file, LONG)), 0
        outcome = InputOutcome(file.name, "done", share.summary, notes=(_DAMAGED,), file=file)
        return outcome, share.segments

    def _in_segments(self, video: LongVideo) -> Done:
        """Annotate a video segment by segment."""
        if not video.cut.mark.exists():
            self._board.do_all(video)
        if video.failure is not None:
            return video.failure
        done: Done = Uncut()
        if video.is_ready:
            done = self._workers.do(video.join(), self._events.frame_done)
        if isinstance(done, Uncut):
            log.debug("%s: not what its index says; read in one go", video.file.name)
            done = self._workers.do(InputWork(video.file, video.cut.order), _nobody)
        return done

    def _wait_for_segments(self) -> bool:
        """Wait while inputs are in hand, which may turn out to be long videos; whether there is one now."""
        with self._changed:
            while self._in_hand and not self._cancellation.is_cancelled:
                if self._board.has_work:
                    return True
                self._changed.wait(WAKE_INTERVAL)
        return False


@dataclass(frozen=True, slots=True)
class _Taken:
    """An input that a driver has taken; `cut_from` as in `InputWork`, and whether only some segments are."""

    position: int
    file: InputFile
    cut_from: int
    is_shared: bool = False


class _Inputs:
    """The inputs in order; not safe for several threads at once."""

    def __init__(self, files: Inputs, drivers: int) -> None:
        self._files = enumerate(files)
        self._left = len(files)
        self._drivers = drivers

    def next(self) -> _Taken | None:
        """The next one; None when there is none left."""
        for position, file in self._files:
            self._left -= 1
            return _Taken(position, file, LONG if self._left >= self._drivers else 0)
        return None


def _failed_share(file: InputFile, failed: Failed) -> tuple[InputOutcome, int]:
    return InputOutcome(file.name, "failed", reason=failed.reason, is_bug=failed.is_bug, file=file), 0


def _nobody(name: str, result: FrameResult) -> None:
    """Tell nobody."""


def _raise_first(futures: Sequence[Future[None]]) -> None:
    for future in futures:
        if future.done() and (error := future.exception()) is not None:
            raise error
