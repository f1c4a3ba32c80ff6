"""Progress on standard error: a bar, a line a minute in a log, JSON lines for programs, or nothing."""

import os
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final

from tqdm import tqdm

from movenet_cli.cli.printing import LastingStderr, printable, say, say_event, speaks_json, write_lines_by
from movenet_cli.cli.tally import Tally
from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.results import InputOutcome
from movenet_cli.core.types import FrameResult
from movenet_cli.core.wording import counted
from movenet_cli.io.json_text import plain_text
from movenet_cli.media.expected_frames import expected_frames

BAR_INTERVAL: Final = 0.2
JSON_INTERVAL: Final = 1.0
LINE_INTERVAL: Final = 60.0
"""Seconds between two updates of each kind."""

_NAME_WIDTH: Final = 28
_PATIENCE: Final = 1.0
"""Seconds to wait, when all is done, for a header that is just being read."""


class Progress:
    """Sees every frame and input; says failures and remarks as they happen. Base class: says only these.

    Args:
        files: the inputs.
        frames: which frames of a video are asked for.
        quiet: no remarks, only failures.
        verbose: a line for every input.
    """

    interval: float | None = None
    """Seconds between two updates; None for no display."""

    def __init__(
        self, files: Sequence[InputFile], frames: FrameRange, *, quiet: bool = False, verbose: bool = False
    ) -> None:
        self.tally = Tally(file.name for file in files)
        self._quiet = quiet
        self._verbose = verbose
        self._lock = threading.Lock()
        self._last = time.monotonic()
        self._ended = threading.Event()
        self._counter = threading.Thread(
            target=self._count, args=(files, frames), name="movenet-count", daemon=True
        )
        if self.interval is not None:
            self._counter.start()

    def _count(self, files: Sequence[InputFile], frames: FrameRange) -> None:
        """Find out how many frames there will be, while the work goes on."""
        for file in files:
            if self._ended.is_set():
                return
            if self.tally.expects(file.name):
                expected = expected_frames(file.path, frames)
                with self._lock:
                    self.tally.expect(file.name, expected)

    def input_started(self, name: str) -> None:
        """An input has been opened for work."""

    def frame_done(self, name: str, result: FrameResult) -> None:
        """One more frame is through."""
        with self._lock:
            self.tally.add_frame(name)
            self._show_now_and_then(name)

    def input_done(self, outcome: InputOutcome) -> None:
        """An input is done, kept or failed."""
        with self._lock:
            self.tally.finish(outcome.name, failed=outcome.state == "failed")
            self._show_now_and_then(outcome.name)
            notes = () if self._quiet else outcome.notes
            if outcome.reason or outcome.summary.failed or notes or self._verbose:
                _say_input(outcome, notes, verbose=self._verbose)

    def _show_now_and_then(self, name: str) -> None:
        if self.interval is not None and time.monotonic() - self._last >= self.interval:
            self._last = time.monotonic()
            self.show(name)

    def show(self, name: str | None) -> None:
        """Bring the display up to date; called with the lock held, and with None at the end."""

    def close(self) -> None:
        """Take the display away."""

    def __enter__(self) -> "Progress":
        """Enter the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the display away."""
        self._ended.set()
        if self._counter.is_alive():
            self._counter.join(_PATIENCE)
        self.close()


class LineProgress(Progress):
    """A line now and then, as a log wants it."""

    interval = LINE_INTERVAL

    def show(self, name: str | None) -> None:
        """See `Progress.show`."""
        say(f"movenet: {self.tally.describe()}")


class BarProgress(Progress):
    """A tqdm bar for the part that is done, then the same in numbers, and the file in hand."""

    interval = BAR_INTERVAL

    def __init__(
        self, files: Sequence[InputFile], frames: FrameRange, *, quiet: bool = False, verbose: bool = False
    ) -> None:
        self._stderr = LastingStderr()
        self._bar = tqdm(total=1.0, bar_format=_PLAIN, file=self._stderr, **_width())
        write_lines_by(lambda line: self._bar.write(line, file=self._stderr))
        super().__init__(files, frames, quiet=quiet, verbose=verbose)

    def show(self, name: str | None) -> None:
        """See `Progress.show`."""
        fraction = self.tally.fraction
        self._bar.bar_format = _PLAIN if fraction is None else f"{self.tally.percentage()} {_WITH_BAR}"
        self._bar.n = fraction or 0.0
        file = f", {printable(name)[-_NAME_WIDTH:]}" if name else ""
        self._bar.set_description_str(self.tally.describe_briefly() + file)

    def close(self) -> None:
        """See `Progress.close`."""
        self.show(None)
        write_lines_by()
        self._bar.close()


def _width() -> dict[str, Any]:
    """The terminal's, now and when it is resized; some pseudo-terminals say that they have none."""
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
        tally = self.tally
        fraction, left = tally.fraction, tally.seconds_left
        say_event(
            "progress",
            frames=tally.frames,
            frames_total=tally.total,
            frames_total_exact=tally.is_exact,
            percent=None if fraction is None else round(fraction * 100, 1),
            seconds_left=None if left is None else round(left, 1),
            frames_per_second=round(tally.rate, 2),
            inputs_done=tally.finished,
            inputs_total=tally.inputs,
            inputs_failed=tally.failed,
            current=None if name is None else plain_text(name),
        )

    def close(self) -> None:
        """The last update, always."""
        self.show(None)


def _say_input(outcome: InputOutcome, notes: Sequence[str], *, verbose: bool) -> None:
    """What became of an input: one line, and one for each note; one object for programs."""
    summary = outcome.summary
    if speaks_json():
        say_event(
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
        say(start + outcome.reason, "error")
    elif summary.failed:
        say(f"{start}{summary.failed:,} of {counted(summary.frames, 'frame')} failed", "error")
    elif verbose:
        kept = ", up to date" if outcome.state == "kept" else ""
        say(f"{start}{counted(summary.frames, 'frame')}, {summary.ok:,} with people{kept}")
    for note in notes:
        say(f"{start}note: {note}")


def make_progress(
    kind: str, files: Sequence[InputFile], frames: FrameRange, *, quiet: bool = False, verbose: bool = False
) -> Progress:
    """The display that was asked for: `auto` is a bar on a terminal, elsewhere a line a minute."""
    display: type[Progress] = Progress
    if kind == "json":
        display = JsonProgress
    elif kind == "bar":
        display = BarProgress
    elif kind == "auto" and not quiet:
        display = BarProgress if sys.stderr and sys.stderr.isatty() else LineProgress
    return display(files, frames, quiet=quiet, verbose=verbose)
