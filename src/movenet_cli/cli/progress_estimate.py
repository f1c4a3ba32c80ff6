"""How far a run is: inputs and frames done, the expected total, and an estimate of the remaining time."""

import time
from collections.abc import Iterable
from typing import Final

from movenet_cli.core.wording import counted
from movenet_cli.media.expected_frames import Expected

MANY: Final = 50_000
"""More inputs are not looked at beforehand: what is told is the share of the inputs, not of the frames."""

_HOUR: Final = 3600


class ProgressEstimate:
    """Counts frames and inputs as they are done; not thread-safe by itself.

    Frames of inputs that are kept or fail are no longer expected: the total is the work of this run.

    Args:
        names: of all inputs.
        inputs: how many there are.
    """

    def __init__(self, names: Iterable[str], inputs: int) -> None:
        self.are_many = inputs > MANY
        self._open = {} if self.are_many else dict.fromkeys(names, 0)
        self._expected: dict[str, Expected | None] = {}
        self._unknown = inputs
        self._inexact = 0
        self._total = 0
        self._started = time.monotonic()
        self.inputs = inputs
        self.finished = 0
        self.failed = 0
        self.frames = 0

    def expects(self, name: str) -> bool:
        """Whether the number of frames of an input has yet to be told."""
        return not self.are_many and name in self._open and name not in self._expected

    def expect(self, name: str, expected: Expected | None) -> None:
        """Tell how many frames an input will have; None when that cannot be known."""
        if not self.expects(name):
            return
        self._expected[name] = expected
        if expected is not None:
            self._unknown -= 1
            self._inexact += not expected.is_exact
            self._total += max(expected.frames, self._open[name])

    def add_frame(self, name: str) -> None:
        """Count one more frame of an input; if it has more than expected, the total grows."""
        self.frames += 1
        self._open[name] = done = self._open.get(name, 0) + 1
        expected = self._expected.get(name)
        self._total += expected is not None and done > expected.frames

    def finish(self, name: str, *, failed: bool) -> None:
        """Count an input as done; from now on the frames that it really had count."""
        self.finished += 1
        self.failed += failed
        done = self._open.pop(name, 0)
        expected = self._expected.pop(name, None)
        if expected is None:
            self._unknown -= 1
            self._total += done
        else:
            self._inexact -= not expected.is_exact
            self._total += done - max(expected.frames, done)

    @property
    def total(self) -> int | None:
        """Frames that this run will have annotated in the end; None while those of an input are unknown."""
        return None if self._unknown else self._total

    @property
    def is_exact(self) -> bool:
        """Whether `total` is certain, and not what videos declare."""
        return not (self._unknown or self._inexact)

    @property
    def fraction(self) -> float | None:
        """The share of the work that is done, 0 to 1; 1 only when every input is done."""
        if self.finished == self.inputs:
            return 1.0
        done, total = (self.finished, self.inputs) if self.are_many else (self.frames, self.total)
        return min(done / total, 0.999) if total else None

    @property
    def rate(self) -> float:
        """Frames a second since the beginning."""
        return self.frames / self._seconds

    @property
    def _seconds(self) -> float:
        return max(time.monotonic() - self._started, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """Estimated time for the rest; None when the rest or the speed is not known."""
        if self.are_many and self.finished:
            return (self.inputs - self.finished) * self._seconds / self.finished
        total = self.total
        if total is None or not self.frames:
            return None
        return (total - self.frames) / self.rate

    def describe(self) -> str:
        """`43 %, 1,300 of about 3,000 frames, 12 of 30 inputs, 1 failed, 64.1 frames/s, about 0:27 left`."""
        about = "" if self.is_exact else "about "
        total, left = self.total, self.seconds_left
        frames = (
            counted(self.frames, "frame") if total is None else f"{self.frames:,} of {about}{total:,} frames"
        )
        parts = [frames, f"{self.finished:,} of {counted(self.inputs, 'input')}"]
        if percentage := self.percentage():
            parts.insert(0, percentage)
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        parts.append(f"{self.rate:,.1f} frames/s")
        if left is not None and self.finished < self.inputs:
            parts.append(f"about {_clock(left)} left")
        return ", ".join(parts)

    def percentage(self) -> str:
        """`43 %`, with `about` when the total is not certain; empty when it is not known."""
        if self.fraction is None:
            return ""
        return f"{'' if self.is_exact else 'about '}{int(self.fraction * 100)} %"

    def describe_briefly(self) -> str:
        """The same without the percentage, shorter: `1,300/3,000 frames, 12/30 inputs, 64.1/s, 0:27 left`."""
        total, left = self.total, self.seconds_left
        frames = counted(self.frames, "frame") if total is None else f"{self.frames:,}/{total:,} frames"
        parts = [frames, f"{self.finished:,}/{self.inputs:,} inputs", f"{self.rate:,.1f}/s"]
        if left is not None and self.finished < self.inputs:
            parts.append(f"{_clock(left)} left")
        return ", ".join(parts)


def _clock(seconds: float) -> str:
    """`0:07`, `12:34`, `1:02:03`."""
    whole = round(seconds)
    minutes, hours = whole // 60, whole // _HOUR
    if hours:
        return f"{hours}:{minutes % 60:02}:{whole % 60:02}"
    return f"{minutes}:{whole % 60:02}"
