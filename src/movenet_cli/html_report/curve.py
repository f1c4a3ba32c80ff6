"""The curve of a video: its frames in a bounded number of columns, each with the frame most worth a look."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.types import Status
from movenet_cli.html_report.views import FrameView, hundredths

MAX_COLUMNS: Final = 512
"""An even number, since neighbours are merged when they are full."""

_STRIP: Final = 128
"""Columns of the small curve in the list of inputs."""

_RANK: Final[dict[Status, int]] = {"ok": 0, "empty": 1, "failed": 2}


@dataclass(slots=True)
class Column:
    """Neighbouring frames.

    Attributes:
        view: the frame to show: the one with the lowest score; the first where nobody is seen.
        first: index of the first frame.
        last: index of the last frame.
        frames: how many.
        empty: without people.
        failed: that could not be looked at.
        changed: in which the subject may have changed.
        reason: why the first of those that failed did.
    """

    view: FrameView
    first: int
    last: int
    frames: int
    empty: int
    failed: int
    changed: int
    reason: str | None

    def merge(self, other: "Column") -> None:
        """Take in the next column's frames."""
        if _worth(other.view) < _worth(self.view):
            self.view = other.view
        self.last = other.last
        self.frames += other.frames
        self.empty += other.empty
        self.failed += other.failed
        self.changed += other.changed
        self.reason = self.reason or other.reason

    @property
    def state(self) -> str:
        """`f` when any frame failed, `e` when any is empty, else `o`."""
        return "f" if self.failed else "e" if self.empty else "o"


def _worth(view: FrameView) -> tuple[int, float]:
    return _RANK[view.result.status], 0.0 if view.score is None else view.score


class Curve:
    """A video's columns; equal in length, however long it is."""

    def __init__(self) -> None:
        """Start without frames, one frame to a column."""
        self.columns: list[Column] = []
        self._span = 1
        self._room = 0

    def add(self, view: FrameView) -> None:
        """Take in the next frame."""
        result = view.result
        is_empty, is_failed = result.status == "empty", result.status == "failed"
        column = Column(
            view, result.index, result.index, 1, is_empty, is_failed, result.restarted, result.reason
        )
        if self._room:
            self.columns[-1].merge(column)
            self._room -= 1
            return
        if len(self.columns) == MAX_COLUMNS:
            self.columns = _merged(self.columns, 2)
            self._span *= 2
        self.columns.append(column)
        self._room = self._span - 1

    def strip(self) -> dict[str, Any]:
        """The small curve, for the list: lowest scores and states, and where the subject changed."""
        columns = _merged(self.columns, -(-len(self.columns) // _STRIP))
        return {
            "low": [hundredths(column.view.score) for column in columns],
            "state": "".join(column.state for column in columns),
            "changed": [place for place, column in enumerate(columns) if column.changed],
        }

    def details(self, info: SourceInfo) -> dict[str, Any]:
        """All of it: of each column its frame, counts and people, in an input of this size."""
        return {"columns": [_fields(column, info) for column in self.columns]}


def _fields(column: Column, info: SourceInfo) -> dict[str, Any]:
    view, result = column.view, column.view.result
    fields: dict[str, Any] = {
        "frame": result.index,
        "time": None if result.time is None else round(result.time, 4),
        "low": hundredths(view.score),
        "state": column.state,
        "people": view.people(info),
    }
    if column.frames > 1:
        fields |= {"first": column.first, "last": column.last, "frames": column.frames}
    rest = {"empty": column.empty, "failed": column.failed, "changed": column.changed}
    fields |= {name: count for name, count in rest.items() if count}
    return fields if column.reason is None else {**fields, "reason": column.reason}


def _merged(columns: Sequence[Column], count: int) -> list[Column]:
    """Every `count` neighbours as one column; those that are given stay as they are."""
    merged = []
    for start in range(0, len(columns), max(1, count)):
        column = replace(columns[start])
        for other in columns[start + 1 : start + count]:
            column.merge(other)
        merged.append(column)
    return merged
