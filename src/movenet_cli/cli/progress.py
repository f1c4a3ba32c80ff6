"""Progress on standard error: a bar for people, JSON lines for programs, or nothing."""

import json
import sys
import threading
import time
from types import TracebackType
from typing import Final

from tqdm import tqdm

from movenet_cli.cli.printing import LastingStderr, printable, say
from movenet_cli.poses import FrameResult
from movenet_cli.report import InputOutcome

JSON_INTERVAL: Final = 1.0
"""Seconds between two progress lines for programs."""

NAME_WIDTH: Final = 28


class Progress:
    """Sees every frame and input; says failures and remarks as they happen. Base class: says only these.

    Args:
        inputs: how many inputs there are.
        quiet: no remarks, only failures.
    """

    def __init__(self, inputs: int, quiet: bool) -> None:
        self.inputs = inputs
        self.quiet = quiet
        self.frames = 0
        self.finished = 0
        self.failed = 0
        self.lock = threading.Lock()

    def input_started(self, name: str) -> None:
        """An input has been opened for work."""

    def frame_done(self, name: str, result: FrameResult) -> None:
        """One more frame is through."""
        with self.lock:
            self.frames += 1
            self.show(name)

    def input_done(self, outcome: InputOutcome) -> None:
        """An input is done, kept or failed."""
        with self.lock:
            self.finished += 1
            self.failed += outcome.state == "failed"
            self.show(outcome.name)
            name = outcome.name
            if outcome.reason is not None:
                self.say(f"movenet: {name}: {outcome.reason}")
            elif outcome.summary.failed:
                self.say(
                    f"movenet: {name}: {outcome.summary.failed} of {outcome.summary.frames} frames failed"
                )
            if not self.quiet:
                for note in outcome.notes:
                    self.say(f"movenet: {name}: note: {note}")

    def show(self, name: str) -> None:
        """Bring the display up to date; called with the lock held."""

    def say(self, line: str) -> None:
        """Print one line without tearing the display."""
        say(line)

    def close(self) -> None:
        """Take the display away."""

    def __enter__(self) -> "Progress":
        """Enter the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the display away."""
        self.close()


class BarProgress(Progress):
    """A tqdm bar: frames, frames a second, inputs done, the file in hand."""

    def __init__(self, inputs: int, quiet: bool) -> None:
        super().__init__(inputs, quiet)
        self._stderr = LastingStderr()
        self._bar = tqdm(
            desc="annotate",
            unit=" frames",
            file=self._stderr,
            dynamic_ncols=True,
            mininterval=0.2,
            smoothing=0.1,
        )

    def show(self, name: str) -> None:
        """See `Progress.show`."""
        self._bar.set_postfix_str(
            f"{self.finished}/{self.inputs} inputs, {printable(name)[-NAME_WIDTH:]}", refresh=False
        )
        self._bar.update(self.frames - self._bar.n)

    def say(self, line: str) -> None:
        """See `Progress.say`."""
        self._bar.write(printable(line), file=self._stderr)

    def close(self) -> None:
        """See `Progress.close`."""
        self._bar.close()


class JsonProgress(Progress):
    """One JSON object per update."""

    def __init__(self, inputs: int, quiet: bool) -> None:
        super().__init__(inputs, quiet)
        self._started = self._last = time.monotonic()

    def show(self, name: str) -> None:
        """See `Progress.show`."""
        now = time.monotonic()
        if now - self._last >= JSON_INTERVAL:
            self._last = now
            self._update(name, now)

    def close(self) -> None:
        """The last update, always."""
        self._update(None, time.monotonic())

    def _update(self, name: str | None, now: float) -> None:
        update = {
            "frames": self.frames,
            "inputs_done": self.finished,
            "inputs_total": self.inputs,
            "inputs_failed": self.failed,
            "frames_per_second": round(self.frames / max(now - self._started, 1e-9), 2),
            "current": name,
        }
        say(json.dumps(update))


def make_progress(kind: str, inputs: int, quiet: bool) -> Progress:
    """The display that was asked for: `auto` is a bar on a terminal and nothing elsewhere."""
    if kind == "json":
        return JsonProgress(inputs, quiet)
    if kind == "bar" or (kind == "auto" and not quiet and sys.stderr and sys.stderr.isatty()):
        return BarProgress(inputs, quiet)
    return Progress(inputs, quiet)
