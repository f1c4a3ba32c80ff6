"""The format `csv` (RFC 4180, lines end in LF): a row per person and frame."""

from collections.abc import Iterable, Iterator, Mapping
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


def columns_of(options: Mapping[str, object]) -> tuple[str, ...]:
    """The columns of a table, by the options of its run."""
    return COLUMNS + SMOOTHED_COLUMNS if options.get("smooth") is True else COLUMNS


def table_rows(source: str, result: FrameResult, width: int) -> Iterator[list[object]]:
    """A row of `width` cells for each pose, or one row without any; a cell without a value is None.

    Raises:
        MediaError: when a number is not finite, or beyond all reason.
    """
    time = None if result.time is None else seconds_number(result.time)
    start = [source, result.index, time, result.status]
    people = ([*start, person, *_pose_cells(pose)] for person, pose in enumerate(result.poses))
    for row in people if result.poses else [start]:
        # A run that smooths may have poses without smoothed points; one that does not may have read some.
        yield row[:width] + [None] * (width - len(row))


def _pose_cells(pose: Pose) -> Iterator[object]:
    """From `id` on."""
    yield pose.id
    yield score_number(pose.score)
    yield from (None,) * 4 if pose.box is None else box_row(pose.box)
    yield from chain.from_iterable(keypoint_rows(pose))
    yield from () if pose.smoothed is None else chain.from_iterable(smoothed_rows(pose.smoothed))


class CsvEncoder(Encoder):
    """One table; a frame without any pose is a row whose cells from `person` on are empty.

    A source's name that a spreadsheet would run as a formula gets an apostrophe in front (so does a name
    that begins with one): dropping one leading apostrophe gives the name back.
    """

    suffix: ClassVar[str] = ".csv"

    def __init__(self, header: Header) -> None:
        super().__init__(header)
        self._source = text_cell(escape_name(header.source))
        self._columns = columns_of(header.options)

    def begin(self) -> str:
        """The row of column names."""
        return ",".join(self._columns) + "\n"

    def frame(self, result: FrameResult) -> str:
        """A row for each pose, or one row without any."""
        return "".join(map(row_of, table_rows(self._source, result, len(self._columns))))

    def end(self, summary: Summary) -> str:
        """Nothing: the counts stand in the other formats."""
        return ""


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def text_cell(text: str) -> str:
    """Text as a cell, quoted when RFC 4180 asks for it."""
    safe = harmless(text)
    if any(character in safe for character in ',"\r\n'):
        return '"' + safe.replace('"', '""') + '"'
    return safe


def row_of(row: Iterable[object]) -> str:
    """A line; text is written as it is (see `text_cell`), and None is an empty cell."""
    cells = ["" if cell is None else cell if isinstance(cell, str) else repr(cell) for cell in row]
    return ",".join(cells) + "\n"
