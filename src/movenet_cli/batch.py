"""Many inputs in, a report out: what is up to date is kept, the rest is spread over lanes."""

import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Protocol

from movenet_cli.engine import Engine
from movenet_cli.errors import MediaError, OutputError
from movenet_cli.outputs import Outputs
from movenet_cli.pipeline import annotate_source
from movenet_cli.poses import FrameResult
from movenet_cli.report import InputOutcome, Report
from movenet_cli.settings import RunSettings
from movenet_cli.sinks.interface import Summary
from movenet_cli.sources.interface import FrameRange, InputFile
from movenet_cli.sources.opening import open_source
from movenet_cli.strategy import Strategy

log = logging.getLogger(__name__)


class Events(Protocol):
    """Who wants to see the progress; called from several threads."""

    def input_started(self, name: str) -> None:
        """An input has been opened for work."""

    def frame_done(self, name: str, result: FrameResult) -> None:
        """One more frame is through."""

    def input_done(self, outcome: InputOutcome) -> None:
        """An input is done, kept or failed."""


class Batch:
    """One run over many inputs.

    Inputs are taken in order by a few lanes; each lane works on one input at a time, and all of them share
    the engine's workers. One more lane than workers keeps these busy while a file is opened or finished.

    Args:
        engine: the loaded models.
        strategy: chooses each input's estimator and filters.
        outputs: where results go, and what is up to date.
        frames: which frames of a video are asked for.
        max_pixels: larger pictures are refused.
        settings: how to run.
        events: who watches.
    """

    def __init__(
        self,
        engine: Engine,
        strategy: Strategy,
        outputs: Outputs,
        frames: FrameRange,
        max_pixels: int,
        settings: RunSettings,
        events: Events,
    ) -> None:
        self._engine = engine
        self._strategy = strategy
        self._outputs = outputs
        self._frames = frames
        self._max_pixels = max_pixels
        self._settings = settings
        self._events = events
        self._stop = threading.Event()
        self._take = threading.Lock()

    def run(self, files: Sequence[InputFile], report: Report) -> None:
        """Work through the files; every one of them ends in the report, unless the run is stopped.

        An interrupt (`KeyboardInterrupt` in the calling thread) drops the items in hand, leaves only complete
        files, marks the report and returns.

        Raises:
            OutputError: when results cannot be written; the report holds what was done before.
        """
        work = iter(enumerate(files))
        lanes = max(1, min(len(files), self._settings.jobs + 1))
        with ThreadPoolExecutor(lanes, thread_name_prefix="movenet-lane") as pool:
            futures = [pool.submit(self._lane, work, report) for _ in range(lanes)]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
                report.finished = True
            except KeyboardInterrupt:
                report.interrupted = True
            finally:
                self._halt()
        _raise_first(futures)

    def _halt(self) -> None:
        self._stop.set()
        self._outputs.halt()

    def _lane(self, work: Iterator[tuple[int, InputFile]], report: Report) -> None:
        """Take inputs until there are none, or the run is stopped."""
        while not self._stop.is_set():
            with self._take:
                position, file = next(work, (-1, None))
            if file is None:
                return
            try:
                outcome = self._one(position, file)
            except _Stopped:
                return
            except OutputError as error:
                report.fatal = error.exit_code
                self._halt()
                raise
            report.add(outcome)
            self._events.input_done(outcome)
            if outcome.state == "failed" and self._settings.fail_fast:
                report.stopped = True
                self._halt()

    def _one(self, position: int, file: InputFile) -> InputOutcome:
        """Keep or annotate one input; whatever is wrong with it becomes its outcome."""
        with self._outputs.turn(position):
            try:
                if (kept := self._outputs.kept(file)) is not None:
                    return kept
                return self._annotate(position, file)
            except MediaError as error:
                return self._failed(file, str(error))
            except (OutputError, _Stopped):
                raise
            except Exception as error:
                log.debug("%s: unexpected error", file.name, exc_info=True)
                reason = f"internal error, please report it: {type(error).__name__}: {error}"
                return self._failed(file, reason, is_bug=True)

    def _failed(self, file: InputFile, reason: str, is_bug: bool = False) -> InputOutcome:
        self._outputs.failed(file, reason)
        return InputOutcome(file.name, "failed", reason=reason, is_bug=is_bug)

    def _annotate(self, position: int, file: InputFile) -> InputOutcome:
        self._events.input_started(file.name)
        summary = Summary()
        self._outputs.begin(file)
        with open_source(file, self._frames, max_pixels=self._max_pixels) as source:
            tactics = self._strategy.choose(file.name, source.info)
            sinks = self._outputs.sinks(position, file, tactics.header)
            results = annotate_source(
                source, self._engine, tactics.estimator, tactics.filters, sinks, summary
            )
            with contextlib.closing(results):
                for result in results:
                    self._events.frame_done(file.name, result)
                    if self._stop.is_set():
                        raise _Stopped
            notes = source.notes
        self._outputs.finished(file, source.info.media, summary)
        return InputOutcome(file.name, "done", summary, notes=notes)


class _Stopped(Exception):  # noqa: N818 - a signal between our own functions, not an error
    """The run is being stopped; the item in hand is dropped."""


def _raise_first(futures: Sequence[Future[None]]) -> None:
    for future in futures:
        if future.done() and (error := future.exception()) is not None:
            raise error
