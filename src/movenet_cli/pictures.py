"""RGB pixels in memory as a `Picture`."""

from dataclasses import dataclass

import cv2

from movenet_cli.poses import ByteArray, Picture, PixelRect


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
        x0, y0, x1, y1 = rect
        return cv2.resize(self.pixels[y0:y1, x0:x1], size, interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]
