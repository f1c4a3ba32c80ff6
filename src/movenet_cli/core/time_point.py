"""A point in a video as people write it: seconds, hh:mm:ss, or a frame number."""

import re
from dataclasses import dataclass
from typing import Final

MAX_FRAMES: Final = 10**9
MAX_SECONDS: Final = 10.0**9
"""No video is longer."""

_CLOCK: Final = re.compile(r"(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)")
_SECONDS: Final = re.compile(r"\d{1,12}(\.\d*)?|\.\d+")
_FRAME: Final = re.compile(r"\d{1,12}f")


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A point in a video: seconds, or a frame index; exactly one is set."""

    seconds: float | None = None
    frame: int | None = None


def parse_time_point(text: str) -> TimePoint:
    """Read `12.5`, `hh:mm:ss.s`, `mm:ss`, or a frame such as `123f`.

    Raises:
        ValueError: it is none of these; the message shows the three ways.
    """
    text = text.strip()
    if _FRAME.fullmatch(text) and int(text[:-1]) <= MAX_FRAMES:
        return TimePoint(frame=int(text[:-1]))
    seconds = None
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    elif clock := _CLOCK.fullmatch(text):
        hours, minutes, rest = clock.groups()
        seconds = int(hours or 0) * 3600 + int(minutes) * 60 + float(rest)
    if seconds is None or seconds > MAX_SECONDS:
        advice = "use seconds (12.5), hh:mm:ss (00:01:30), or a frame number such as 250f"
        raise ValueError(f"{text!r} is not a time: {advice}")
    return TimePoint(seconds=seconds)


def ends_before_it_starts(start: TimePoint | None, end: TimePoint | None) -> bool:
    """Whether no frame can lie between two moments; a time and a frame number cannot be compared."""
    if start is None or end is None:
        return False
    pairs = ((start.seconds, end.seconds), (start.frame, end.frame))
    return any(low is not None and high is not None and high <= low for low, high in pairs)
