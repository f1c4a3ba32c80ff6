"""An input file in; the source that can read it out, chosen by content."""

import os
from pathlib import Path
from typing import Final

from movenet_cli.errors import MediaError
from movenet_cli.settings import DEFAULT_MAX_PIXELS
from movenet_cli.sources.header import check_pixels, read_header
from movenet_cli.sources.images import ImageSource
from movenet_cli.sources.interface import FrameRange, InputFile, Source
from movenet_cli.sources.sniff import HEAD_SIZE, IMAGE_SUFFIXES, sniff
from movenet_cli.sources.video import VideoSource

_MOST_BYTES_PER_PIXEL: Final = 16
"""Twice those of the largest format, 16-bit RGBA; so a huge file is refused before it fills the memory."""


def open_source(file: InputFile, frames: FrameRange, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Source:
    """Open an input.

    Args:
        file: the input.
        frames: which frames of a video are asked for.
        max_pixels: larger pictures are refused before they are decoded.

    Raises:
        MediaError: when nothing of it can be read.
    """
    head, data = _read(file.path, max_pixels)
    media = sniff(head)
    if media is None and file.path.suffix.lower() in IMAGE_SUFFIXES:
        raise MediaError("not an image that can be read")
    if media != "image":
        return VideoSource(file.path, frames, max_pixels=max_pixels)
    header = read_header(data)
    check_pixels(header.width, header.height, max_pixels)
    if header.is_animated:
        return VideoSource(file.path, frames, max_pixels=max_pixels)
    return ImageSource(data, header)


def _read(path: Path, max_pixels: int) -> tuple[bytes, bytes]:
    """The first bytes of a file and, of an image, all of them."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_SIZE)
            if sniff(head) != "image":
                data = b""
            elif os.fstat(stream.fileno()).st_size > _MOST_BYTES_PER_PIXEL * max(
                max_pixels, DEFAULT_MAX_PIXELS
            ):
                raise MediaError("the file is larger than any image of --max-pixels pixels")
            else:
                data = head + stream.read()
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}") from error
    if not head:
        raise MediaError("the file is empty")
    return head, data
