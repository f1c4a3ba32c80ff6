"""Reads what an image file says of itself, before any pixel is decoded."""

import io
import logging
import struct
import warnings
from dataclasses import dataclass

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
from movenet_cli.media.pixels.orientation import Orientation

log = logging.getLogger(__name__)

_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM")
_EXIF_ORIENTATION = 0x0112
_PNG_METADATA = frozenset((b"IHDR", b"eXIf", b"tEXt", b"zTXt", b"iTXt"))
_NO_PIXELS = struct.pack(">I4sI", 0, b"IDAT", 0x35AF061E)
_HEIF_BRANDS = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1")

Image.MAX_IMAGE_PIXELS = None  # `check_pixels` is our own limit, and it is an error rather than a warning
warnings.filterwarnings("ignore", module=r"PIL\.")  # for all threads: odd metadata are no news to the user
logging.getLogger("PIL").setLevel(logging.CRITICAL)  # what it logs as an error, it raises as well


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What an image file says of itself before any pixel is decoded.

    Attributes:
        format: Pillow's name of the format.
        width: as stored, pixels.
        height: as stored, pixels.
        orientation: how the pixels that OpenCV decodes have to be turned.
        rotation: degrees clockwise from stored to upright, for the record.
        pages: images in the file.
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
        """What is left out of a file with several images."""
        if self.pages > 1 and self.format in ("TIFF", "WEBP", "AVIF"):
            return f"only the first of {self.pages} pages was read"
        return None


def read_header(data: bytes) -> ImageHeader:
    """Read size, orientation and number of images of an image file.

    Raises:
        MediaError: when the bytes are no image of a known format, or its header is broken.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            return _header(image, data)
    except UnidentifiedImageError:
        if data[4:12] in _HEIF_BRANDS:
            raise MediaError("HEIC images cannot be read; convert them to JPEG") from None
        raise MediaError("not an image that can be read") from None
    except MemoryError:
        raise
    except Exception as error:
        raise MediaError(f"the image's header is broken: {error}") from error


def _header(image: Image.Image, data: bytes) -> ImageHeader:
    kind = image.format or ""
    orientation = _png_orientation(data) if kind == "PNG" else _orientation(image)
    # OpenCV's TIFF reader turns the pixels by itself, and Pillow already gives their upright size.
    turned = Orientation() if kind == "TIFF" else orientation
    pages = int(getattr(image, "n_frames", 1)) if kind in ("GIF", "PNG", "TIFF", "WEBP", "AVIF") else 1
    return ImageHeader(kind, image.width, image.height, turned, orientation.rotation, pages)


def _orientation(image: Image.Image) -> Orientation:
    """From the EXIF data; upright when they are broken, as every viewer takes it."""
    try:
        return Orientation.of_exif(image.getexif().get(_EXIF_ORIENTATION))
    except Exception:
        log.debug("broken EXIF data", exc_info=True)
        return Orientation()


def _png_orientation(data: bytes) -> Orientation:
    """Of a PNG without its pixels: Pillow would decode them all to get at metadata that may stand behind."""
    kept, place = [data[:8]], 8
    while place + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        if kind in _PNG_METADATA:
            kept.append(data[place : place + 12 + length])
        place += 12 + length
    try:
        with Image.open(io.BytesIO(b"".join([*kept, _NO_PIXELS])), formats=("PNG",)) as image:
            image.info.setdefault("exif", None)  # so that Pillow does not look for it behind the pixels
            return _orientation(image)
    except Exception:
        log.debug("broken PNG metadata", exc_info=True)
        return Orientation()


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Refuse an image that would fill the memory.

    Raises:
        MediaError: when it has more than `max_pixels` pixels.
    """
    if width * height > max_pixels:
        raise MediaError(
            f"{width}x{height} is more than {max_pixels:,} pixels; raise --max-pixels if this is meant"
        )
