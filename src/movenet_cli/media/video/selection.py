"""Decides which of a video's frames were asked for, by their index and time."""

import math

from movenet_cli.core.inputs import FrameRange

_EPSILON = 1e-6


class Selection:
    """Decides frame by frame, in order; what is lost counts like what is there.

    Args:
        wanted: the range that was asked for.
    """

    def __init__(self, wanted: FrameRange) -> None:
        self._wanted = wanted
        self._taken = 0
        self._slot = -1

    def is_over(self, index: int, time: float | None) -> bool:
        """Whether neither this frame nor any later one is asked for."""
        wanted = self._wanted
        if wanted.max_frames is not None and self._taken >= wanted.max_frames:
            return True
        if wanted.end_frame is not None:
            return index >= wanted.end_frame
        return wanted.end is not None and time is not None and time >= wanted.end - _EPSILON

    def takes(self, index: int, time: float | None) -> bool:
        """Whether this frame is asked for; to be called once for every frame, in order."""
        if index % self._wanted.stride or not self._is_started(index, time) or not self._is_due(time):
            return False
        self._taken += 1
        return True

    def next_index(self, index: int) -> int:
        """The first frame from `index` on that could be asked for."""
        first = max(index, self._wanted.start_frame or 0)
        return first + -first % self._wanted.stride

    def _is_started(self, index: int, time: float | None) -> bool:
        if self._wanted.start_frame is not None:
            return index >= self._wanted.start_frame
        return self._wanted.start is None or time is None or time >= self._wanted.start - _EPSILON

    def _is_due(self, time: float | None) -> bool:
        """One frame per slot of 1/fps seconds: the first one in it."""
        if self._wanted.fps is None or time is None:
            return True
        slot = math.floor((time + _EPSILON) * self._wanted.fps)
        if slot <= self._slot:
            return False
        self._slot = slot
        return True
