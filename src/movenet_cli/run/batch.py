"""Annotates many inputs side by side, keeps what is up to date, and counts everything in the report."""

import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, Protocol

from movenet_cli.core.cancellation import CancellationToken, Cancelled
from movenet_cli.core.inputs import InputFile
from movenet_cli.core.results import InputOutcome, Summary
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import MediaError, MovenetError, OutputError, shortage
from movenet_cli.media.local_copy import local_copy
from movenet_cli.media.opening import open_source
from movenet_cli.output.interface import Outputs
from movenet_cli.run.loading import LoadedModels
from movenet_cli.run.pipeline import annotate_source
from movenet_cli.run.report import Report

log = logging.getLogger(__name__)

WAKE_INTERVAL: Final = 0.2
"""Seconds after which the thread that waits for the workers looks for an interrupt."""


class Events(Protocol):
    """What follows the progress of a run; called from several threads."""

    def input_started(self, name: str) -> None:
        """Work on an input begins."""

    def frame_done(self, name: str, result: FrameResult) -> None:
        """One more frame of an input has its result."""

    def input_done(self, outcome: InputOutcome) -> None:
        """An input is done, kept or failed."""


class NoEvents:
    """The `Events` of a run whose progress nobody follows."""

    def input_started(self, name: str) -> None:
        """See `Events`."""

    def frame_done(self, name: str, result: FrameResult) -> None:
        """See `Events`."""

    def input_done(self, outcome: InputOutcome) -> None:
        """See `Events`."""


class Batch:
    """One run over many inputs.

    A few input workers take the inputs in order, each of them one at a time, and share the engine's inference
    workers. There is one more of them than of those, so that all cores are busy while a file is opened.

    Args:
        models: the loaded models, with the settings and plan of the run.
        outputs: where results go, and what is up to date.
        events: follows the progress.
        report: counts every input.
    """

    def __init__(self, models: LoadedModels, outputs: Outputs, events: Events, report: Report) -> None:
        self._models = models
        self._settings = models.settings
        self._outputs = outputs
        self._events = events
        self._report = report
        self._cancellation = CancellationToken()
        self._take = threading.Lock()

    def run(self, files: Sequence[InputFile]) -> None:
        """Work through the files; each of them ends up in the report, unless the run is stopped.

        An interrupt (`KeyboardInterrupt` in the calling thread) drops the inputs under way, leaves
        complete files only, marks the report and returns.

        Raises:
            OutputError: when results cannot be written; the report holds what was done before.
        """
        work = iter(enumerate(files))
        workers = max(1, min(len(files), self._settings.jobs + 1))
        futures: list[Future[None]] = []
        try:
            with ThreadPoolExecutor(workers, "movenet-input") as pool:
                try:
                    self._start(pool, workers, work, futures)
                    while wait(futures, WAKE_INTERVAL).not_done:
                        pass  # a signal that the system gave to another thread is seen between two waits
                    self._report.finished = True
                finally:
                    self._halt()  # before the pool waits for its workers, however this has ended
        except KeyboardInterrupt:
            self._report.interrupted = True
        else:
            _raise_first(futures)

    def _start(
        self,
        pool: ThreadPoolExecutor,
        workers: int,
        work: Iterator[tuple[int, InputFile]],
        futures: list[Future[None]],
    ) -> None:
        """Start the input workers; fewer when the system does not allow so many threads."""
        try:
            futures.extend(pool.submit(self._work_through, work) for _ in range(workers))
        except RuntimeError as error:
            if not futures:
                raise MovenetError(shortage(error) or str(error)) from error

    def _halt(self) -> None:
        """Have the workers end once they notice; does no harm when they have."""
        self._cancellation.cancel()
        self._outputs.halt()

    def _work_through(self, work: Iterator[tuple[int, InputFile]]) -> None:
        """Take inputs until there are none, or the run is stopped."""
        while not self._cancellation.is_cancelled:
            with self._take:
                position, file = next(work, (-1, None))
            if file is None:
                return
            try:
                outcome = self._one(position, file)
                self._events.input_done(outcome)
            except Cancelled:
                return
            except OutputError as error:
                self._report.fatal = error.exit_code
                self._halt()
                raise
            except Exception as error:
                log.debug("%s: unexpected error", file.name, exc_info=True)
                outcome = InputOutcome(file.name, "failed", reason=_internal(error), is_bug=True, file=file)
            self._report.add(outcome)
            if outcome.state == "failed" and self._settings.fail_fast:
                self._report.stopped = True
                self._halt()

    def _one(self, position: int, file: InputFile) -> InputOutcome:
        """Keep or annotate one input; whatever is wrong with it becomes its outcome."""
        with self._outputs.turn(position):
            try:
                if (kept := self._outputs.kept(file)) is not None:
                    return kept
                with local_copy(file, self._cancellation.check) as copy:
                    # Where the server does not tell versions apart, the content does.
                    if copy is not file and (kept := self._outputs.kept(copy)) is not None:
                        return kept
                    return self._annotate(position, copy)
            except MediaError as error:
                return self._failed(file, str(error))
            except (OutputError, Cancelled):
                raise
            except Exception as error:
                log.debug("%s: unexpected error", file.name, exc_info=True)
                reason = shortage(error)
                return self._failed(file, reason or _internal(error), is_bug=reason is None)

    def _failed(self, file: InputFile, reason: str, is_bug: bool = False) -> InputOutcome:
        self._outputs.failed(file, reason)
        return InputOutcome(file.name, "failed", reason=reason, is_bug=is_bug, file=file)

    def _annotate(self, position: int, file: InputFile) -> InputOutcome:
        self._events.input_started(file.name)
        summary = Summary()
        self._outputs.begin(file)
        frames, max_pixels = self._settings.frames, self._settings.max_pixels
        with open_source(file, frames, max_pixels=max_pixels, cancellation=self._cancellation) as source:
            input_plan = self._models.plan.choose(file.name, source.info)
            sinks = self._outputs.sinks(position, file, input_plan.header)
            results = annotate_source(source, self._models.engine, input_plan, sinks, summary)
            with contextlib.closing(results):
                for result in results:
                    self._events.frame_done(file.name, result)
                    self._cancellation.check()
            notes = source.notes
        self._outputs.finished(file, source.info.media, summary, notes)
        return InputOutcome(file.name, "done", summary, notes=notes, file=file)


def _internal(error: Exception) -> str:
    """What to say of an error that is not the input's fault."""
    return f"internal error, please report it: {type(error).__name__}: {error}"


def _raise_first(futures: Sequence[Future[None]]) -> None:
    for future in futures:
        if future.done() and (error := future.exception()) is not None:
            raise error
