"""RGB pixels in memory as a `Picture`."""

from dataclasses import dataclass
from typing import Final

import cv2

from movenet_cli.poses import ByteArray, Picture, PixelRect
from movenet_cli.resampling import resized_rgb

_ROWS: Final = 64
"""Swapped at once: OpenCV makes a copy of what it is to change in place."""


def swap_red_and_blue(pixels: ByteArray) -> ByteArray:
    """Turn RGB into BGR or back, in place: (H, W, 3) uint8; a large picture is never there twice."""
    for top in range(0, len(pixels), _ROWS):
        rows = pixels[top : top + _ROWS]
        cv2.cvtColor(rows, cv2.COLOR_BGR2RGB, dst=rows)
    return pixels


@dataclass(frozen=True, slots=True, eq=False)
class RgbPicture(Picture):
    """A decoded picture: `pixels` is (height, width, 3) uint8 RGB, already upright."""

    pixels: ByteArray

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    def rgb(self) -> ByteArray:
        """The pixels themselves."""
        return self.pixels

    def resized(self, rect: PixelRect, size: tuple[int, int]) -> ByteArray:
        """See `Picture.resized`."""
        return resized_rgb(self.pixels, rect, size)
