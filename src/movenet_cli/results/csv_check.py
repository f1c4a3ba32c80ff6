"""A CSV results file of unknown origin, checked row by row: columns, order of frames and people, numbers."""

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from movenet_cli.core.results import Summary
from movenet_cli.core.types import STATUSES
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name
from movenet_cli.io.lines import bounded_lines
from movenet_cli.output.formats.csv import COLUMNS, SMOOTHED_COLUMNS, harmless

_NUMBERS_FROM: Final = COLUMNS.index("id")


def check_csv(path: Path, source: str) -> Summary:
    """Go through the table.

    Args:
        path: the file.
        source: the input's name that every row must have.

    Returns:
        The counts of its frames.

    Raises:
        InputError: at the first row that is not as it must be.
    """
    try:
        with path.open("rb") as stream:
            lines = (line.decode("utf-8") for line in bounded_lines(stream))
            return _check_rows(csv.reader(lines, strict=True), harmless(escape_name(source)))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _check_rows(rows: Iterator[list[str]], source: str) -> Summary:
    columns = tuple(next(rows, []))
    if columns not in (COLUMNS, COLUMNS + SMOOTHED_COLUMNS):
        raise ValueError("its columns are not those of a results table")
    summary, last, people = Summary(), -1, 0
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns) or row[0] != source:
            raise ValueError(f"row {number} has {len(row)} cells, or another source")
        frame, time, status, person = row[1:5]
        if not frame.isdecimal() or status not in STATUSES:
            raise ValueError(f"row {number} has no frame or status")
        if not all(_is_finite(cell) for cell in (time, *row[_NUMBERS_FROM:]) if cell):
            raise ValueError(f"row {number} has a cell that is not a finite number")
        # A frame's people have rows 0, 1, ...; the row of a frame without any says nothing of a person.
        people = people + 1 if int(frame) == last else 0
        if int(frame) < last or person not in ([str(people)] if people else ["0", ""]):
            raise ValueError(f"row {number} is out of order")
        if int(frame) > last:
            summary.count(status)
        last = int(frame)
    return summary


def _is_finite(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False
