"""An `Image` that stands upright, of pixels that may be stored lying on their side."""

from abc import abstractmethod

from movenet_cli.core.types import ByteArray, Image, PixelRect, Size
from movenet_cli.media.pixels.orientation import Orientation


class UprightImage(Image):
    """Turns what the subclass gives; small results are turned after scaling.

    Args:
        width: as stored, pixels.
        height: as stored, pixels.
        orientation: how the stored pixels are turned.
    """

    def __init__(self, width: int, height: int, orientation: Orientation) -> None:
        self._stored_size = Size(width, height)
        self._orientation = orientation
        self._size = orientation.size(width, height)
        self._rgb: ByteArray | None = None

    @property
    def width(self) -> int:
        """Width of the upright image in pixels."""
        return self._size[0]

    @property
    def height(self) -> int:
        """Height of the upright image in pixels."""
        return self._size[1]

    def rgb(self) -> ByteArray:
        """See `Image.rgb`; kept for the next caller."""
        if self._rgb is None:
            self._rgb = self._orientation.apply(self._stored_rgb())
        return self._rgb

    def resized(self, rect: PixelRect, size: Size) -> ByteArray:
        """See `Image.resized`."""
        stored = self._orientation.stored_rect(rect, *self._stored_size)
        return self._orientation.apply(self._stored_part(stored, self._orientation.size(*size)))

    @abstractmethod
    def _stored_rgb(self) -> ByteArray:
        """The whole image as stored: (H, W, 3) RGB."""

    @abstractmethod
    def _stored_part(self, rect: PixelRect, size: Size) -> ByteArray:
        """A part of it as stored, scaled to `size`."""
