"""Pixels stored at a reduced resolution in; a part of the full image, sampled from them, out."""

import cv2
import numpy as np

from movenet_cli.core.types import ByteArray, PixelRect, Size


def scaled(pixels: ByteArray, rect: PixelRect, size: Size) -> ByteArray:
    """The part `rect` of full-size pixels, (H, W) or (H, W, C), bilinearly at pixel centres.

    Returns:
        uint8 of `size`; a view when nothing has to be scaled.
    """
    x0, y0, x1, y1 = rect
    part = pixels[y0:y1, x0:x1]
    if size == (x1 - x0, y1 - y0):
        return part
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def sampled(
    pixels: ByteArray,
    rect: PixelRect,
    size: Size,
    reduction: tuple[int, int],
    is_left: bool = False,
) -> ByteArray:
    """As `scaled`, from pixels that each stand for several of the full image; no rounding of the borders.

    Args:
        pixels: (h, w) or (h, w, C) uint8.
        rect: in pixels of the full image.
        size: of the result.
        reduction: pixels of the full image for one of `pixels`, along x and y.
        is_left: a sample sits on the leftmost of its pixels instead of amid them.
    """
    step_x, offset_x = _axis(rect[0], rect[2], size.width, reduction[0], is_left)
    step_y, offset_y = _axis(rect[1], rect[3], size.height, reduction[1], False)
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


def _axis(start: int, end: int, cells: int, reduction: int, is_left: bool) -> tuple[float, float]:
    """Step and offset, in samples, of the result's pixel centres along one axis."""
    step = (end - start) / cells
    first = start + step / 2 - 0.5
    return step / reduction, (first - (0 if is_left else (reduction - 1) / 2)) / reduction
