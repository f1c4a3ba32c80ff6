"""RGB pixels in memory as an `Image`."""

from dataclasses import dataclass

from movenet_cli.core.types import ByteArray, Image, PixelRect, Size
from movenet_cli.media.pixels.resize import resized_rgb


@dataclass(frozen=True, slots=True, eq=False)
class RgbImage(Image):
    """A decoded image: `pixels` is (height, width, 3) uint8 RGB, already upright."""

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

    def resized(self, rect: PixelRect, size: Size) -> ByteArray:
        """See `Image.resized`."""
        return resized_rgb(self.pixels, rect, size)
