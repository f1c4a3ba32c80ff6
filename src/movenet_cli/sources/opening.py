"""An input file in; the source that can read it out, chosen by content."""

from movenet_cli.errors import MediaError
from movenet_cli.settings import DEFAULT_MAX_PIXELS
from movenet_cli.sources.header import check_pixels, read_header
from movenet_cli.sources.images import ImageSource, read_bytes
from movenet_cli.sources.interface import FrameRange, InputFile, Source
from movenet_cli.sources.sniff import HEAD_SIZE, IMAGE_SUFFIXES, sniff
from movenet_cli.sources.video import VideoSource


def open_source(file: InputFile, frames: FrameRange, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Source:
    """Open an input.

    Args:
        file: the input.
        frames: which frames of a video are asked for.
        max_pixels: larger pictures are refused before they are decoded.

    Raises:
        MediaError: when nothing of it can be read.
    """
    try:
        with file.path.open("rb") as stream:
            head = stream.read(HEAD_SIZE)
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}") from error
    if not head:
        raise MediaError("the file is empty")
    media = sniff(head)
    if media is None and file.path.suffix.lower() in IMAGE_SUFFIXES:
        raise MediaError("not an image that can be read")
    if media != "image":
        return VideoSource(file.path, frames, max_pixels=max_pixels)
    data = read_bytes(file.path)
    header = read_header(data)
    check_pixels(header.width, header.height, max_pixels)
    if header.is_animated:
        return VideoSource(file.path, frames, max_pixels=max_pixels)
    return ImageSource(data, header)
