"""The line reader for text files of unknown origin: a line without end does not fill the memory."""

from collections.abc import Iterator
from typing import BinaryIO, Final

MAX_LINE: Final = 4 * 1024 * 1024
"""Bytes; a frame with six people and smoothed keypoints has about 6000."""


class LineTooLongError(ValueError):
    """A line that no file of ours has."""


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines, each with its `\\n`; a last one without it is torn.

    Raises:
        LineTooLongError: at a line of more than `MAX_LINE` bytes.
    """
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise LineTooLongError(f"a line of more than {MAX_LINE} bytes")
        yield line
