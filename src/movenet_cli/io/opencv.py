"""OpenCV reads and writes image files with blue first; everything else here has red first."""

from typing import Final

import cv2

from movenet_cli.core.types import ByteArray

_ROWS: Final = 64
"""Swapped at once: OpenCV makes a copy of what it is to change in place."""


def swap_red_and_blue(pixels: ByteArray) -> ByteArray:
    """Turn RGB into BGR or back, in place; a large image is never there twice.

    Args:
        pixels: (H, W, 3) uint8; or (H, W, 4) with alpha, which stays.
    """
    code = cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
    for top in range(0, len(pixels), _ROWS):
        rows = pixels[top : top + _ROWS]
        cv2.cvtColor(rows, code, dst=rows)
    return pixels
