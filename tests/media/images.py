"""Image files in memory, with everything that cameras and programs do to them."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.types import ByteArray, FloatArray, Frame
from movenet_cli.media.image.source import ImageSource
from movenet_cli.media.opening import open_source

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters(width: int = 100, height: int = 60) -> ByteArray:
    """Red, green, blue and white quarters, row by row: every orientation looks different."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = WHITE
    return pixels


def encoded(pixels: ByteArray, kind: str, orientation: int | None = None, **options: object) -> bytes:
    """An image file's bytes, with an EXIF orientation when one is given."""
    if orientation is not None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options |= {"tiffinfo": {0x0112: orientation}} if kind == "TIFF" else {"exif": exif}
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def turned(pixels: ByteArray, orientation: int) -> ByteArray:
    """What a viewer shows, by the definition of EXIF: where row 0 and column 0 are."""
    upright = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: pixels[::-1].transpose(1, 0, 2),
        7: pixels[::-1, ::-1].transpose(1, 0, 2),
        8: pixels[:, ::-1].transpose(1, 0, 2),
    }
    return np.ascontiguousarray(upright[orientation])


def scene(width: int, height: int) -> ByteArray:
    """A smooth colourful image without any symmetry."""
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    waves = [np.sin(9 * x + 3 * y), np.sin(4 * x - 11 * y + 1), np.sin(17 * x * y + 2)]
    return np.stack([127.5 + 120 * wave for wave in waves], axis=-1).astype(np.uint8)


def difference(first: ByteArray, second: ByteArray) -> float:
    """Mean absolute difference in grey levels."""
    assert first.shape == second.shape
    delta: FloatArray = np.abs(first.astype(np.float32) - second)
    return float(delta.mean())


def opened(path: Path, max_pixels: int = 10**9) -> ImageSource:
    """A file as the program opens it."""
    source = open_source(InputFile(path, path.name), FrameRange(), max_pixels=max_pixels)
    assert isinstance(source, ImageSource)
    return source


def shown(path: Path) -> ByteArray:
    """The upright pixels that the program sees."""
    with opened(path) as source:
        (frame,) = source.frames()
    assert isinstance(frame, Frame)
    assert (frame.index, frame.time) == (0, None)
    pixels = frame.image.rgb()
    assert pixels.dtype == np.uint8
    assert pixels.shape == (source.info.height, source.info.width, 3)
    return pixels
