"""Turns stored pixels upright: the eight orientations of EXIF, used for images and videos alike."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from movenet_cli.core.types import ByteArray, PixelRect, Size

_ROTATION = {1: 0, 2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_MIRRORED = frozenset((2, 4, 5, 7))


@dataclass(frozen=True, slots=True)
class Orientation:
    """How stored pixels are brought upright: first mirrored left to right, then turned.

    Attributes:
        rotation: degrees clockwise: 0, 90, 180 or 270.
        mirrored: whether they are mirrored before that.
    """

    rotation: int = 0
    mirrored: bool = False

    @classmethod
    def of_exif(cls, tag: object) -> "Orientation":
        """From the value of EXIF tag 0x0112; anything but 2 to 8 means upright."""
        if not isinstance(tag, int) or tag not in _ROTATION:
            return cls()
        return cls(_ROTATION[tag], tag in _MIRRORED)

    @classmethod
    def of_matrix(cls, a: int, b: int, c: int, d: int) -> "Orientation":
        """From a video's display matrix: the stored pixel x, y is shown at a x + c y, b x + d y."""
        mirrored = a * d - b * c < 0
        if mirrored:
            a, b = -a, -b
        return cls(round(math.degrees(math.atan2(b, a)) / 90) % 4 * 90, mirrored)

    def size(self, width: int, height: int) -> Size:
        """Width and height of an image, stored to upright; the same rule leads back."""
        return Size(height, width) if self.rotation in (90, 270) else Size(width, height)

    def apply(self, stored: ByteArray) -> ByteArray:
        """Bring stored pixels, (H, W) or (H, W, 3), upright."""
        if self.mirrored:
            stored = cv2.flip(stored, 1)  # type: ignore[assignment]
        if self.rotation:
            stored = cv2.rotate(stored, _TURNS[self.rotation])  # type: ignore[assignment]
        return np.asarray(stored)

    def upright_point(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        """Where a point of a stored image of `width` by `height` pixels lies in the upright one."""
        if self.mirrored:
            x = width - x
        turned = {0: (x, y), 90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}
        return turned[self.rotation]

    def stored_rect(self, rect: PixelRect, width: int, height: int) -> PixelRect:
        """Where a rectangle of the upright image lies in the stored one of `width` by `height` pixels."""
        x0, y0, x1, y1 = rect
        if self.rotation == 90:
            x0, y0, x1, y1 = y0, height - x1, y1, height - x0
        elif self.rotation == 180:
            x0, y0, x1, y1 = width - x1, height - y1, width - x0, height - y0
        elif self.rotation == 270:
            x0, y0, x1, y1 = width - y1, x0, width - y0, x1
        if self.mirrored:
            x0, x1 = width - x1, width - x0
        return x0, y0, x1, y1
