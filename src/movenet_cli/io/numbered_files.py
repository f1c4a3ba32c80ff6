"""Numbered files that one pattern names, such as `frames/frame_%05d.png`."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_NUMBER: Final = re.compile(r"%0?(\d{0,2})d")
_MOST_DIGITS: Final = 18


class NumberedFiles:
    """The files that a pattern names.

    Args:
        pattern: the name of its last part holds one `%d`, or `%05d` for at least five digits.

    Raises:
        ValueError: it holds none, or several.
    """

    def __init__(self, pattern: Path) -> None:
        before, *after = _NUMBER.split(pattern.name)
        if len(after) != 2:
            raise ValueError(f"{pattern} has not one number such as %05d in its name")
        self._folder = pattern.parent
        self._before, self._after = before, after[1]
        self._digits = int(after[0] or 1)

    def path(self, number: int) -> Path:
        """Where the file with this number is, or would be."""
        return self._folder / f"{self._before}{number:0{self._digits}d}{self._after}"

    def numbers(self) -> Iterator[int]:
        """The numbers of the files that are there, in no order.

        Raises:
            OSError: the folder cannot be read.
        """
        with os.scandir(self._folder) as entries:
            for entry in entries:
                digits = entry.name[len(self._before) : len(entry.name) - len(self._after)]
                if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS:
                    number = int(digits)
                    if entry.name == self.path(number).name:
                        yield number


def is_numbered(text: str) -> bool:
    """Whether a text is such a pattern."""
    return len(_NUMBER.findall(os.path.basename(text))) == 1  # noqa: PTH119 - a Path cannot hold every name
