"""The results of all inputs as the rows of one table, wide or long."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.core.types import Pose
from movenet_cli.io.json_text import escape_name
from movenet_cli.output.formats.csv import COLUMNS
from movenet_cli.output.formats.rounding import box_row, score_number, seconds_number
from movenet_cli.results.export.interface import ExportFrame, ExportInput
from movenet_cli.settings import TableLayout

Kind = Literal["text", "whole", "real"]
Cell = str | int | float | None

_TEXTS: Final = ("source", "status", "keypoint")
_WHOLES: Final = ("frame", "person", "id")

COLUMNS_OF: Final[dict[TableLayout, tuple[str, ...]]] = {
    "wide": COLUMNS,
    "long": (*COLUMNS[:6], "person_score", "keypoint", "x", "y", "score"),
}
"""Wide: a row per person, as in the CSV of one input. Long: a row per keypoint."""


def kind_of(column: str) -> Kind:
    """What a column holds; each but `source`, `frame` and `status` may have empty cells."""
    return "text" if column in _TEXTS else "whole" if column in _WHOLES else "real"


def table_rows(inputs: Sequence[ExportInput], layout: TableLayout) -> Iterator[list[Cell]]:
    """The rows of all inputs, in order; a frame without any pose is one row that is empty from `person` on.

    Every pose is in it, also those of `empty` frames, as in documents.
    """
    width = len(COLUMNS_OF[layout])
    rows = _wide if layout == "wide" else _long
    for each in inputs:
        for frame in each.frames():
            result = frame.result
            time = None if result.time is None else seconds_number(result.time)
            start: list[Cell] = [escape_name(each.name), result.index, time, result.status]
            if not result.poses:
                yield start + [None] * (width - len(start))
            for person, pose in enumerate(result.poses):
                for cells in rows(frame, pose):
                    yield [*start, person, pose.id, score_number(pose.score), *cells]


def _wide(frame: ExportFrame, pose: Pose) -> Iterator[list[Cell]]:
    box: list[Cell] = [None] * 4 if pose.box is None else [*box_row(pose.box)]
    yield box + [value for row in frame.rows(pose) for value in row]


def _long(frame: ExportFrame, pose: Pose) -> Iterator[list[Cell]]:
    for name, row in zip(KEYPOINT_NAMES, frame.rows(pose), strict=True):
        yield [name, *row]
