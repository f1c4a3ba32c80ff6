"""A decoded video frame as an `Image`: converted to RGB only as far as somebody asks."""

from dataclasses import replace

import av
import numpy as np

from movenet_cli.core.types import ByteArray, PixelRect, Size, Yuv420
from movenet_cli.media.pixels.orientation import Orientation
from movenet_cli.media.pixels.resize import resized_rgb
from movenet_cli.media.pixels.upright import UprightImage
from movenet_cli.media.pixels.yuv import YuvPlanes


class VideoImage(UprightImage):
    """A frame as the decoder left it; the common YUV formats are converted after scaling.

    Args:
        frame: the decoded frame, not turned.
        orientation: how it is turned upright.
    """

    def __init__(self, frame: av.VideoFrame, orientation: Orientation) -> None:
        super().__init__(frame.width, frame.height, orientation)
        self._frame = frame
        self._planes = YuvPlanes.of(frame)
        self._stored: ByteArray | None = None

    def yuv(self) -> Yuv420 | None:
        """See `Image.yuv`; planes of odd size that lie on their side do not fit together when turned."""
        is_turned = self._orientation != Orientation()
        if self._planes is None or (is_turned and any(side % 2 for side in self._stored_size)):
            return None
        stored = self._planes.yuv420()
        if stored is None or not is_turned:
            return stored
        y, u, v = map(self._orientation.apply, stored.planes)
        site = self._orientation.upright_point(*stored.chroma_site, 2, 2)
        return replace(stored, planes=(y, u, v), chroma_site=site)

    def _stored_rgb(self) -> ByteArray:
        if self._planes is not None:
            return self._planes.rgb((0, 0, *self._stored_size), self._stored_size)
        if self._stored is None:
            self._stored = np.asarray(self._frame.to_ndarray(format="rgb24"), np.uint8)
        return self._stored

    def _stored_part(self, rect: PixelRect, size: Size) -> ByteArray:
        if self._planes is not None:
            return self._planes.rgb(rect, size)
        return resized_rgb(self._stored_rgb(), rect, size)
