"""The frames of a video, one after the other, to a bounded number of columns of counts."""

from typing import Final

import numpy as np
import numpy.typing as npt

from movenet_cli.core.types import STATUSES, Status

COLUMNS: Final = 256
"""At most so many; an even number, since neighbours are merged when they are full."""


class Timeline:
    """Counts of frames by status along a video; equal columns, however long it is."""

    def __init__(self) -> None:
        """Start without frames, one frame to a column."""
        self._counts = np.zeros((COLUMNS, len(STATUSES)), np.int64)
        self._span = 1
        self._frames = 0

    def add(self, status: Status) -> None:
        """Count the next frame."""
        if self._frames == COLUMNS * self._span:
            merged = self._counts.reshape(COLUMNS // 2, 2, len(STATUSES)).sum(axis=1)
            self._counts = np.concatenate([merged, np.zeros_like(merged)])
            self._span *= 2
        self._counts[self._frames // self._span, STATUSES.index(status)] += 1
        self._frames += 1

    def columns(self) -> npt.NDArray[np.int64]:
        """(N, 3) frames that are ok, empty and failed, of the columns in use."""
        return self._counts[: -(-self._frames // self._span)]
