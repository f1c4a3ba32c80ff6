"""The timeline of a video: how many of its frames had people or failed, in a bounded number of columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from movenet_cli.core.types import STATUSES, Status

MAX_COLUMNS: Final = 256
"""An even number, since neighbours are merged when they are full."""


_MIN_HEIGHT: Final = 0.25
"""Of a bar for one frame among many, so that it can still be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Neighbouring columns with the same share of frames of one status.

    Attributes:
        status: `ok`, drawn from the bottom, or `failed`, drawn from the top.
        start: the first column.
        width: number of columns.
        height: 0 to 1.
    """

    status: Status
    start: int
    width: int
    height: float

    @property
    def top(self) -> float:
        """Where it begins, 0 to 1 from the top."""
        return 0.0 if self.status == "failed" else 1.0 - self.height


class Timeline:
    """Counts of frames by status along a video; equal columns, however long it is."""

    def __init__(self) -> None:
        """Start without frames, one frame to a column."""
        self._counts = np.zeros((MAX_COLUMNS, len(STATUSES)), np.int64)
        self._span = 1
        self._frames = 0

    def add(self, status: Status) -> None:
        """Count the next frame."""
        if self._frames == MAX_COLUMNS * self._span:
            merged = self._counts.reshape(MAX_COLUMNS // 2, 2, len(STATUSES)).sum(axis=1)
            self._counts = np.concatenate([merged, np.zeros_like(merged)])
            self._span *= 2
        self._counts[self._frames // self._span, STATUSES.index(status)] += 1
        self._frames += 1

    def columns(self) -> npt.NDArray[np.int64]:
        """(N, 3) frames that are ok, empty and failed, of the columns in use."""
        return self._counts[: -(-self._frames // self._span)]

    @property
    def width(self) -> int:
        """Columns in use; 1 without any."""
        return max(1, len(self.columns()))

    @property
    def label(self) -> str:
        """The counts in words."""
        totals = self.columns().sum(axis=0).tolist()
        return ", ".join(f"{count:,} {status}" for count, status in zip(totals, STATUSES, strict=True))

    def bars(self) -> Iterator[Bar]:
        """What to draw: where people were found, and over it where frames failed."""
        columns = self.columns()
        for status in ("ok", "failed"):
            shares = columns[:, STATUSES.index(status)] / np.maximum(1, columns.sum(axis=1))
            edges = np.flatnonzero(np.diff(shares)) + 1
            for start, end in pairwise([0, *edges.tolist(), len(shares)]):
                if end > start and shares[start] > 0:
                    yield Bar(status, start, end - start, max(_MIN_HEIGHT, float(shares[start])))
