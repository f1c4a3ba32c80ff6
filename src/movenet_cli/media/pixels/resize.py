"""Bilinear sampling of a part of an image: each result pixel is blended of the four around its centre.

There are two kernels, for two reasons. RGB goes through NumPy, in the order and the precision of
`tf.image.resize`, so that an image gives the same network input, to the last bit, as in the models' reference
code. A video frame's YUV planes are converted to RGB after scaling; no reference has these bits, and they go
through OpenCV, which computes with integers, differs by about a rounding, and is several times as fast.
"""

from functools import lru_cache

import cv2
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
    upper, lower, down = _neighbours(y1 - y0, size.height)
    top, bottom = _across(part[upper], size.width), _across(part[lower], size.width)
    bottom -= top
    bottom *= down[:, None]
    top += bottom
    return np.asarray(top, np.uint8).reshape(size.height, size.width, 3)


def _across(rows: ByteArray, cells: int) -> FloatArray:
    """(h, W, 3) uint8 → (h, cells * 3) float32: each row scaled."""
    left, right, weights = _neighbours(rows.shape[1], cells)
    blended, step = (
        rows.take(side, axis=1, mode="clip").reshape(len(rows), -1).astype(np.float32)
        for side in (left, right)
    )
    step -= blended
    step *= np.repeat(weights, 3)
    blended += step
    return blended


@lru_cache(maxsize=256)
def _neighbours(
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


def scaled_plane(pixels: ByteArray, rect: PixelRect, size: Size) -> ByteArray:
    """The part `rect` of full-size pixels, (H, W) or (H, W, C), bilinearly at pixel centres.

    Returns:
        uint8 of `size`; a view when nothing has to be scaled.
    """
    x0, y0, x1, y1 = rect
    part = pixels[y0:y1, x0:x1]
    if size == (x1 - x0, y1 - y0):
        return part
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def sampled_plane(
    pixels: ByteArray,
    rect: PixelRect,
    size: Size,
    reduction: tuple[int, int],
    is_left: bool = False,
) -> ByteArray:
    """As `scaled_plane`, from pixels that each stand for several of the full image, also for parts of one.

    Args:
        pixels: (h, w) or (h, w, C) uint8.
        rect: in pixels of the full image.
        size: of the result.
        reduction: pixels of the full image for one of `pixels`, along x and y.
        is_left: a sample sits on the leftmost of its pixels instead of amid them.
    """
    step_x, offset_x = _affine(rect[0], rect[2], size.width, reduction[0], is_left)
    step_y, offset_y = _affine(rect[1], rect[3], size.height, reduction[1], False)
    return np.asarray(
        cv2.warpAffine(
            pixels,
            np.array([[step_x, 0, offset_x], [0, step_y, offset_y]]),
            size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def _affine(start: int, end: int, cells: int, reduction: int, is_left: bool) -> tuple[float, float]:
    """Step and offset, in samples, of the result's pixel centres along one axis."""
    step = (end - start) / cells
    first = start + step / 2 - 0.5
    return step / reduction, (first - (0 if is_left else (reduction - 1) / 2)) / reduction
