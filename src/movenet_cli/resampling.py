"""RGB pixels in, a part of them at another size out, as `tf.image.resize` and a cast to integers give it."""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from movenet_cli.poses import ByteArray, PixelRect

_ROUNDING = 1e-3
"""Added before the fraction is cut off: a flat area must not lose a level to the last bit of a float."""


def resized_rgb(pixels: ByteArray, rect: PixelRect, size: tuple[int, int]) -> ByteArray:
    """Scale the part `rect` to `size`: bilinearly at pixel centres, no anti-aliasing, fractions cut off.

    Only the rows that are sampled are converted to floats: a large picture costs little more than a small one.

    Args:
        pixels: (H, W, 3) uint8.
        rect: inside the picture.
        size: width and height of the result.

    Returns:
        (size[1], size[0], 3) uint8; a view of the pixels when nothing has to be scaled.
    """
    x0, y0, x1, y1 = rect
    part = pixels[y0:y1, x0:x1]
    if size == (x1 - x0, y1 - y0):
        return part
    rows, weight = _rows(y1 - y0, size[1])
    sampled = part[rows].astype(np.float32)
    narrow = cv2.resize(sampled, (size[0], len(rows)), interpolation=cv2.INTER_LINEAR)
    above, below = narrow[: size[1]], narrow[size[1] :]
    return np.asarray(above + (below - above) * weight + _ROUNDING).astype(np.uint8)


@lru_cache(maxsize=64)
def _rows(length: int, cells: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """Which source rows `cells` result rows lie between: first all the upper, then all the lower ones.

    Returns:
        (2 × cells,) row numbers, and (cells, 1, 1) float32: the lower row's weight.
    """
    centres = (np.arange(cells) + 0.5) * (length / cells) - 0.5
    upper = np.floor(centres)
    rows = np.clip(np.concatenate([upper, upper + 1]), 0, length - 1)
    return rows.astype(np.intp), (centres - upper).astype(np.float32)[:, None, None]
