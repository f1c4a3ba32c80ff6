"""A still picture file in; one frame of upright 8-bit RGB out."""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import (  # the formats by name: Pillow's own lazy registration is not safe in several threads
    AvifImagePlugin,  # noqa: F401
    BmpImagePlugin,  # noqa: F401
    GifImagePlugin,  # noqa: F401
    Image,
    Jpeg2KImagePlugin,  # noqa: F401
    JpegImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    PpmImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from movenet_cli.errors import MediaError
from movenet_cli.pictures import RgbPicture
from movenet_cli.poses import ByteArray, Frame, Picture, Skipped
from movenet_cli.sources.interface import Source, SourceInfo
from movenet_cli.sources.jpeg import JpegPicture, is_rgb_jpeg
from movenet_cli.sources.orientation import Orientation

_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM")
_EXIF_ORIENTATION = 0x0112
_DECODE = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION

Image.MAX_IMAGE_PIXELS = None  # `max_pixels` is our own limit, and it is an error rather than a warning


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What an image file says of itself before any pixel is decoded.

    Attributes:
        format: Pillow's name of the format.
        width: as stored, pixels.
        height: as stored, pixels.
        orientation: how the pixels that OpenCV decodes have to be turned.
        rotation: degrees clockwise from stored to upright, for the record.
        pages: pictures in the file.
    """

    format: str
    width: int
    height: int
    orientation: Orientation
    rotation: int
    pages: int

    @property
    def is_animated(self) -> bool:
        """Whether the file is a video in an image's clothes that `VideoSource` can read."""
        return self.pages > 1 and self.format in ("GIF", "PNG")

    @property
    def note(self) -> str | None:
        """What is left out of a file with several pictures."""
        if self.pages > 1 and self.format in ("TIFF", "WEBP", "AVIF"):
            return f"only the first of {self.pages} pages was read"
        return None


def read_header(data: bytes) -> ImageHeader:
    """Read size, orientation and number of pictures of an image file.

    Raises:
        MediaError: when the bytes are no image of a known format, or its header is broken.
    """
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            warnings.simplefilter("ignore")
            return _header(image)
    except UnidentifiedImageError:
        raise MediaError("not an image that can be read") from None
    except Exception as error:
        raise MediaError(f"the image's header is broken: {error}") from error


def _header(image: Image.Image) -> ImageHeader:
    orientation = Orientation.of_exif(image.getexif().get(_EXIF_ORIENTATION))
    kind = image.format or ""
    # OpenCV's TIFF reader turns the pixels by itself, and Pillow already gives their upright size.
    turned = Orientation() if kind == "TIFF" else orientation
    pages = int(getattr(image, "n_frames", 1)) if kind in ("GIF", "PNG", "TIFF", "WEBP", "AVIF") else 1
    return ImageHeader(kind, image.width, image.height, turned, orientation.rotation, pages)


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
        raise MediaError(f"the image cannot be decoded: {error.err}") from error
    if pixels is None:
        raise MediaError("the image is truncated or damaged")
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)  # type: ignore[return-value]


class ImageSource(Source):
    """A still picture.

    Args:
        data: the whole file.
        header: what `read_header` said of it.
        max_pixels: more pixels than this are refused before any is decoded.

    Raises:
        MediaError: when the picture is too large, truncated or broken.
    """

    def __init__(self, data: bytes, header: ImageHeader, *, max_pixels: int) -> None:
        check_pixels(header.width, header.height, max_pixels)
        self._picture, remark = _open_picture(data, header)
        self._notes = tuple(note for note in (header.note, remark) if note)
        self._info = SourceInfo("image", self._picture.width, self._picture.height, header.rotation)

    @property
    def info(self) -> SourceInfo:
        """Facts known at opening."""
        return self._info

    @property
    def notes(self) -> tuple[str, ...]:
        """See `Source.notes`."""
        return self._notes

    def frames(self) -> Iterator[Frame | Skipped]:
        """The picture as frame 0, without a time."""
        yield Frame(0, None, self._picture)

    def close(self) -> None:
        """Nothing is held open."""


def _open_picture(data: bytes, header: ImageHeader) -> tuple[Picture, str | None]:
    """The decoded picture, and a remark when it may be damaged."""
    if header.format in ("JPEG", "MPO") and is_rgb_jpeg(data):
        picture = JpegPicture(data, header.width, header.height, header.orientation)
        return picture, picture.remark
    return RgbPicture(header.orientation.apply(decode_image(data))), None


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Refuse a picture that would fill the memory.

    Raises:
        MediaError: when it has more than `max_pixels` pixels.
    """
    if width * height > max_pixels:
        raise MediaError(
            f"{width}x{height} is more than {max_pixels:,} pixels; raise --max-pixels if this is meant"
        )


def read_bytes(path: Path) -> bytes:
    """The whole file.

    Raises:
        MediaError: when it is empty or cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}") from error
    if not data:
        raise MediaError("the file is empty")
    return data
