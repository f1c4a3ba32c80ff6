"""Results of one input to CSV (RFC 4180, lines end in LF): a row per person and frame."""

from collections.abc import Iterable
from itertools import chain
from typing import ClassVar, Final

from movenet_cli.core.results import Header, Summary
from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.core.types import FrameResult, Pose
from movenet_cli.io.json_text import escape_name
from movenet_cli.output.formats.rounding import (
    box_row,
    keypoint_rows,
    score_number,
    seconds_number,
    smoothed_rows,
)
from movenet_cli.output.interface import Encoder

COLUMNS: Final = (
    *("source", "frame", "time", "status", "person", "id", "score"),
    *("box_x0", "box_y0", "box_x1", "box_y1"),
    *(f"{name}_{part}" for name in KEYPOINT_NAMES for part in ("x", "y", "score")),
)
SMOOTHED_COLUMNS: Final = tuple(f"{name}_smoothed_{axis}" for name in KEYPOINT_NAMES for axis in ("x", "y"))
"""These follow `COLUMNS` when the run was asked to smooth."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_PERSON_AND_AFTER: Final = len(COLUMNS) - COLUMNS.index("person")


class CsvEncoder(Encoder):
    """One table; a frame without any pose is a row whose cells from `person` on are empty.

    A source's name that a spreadsheet would run as a formula gets an apostrophe in front (so does a name
    that begins with one): dropping one leading apostrophe gives the name back.
    """

    suffix: ClassVar[str] = ".csv"

    def __init__(self, header: Header) -> None:
        super().__init__(header)
        self._source = text_cell(escape_name(header.source))
        self._smooth = header.options.get("smooth") is True

    def begin(self) -> str:
        """The row of column names."""
        return row_of(COLUMNS + SMOOTHED_COLUMNS if self._smooth else COLUMNS)

    def frame(self, result: FrameResult) -> str:
        """A row for each pose, or one row without any."""
        time = "" if result.time is None else repr(seconds_number(result.time))
        start = (self._source, str(result.index), time, result.status)
        if not result.poses:
            missing = _PERSON_AND_AFTER + (len(SMOOTHED_COLUMNS) if self._smooth else 0)
            return row_of(start + ("",) * missing)
        return "".join(
            row_of(chain(start, (str(person),), self._pose_cells(pose)))
            for person, pose in enumerate(result.poses)
        )

    def end(self, summary: Summary) -> str:
        """Nothing: the counts stand in the other formats."""
        return ""

    def _pose_cells(self, pose: Pose) -> Iterable[str]:
        yield "" if pose.id is None else str(pose.id)
        yield repr(score_number(pose.score))
        yield from ("",) * 4 if pose.box is None else map(repr, box_row(pose.box))
        yield from map(repr, chain.from_iterable(keypoint_rows(pose)))
        if self._smooth and pose.smoothed is None:
            yield from ("",) * len(SMOOTHED_COLUMNS)
        elif self._smooth and pose.smoothed is not None:
            yield from map(repr, chain.from_iterable(smoothed_rows(pose.smoothed)))


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def text_cell(text: str) -> str:
    """Text as a cell, quoted when RFC 4180 asks for it."""
    safe = harmless(text)
    if any(character in safe for character in ',"\r\n'):
        return '"' + safe.replace('"', '""') + '"'
    return safe


def row_of(cells: Iterable[str]) -> str:
    """A line of cells."""
    return ",".join(cells) + "\n"
