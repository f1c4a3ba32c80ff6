"""Opens an input file as an image or a video, by its content."""

import sys
from pathlib import Path
from typing import Final

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import FrameRange, InputFile, Media
from movenet_cli.errors import MediaError
from movenet_cli.media.image.header import read_header
from movenet_cli.media.image.source import ImageSource
from movenet_cli.media.image.still import read_still
from movenet_cli.media.image_sequence import ImageSequenceSource
from movenet_cli.media.interface import Source
from movenet_cli.media.sniff import HEAD_SIZE, media_by_suffix, sniff
from movenet_cli.media.video.source import VideoSource
from movenet_cli.settings import DEFAULT_MAX_PIXELS

_MAY_BE_ANIMATED: Final = (b"GIF8", b"\x89PNG")


def open_source(
    file: InputFile,
    frames: FrameRange,
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    cancellation: CancellationToken | None = None,
) -> Source:
    """Open an input.

    Args:
        file: the input.
        frames: which frames of a video are asked for.
        max_pixels: larger images are refused before they are decoded.
        cancellation: looked at with every packet that is read, also of frames that nobody asked for.

    Raises:
        MediaError: when nothing of it can be read.
        Cancelled: (also from `Source.frames`) once it is cancelled.
    """
    if file.sequence is not None:
        return ImageSequenceSource(file.path, file.sequence, frames, max_pixels)
    still = read_still(file.path, max_pixels)
    if still is None:
        return VideoSource(
            file.path, frames, max_pixels=max_pixels, cancellation=cancellation or CancellationToken()
        )
    return ImageSource(*still)


def is_still(path: Path) -> bool:
    """Whether a file is a single image, as far as its header tells; not so when it cannot be read."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_SIZE)
            if sniff(head) != "image":
                return False
            return not head.startswith(_MAY_BE_ANIMATED) or not read_header(head + stream.read()).is_animated
    except (OSError, MediaError):
        return False


def media_of(file: InputFile, max_pixels: int = sys.maxsize) -> Media | None:
    """What an input will turn out to be; None when it cannot be read, or its name does not tell elsewhere.

    Args:
        file: the input.
        max_pixels: see `open_source`.
    """
    if file.sequence is not None:
        return "video"
    if file.url is not None:
        return media_by_suffix(file.name)
    try:
        return "video" if read_still(file.path, max_pixels) is None else "image"
    except MediaError:
        return None
