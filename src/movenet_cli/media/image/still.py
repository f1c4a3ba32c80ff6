"""Reads a file that is a still image, and tells when it is none."""

import os
from pathlib import Path
from typing import Final

from movenet_cli.core.inputs import Media
from movenet_cli.errors import MediaError
from movenet_cli.media.image.header import ImageHeader, check_pixels, read_header
from movenet_cli.media.sniff import HEAD_SIZE, IMAGE_SUFFIXES, STREAM_SUFFIXES, is_playlist, sniff
from movenet_cli.settings import DEFAULT_MAX_PIXELS

_MOST_BYTES_PER_PIXEL: Final = 16
"""Twice those of the largest format, 16-bit RGBA; so a huge file is refused before it fills the memory."""


def read_still(path: Path, max_pixels: int = DEFAULT_MAX_PIXELS) -> tuple[bytes, ImageHeader] | None:
    """A still image's bytes and header; None for whatever is read as a video.

    Args:
        path: of the file.
        max_pixels: see `open_source`.

    Raises:
        MediaError: when it cannot be read, or is no image in spite of its suffix.
    """
    media, data = _read(path, max_pixels)
    if media is None and path.suffix.lower() in IMAGE_SUFFIXES:
        raise MediaError("not an image that can be read")
    if media != "image" or path.suffix.lower() in STREAM_SUFFIXES:
        return None
    header = read_header(data)
    check_pixels(header.width, header.height, max_pixels)
    return None if header.is_animated else (data, header)


def _read(path: Path, max_pixels: int) -> tuple[Media | None, bytes]:
    """What a file is, as far as its first bytes tell; of an image, all bytes."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_SIZE)
            media = sniff(head)
            if media != "image":
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
    if media is None and is_playlist(head):
        raise MediaError("a playlist, not a video: name the files that it lists instead")
    return media, data
