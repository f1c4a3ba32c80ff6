"""Finds the numbered images that a pattern such as `frames/frame_%05d.png` names."""

import re
from pathlib import Path

from movenet_cli.core.inputs import FrameSequence
from movenet_cli.errors import MediaError
from movenet_cli.io.numbered_files import NumberedFiles
from movenet_cli.media.sniff import media_by_suffix


def find_sequence(pattern: Path, fps: float) -> FrameSequence:
    """The images' numbers, first and last; they need not begin at 0.

    Args:
        pattern: see `NumberedFiles`.
        fps: frames a second.

    Raises:
        MediaError: there is none, they are no images, or most numbers in between are missing.
    """
    glob = re.sub(r"%\d*d", "*", pattern.name)
    if media_by_suffix(pattern.name) == "video":
        raise MediaError(f"only images make a sequence; for numbered videos give a quoted glob: '{glob}'")
    try:
        numbers = list(NumberedFiles(pattern).numbers())
    except OSError as error:
        raise MediaError(f"its folder cannot be read: {error.strerror}") from error
    if not numbers:
        example = NumberedFiles(pattern).path(1).name
        raise MediaError(f"no image is called like this, such as {example}; a quoted glob '{glob}' takes any")
    first, last = min(numbers), max(numbers)
    missing = last - first + 1 - len(numbers)
    if missing > len(numbers):
        raise MediaError(
            f"of its numbers from {first} to {last}, {missing:,} are missing and {len(numbers):,} are there: "
            f"number them one after the other, or annotate them as single images: '{glob}'"
        )
    return FrameSequence(first, last, fps)
