"""The progress display on standard error: a bar, a line per minute, JSON objects, or nothing."""

import os
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from itertools import chain
from types import TracebackType
from typing import Any, Final

from tqdm import tqdm

from movenet_cli.cli.printing import (
    SafeStderr,
    print_event,
    print_message,
    printable,
    prints_json,
    write_lines_with,
)
from movenet_cli.cli.progress_estimate import ProgressEstimate
from movenet_cli.core.inputs import FrameRange, InputFile, Inputs
from movenet_cli.core.results import InputOutcome
from movenet_cli.core.types import FrameResult
from movenet_cli.core.wording import counted
from movenet_cli.io.json_text import plain_text
from movenet_cli.media.expected_frames import Expected, expected_frames
from movenet_cli.run.shards.inputs import ShardInputs

BAR_INTERVAL: Final = 0.2
JSON_INTERVAL: Final = 1.0
LINE_INTERVAL: Final = 60.0
"""Seconds between two updates of each display."""

_NAME_WIDTH: Final = 28
_PATIENCE: Final = 1.0
"""Seconds to wait at the end for a header that is just being read."""


class Progress:
    """The `Events` of a run: prints failures and notes as they happen. This base class shows nothing else.

    Args:
        files: the inputs.
        frames: the requested range of frames of a video.
        part: of a run's inputs, with its shared videos; None when all are done here.
        quiet: print failures only, no notes.
        verbose: print a line for every input.
    """

    interval: float | None = None
    """Seconds between two updates; None for no display."""

    def __init__(
        self,
        files: Inputs,
        frames: FrameRange,
        part: ShardInputs | None = None,
        *,
        quiet: bool = False,
        verbose: bool = False,
    ) -> None:
        shared = () if part is None else part.shared
        names = (file.name for file in chain(shared, files))
        self.estimate = ProgressEstimate(names, len(shared) + len(files))
        self._shares = {file.name: part.shard.count for file in shared} if part is not None else {}
        self._quiet = quiet
        self._verbose = verbose
        self._lock = threading.Lock()
        self._last = time.monotonic()
        self._ended = threading.Event()
        self._counter = threading.Thread(
            target=self._count, args=(chain(shared, files), frames), name="movenet-count", daemon=True
        )
        if self.interval is not None and not self.estimate.are_many:
            self._counter.start()

    def _count(self, files: Iterable[InputFile], frames: FrameRange) -> None:
        """Find out how many frames there will be, while the run goes on."""
        for file in files:
            if self._ended.is_set():
                return
            if self.estimate.expects(file.name):
                expected = expected_frames(file, frames)
                if expected is not None and file.name in self._shares:
                    expected = Expected(expected.frames // self._shares[file.name])
                with self._lock:
                    self.estimate.expect(file.name, expected)

    def input_started(self, name: str) -> None:
        """See `Events`."""

    def frame_done(self, name: str, result: FrameResult) -> None:
        """See `Events`."""
        with self._lock:
            self.estimate.add_frame(name)
            self._show_now_and_then(name)

    def input_done(self, outcome: InputOutcome) -> None:
        """See `Events`."""
        with self._lock:
            self.estimate.finish(outcome.name, failed=outcome.state == "failed")
            self._show_now_and_then(outcome.name)
            notes = () if self._quiet else outcome.notes
            if outcome.reason or outcome.summary.failed or notes or self._verbose:
                _print_input(outcome, notes, verbose=self._verbose)

    def _show_now_and_then(self, name: str) -> None:
        if self.interval is not None and time.monotonic() - self._last >= self.interval:
            self._last = time.monotonic()
            self.show(name)

    def show(self, name: str | None) -> None:
        """Update the display; called with the lock held, and at the end without a name."""

    def close(self) -> None:
        """Remove the display."""

    def __enter__(self) -> "Progress":
        """Enter the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the display."""
        self._ended.set()
        if self._counter.is_alive():
            self._counter.join(_PATIENCE)
        self.close()


class LineProgress(Progress):
    """A line now and then, for a log."""

    interval = LINE_INTERVAL

    def show(self, name: str | None) -> None:
        """See `Progress.show`."""
        print_message(f"movenet: {self.estimate.describe()}")


class BarProgress(Progress):
    """A tqdm bar for the share that is done, followed by numbers and the current input."""

    interval = BAR_INTERVAL

    def __init__(
        self,
        files: Inputs,
        frames: FrameRange,
        part: ShardInputs | None = None,
        *,
        quiet: bool = False,
        verbose: bool = False,
    ) -> None:
        self._stderr = SafeStderr()
        self._bar = tqdm(total=1.0, bar_format=_PLAIN, file=self._stderr, **_width())
        write_lines_with(lambda line: self._bar.write(line, file=self._stderr))
        super().__init__(files, frames, part, quiet=quiet, verbose=verbose)

    def show(self, name: str | None) -> None:
        """See `Progress.show`."""
        fraction = self.estimate.fraction
        self._bar.bar_format = _PLAIN if fraction is None else f"{self.estimate.percentage()} {_WITH_BAR}"
        self._bar.n = fraction or 0.0
        file = f", {printable(name)[-_NAME_WIDTH:]}" if name else ""
        self._bar.set_description_str(self.estimate.describe_briefly() + file)

    def close(self) -> None:
        """See `Progress.close`."""
        self.show(None)
        write_lines_with()
        self._bar.close()


def _width() -> dict[str, Any]:
    """The terminal's width, also after it is resized; 100 where a pseudo-terminal does not tell."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError, AttributeError):
        columns = 0
    return {"dynamic_ncols": True} if columns else {"ncols": 100}


_WITH_BAR: Final = "|{bar:10}| {desc}"
_PLAIN: Final = "{desc}"


class JsonProgress(Progress):
    """One JSON object per update."""

    interval = JSON_INTERVAL

    def show(self, name: str | None) -> None:
        """See `Progress.show`."""
        estimate = self.estimate
        fraction, left = estimate.fraction, estimate.seconds_left
        print_event(
            "progress",
            frames=estimate.frames,
            frames_total=estimate.total,
            frames_total_exact=estimate.is_exact,
            percent=None if fraction is None else round(fraction * 100, 1),
            seconds_left=None if left is None else round(left, 1),
            frames_per_second=round(estimate.rate, 2),
            inputs_done=estimate.finished,
            inputs_total=estimate.inputs,
            inputs_failed=estimate.failed,
            current=None if name is None else plain_text(name),
        )

    def close(self) -> None:
        """Print the last update."""
        self.show(None)


def _print_input(outcome: InputOutcome, notes: Sequence[str], *, verbose: bool) -> None:
    """Print what became of an input: a line, and one for each note; or one JSON object."""
    summary = outcome.summary
    if prints_json():
        print_event(
            "input",
            source=plain_text(outcome.name),
            state=outcome.state,
            frames=summary.fields(),
            reason=outcome.reason,
            notes=list(notes),
        )
        return
    start = f"movenet: {outcome.name}: "
    if outcome.reason is not None:
        print_message(start + outcome.reason, "error")
    elif summary.failed:
        print_message(f"{start}{summary.failed:,} of {counted(summary.frames, 'frame')} failed", "error")
    elif verbose:
        kept = ", up to date" if outcome.state == "kept" else ""
        print_message(f"{start}{counted(summary.frames, 'frame')}, {summary.ok:,} with people{kept}")
    for note in notes:
        print_message(f"{start}note: {note}")


def make_progress(
    kind: str,
    files: Inputs,
    frames: FrameRange,
    part: ShardInputs | None = None,
    *,
    quiet: bool = False,
    verbose: bool = False,
) -> Progress:
    """The display of a kind: `auto` is a bar on a terminal, otherwise a line per minute."""
    display: type[Progress] = Progress
    if kind == "json":
        display = JsonProgress
    elif kind == "bar":
        display = BarProgress
    elif kind == "auto" and not quiet:
        display = BarProgress if sys.stderr and sys.stderr.isatty() else LineProgress
    return display(files, frames, part, quiet=quiet, verbose=verbose)
