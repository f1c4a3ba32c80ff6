"""A decoded video frame as a `Picture`: converted to RGB only as far as somebody asks."""

import av
import cv2
import numpy as np

from movenet_cli.poses import ByteArray, Picture, PixelRect
from movenet_cli.sources.orientation import Orientation


class VideoPicture(Picture):
    """A frame as the decoder left it.

    Args:
        frame: the decoded frame, not turned.
        orientation: how it is turned upright.
    """

    def __init__(self, frame: av.VideoFrame, orientation: Orientation) -> None:
        self._frame = frame
        self._orientation = orientation
        self._size = orientation.size(frame.width, frame.height)
        self._rgb: ByteArray | None = None

    @property
    def width(self) -> int:
        """Width of the upright picture in pixels."""
        return self._size[0]

    @property
    def height(self) -> int:
        """Height of the upright picture in pixels."""
        return self._size[1]

    def rgb(self) -> ByteArray:
        """See `Picture.rgb`."""
        if self._rgb is None:
            pixels = self._frame.to_ndarray(format="rgb24")
            self._rgb = self._orientation.apply(pixels)  # type: ignore[arg-type]
        return self._rgb

    def resized(self, rect: PixelRect, size: tuple[int, int]) -> ByteArray:
        """See `Picture.resized`."""
        x0, y0, x1, y1 = rect
        part = self.rgb()[y0:y1, x0:x1]
        return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), np.uint8)
