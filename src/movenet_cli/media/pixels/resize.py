"""RGB pixels in, a part of them at another size out, as `tf.image.resize` and a cast to integers give it."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from movenet_cli.core.types import ByteArray, FloatArray, PixelRect, Size


def resized_rgb(pixels: ByteArray, rect: PixelRect, size: Size) -> ByteArray:
    """Scale the part `rect` to `size`: bilinearly at pixel centres, no anti-aliasing, fractions cut off.

    Computed in the same order and precision, so the result is the same to the last bit. Only the pixels that
    are sampled are touched: a large image costs no more than a small one.

    Args:
        pixels: (H, W, 3) uint8.
        rect: inside the image.
        size: of the result.

    Returns:
        (size.height, size.width, 3) uint8; a view of the pixels when nothing has to be scaled.
    """
    x0, y0, x1, y1 = rect
    part = pixels[y0:y1, x0:x1]
    if size == (x1 - x0, y1 - y0):
        return part
    upper, lower, down = _axis(y1 - y0, size.height)
    top, bottom = _across(part[upper], size.width), _across(part[lower], size.width)
    bottom -= top
    bottom *= down[:, None]
    top += bottom
    return np.asarray(top, np.uint8).reshape(size.height, size.width, 3)


def _across(rows: ByteArray, cells: int) -> FloatArray:
    """(h, W, 3) uint8 → (h, cells * 3) float32: each row scaled."""
    left, right, weights = _axis(rows.shape[1], cells)
    blended, step = (
        rows.take(side, axis=1, mode="clip").reshape(len(rows), -1).astype(np.float32)
        for side in (left, right)
    )
    step -= blended
    step *= np.repeat(weights, 3)
    blended += step
    return blended


@lru_cache(maxsize=256)
def _axis(
    length: int, cells: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """For each of `cells` result pixels: the pixels on both sides of its centre, the second one's weight."""
    scale = np.float32(length) / np.float32(cells)
    centres = (np.arange(cells, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    first = np.floor(centres)
    return (
        np.maximum(first, 0).astype(np.intp),
        np.minimum(np.ceil(centres), length - 1).astype(np.intp),
        (centres - first).astype(np.float32),
    )
