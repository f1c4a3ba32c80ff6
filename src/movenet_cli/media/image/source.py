"""A still image file as a source: one frame of upright 8-bit RGB."""

from collections.abc import Iterator

import cv2
import numpy as np

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.types import ByteArray, Frame
from movenet_cli.errors import MediaError
from movenet_cli.io.opencv import swap_red_and_blue
from movenet_cli.media.image.header import ImageHeader
from movenet_cli.media.image.jpeg import decode_jpeg, is_rgb_jpeg
from movenet_cli.media.image.tiff import check_tiff
from movenet_cli.media.interface import Source
from movenet_cli.media.pixels.rgb_image import RgbImage

_DECODE = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION


def decode_image(data: bytes) -> ByteArray:
    """Decode an image file's bytes, orientation ignored (except in TIFF, where OpenCV always applies it).

    Alpha is dropped, grey is spread, 16 bits are scaled to 8, CMYK is converted.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        MediaError: when the file is truncated or broken.
    """
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _DECODE)
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise MemoryError(error.err) from error
        raise MediaError(f"the image cannot be decoded: {error.err}") from error
    if pixels is None:
        raise MediaError("the image is truncated or damaged")
    return swap_red_and_blue(np.asarray(pixels, np.uint8))


class ImageSource(Source):
    """A still image.

    Args:
        data: the whole file.
        header: what `read_header` said of it.

    Raises:
        MediaError: when the image is truncated or broken.
    """

    def __init__(self, data: bytes, header: ImageHeader) -> None:
        pixels, remark = _decode(data, header)
        self._image = RgbImage(header.orientation.apply(pixels))
        self._notes = tuple(note for note in (header.note, remark) if note)
        self._info = SourceInfo("image", self._image.width, self._image.height, header.rotation)

    @property
    def info(self) -> SourceInfo:
        """Facts known at opening."""
        return self._info

    @property
    def notes(self) -> tuple[str, ...]:
        """See `Source.notes`."""
        return self._notes

    def frames(self) -> Iterator[Frame]:
        """The image as frame 0, without a time."""
        yield Frame(0, None, self._image)

    def close(self) -> None:
        """Nothing is held open."""


def _decode(data: bytes, header: ImageHeader) -> tuple[ByteArray, str | None]:
    """The pixels as stored, and a remark when they may be damaged."""
    if header.format in ("JPEG", "MPO") and is_rgb_jpeg(data):
        return decode_jpeg(data)
    if header.format == "TIFF":
        check_tiff(data)
    return decode_image(data), None
