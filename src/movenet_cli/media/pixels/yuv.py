"""The planes of a decoded YUV frame: a part of it is scaled first and then converted to RGB.

The matrices are those of ITU-T H.273, table 4: with the luma weights Kr and Kb,
R = Y + 2(1 - Kr)V, B = Y + 2(1 - Kb)U, and G is what is left of Y = Kr R + Kg G + Kb B.
"""

from dataclasses import dataclass
from functools import lru_cache

import av
import cv2
import numpy as np
import numpy.typing as npt

from movenet_cli.core.types import ByteArray, PixelRect, Size, Yuv420
from movenet_cli.media.pixels.resize import sampled_plane, scaled_plane

_PLANAR = frozenset(("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p"))
_INTERLEAVED = frozenset(("nv12",))
_FULL_RANGE = 2
_UNSPECIFIED = 2

_LUMA_WEIGHTS = {
    1: (0.2126, 0.0722),  # BT.709
    _UNSPECIFIED: (0.299, 0.114),  # taken for BT.601, as FFmpeg and OpenCV do
    4: (0.30, 0.11),  # FCC
    5: (0.299, 0.114),  # BT.601, 625 lines
    6: (0.299, 0.114),  # BT.601, 525 lines
    7: (0.212, 0.087),  # SMPTE 240M
    9: (0.2627, 0.0593),  # BT.2020
}
"""Kr and Kb by the matrix coefficients' code point."""


@dataclass(frozen=True, slots=True)
class YuvPlanes:
    """An 8-bit YUV frame.

    Attributes:
        luma: (H, W) uint8.
        chroma: U and V, each (h, w) uint8, or both in one (h, w, 2).
        luma_weights: Kr and Kb.
        is_full_range: whether black and white are 0 and 255; a chroma sample then sits amid its luma samples,
            else on the left ones.
    """

    luma: ByteArray
    chroma: tuple[ByteArray, ...]
    luma_weights: tuple[float, float]
    is_full_range: bool

    @classmethod
    def of(cls, frame: av.VideoFrame) -> "YuvPlanes | None":
        """The planes of a frame, not copied; None when its format is another one."""
        name = frame.format.name
        if name not in _PLANAR | _INTERLEAVED or frame.colorspace not in _LUMA_WEIGHTS:
            return None
        is_full = name.startswith("yuvj") or frame.color_range == _FULL_RANGE
        luma, *chroma = (_pixels(plane, 1) for plane in frame.planes)
        if name in _INTERLEAVED:
            chroma = [_pixels(frame.planes[1], 2)]
        return cls(luma, tuple(chroma), _LUMA_WEIGHTS[frame.colorspace], is_full)

    def yuv420(self) -> Yuv420 | None:
        """All of them, when there are three and chroma has half the size; None else."""
        height, width = self.luma.shape
        if len(self.chroma) != 2 or self.chroma[0].shape != (-(-height // 2), -(-width // 2)):
            return None
        site = (1.0, 1.0) if self.is_full_range else (0.5, 1.0)
        return Yuv420(
            (self.luma, self.chroma[0], self.chroma[1]), self.luma_weights, self.is_full_range, site
        )

    def rgb(self, rect: PixelRect, size: Size) -> ByteArray:
        """The part `rect`, scaled bilinearly at pixel centres to `size` (width, height): RGB."""
        height, width = self.luma.shape
        planes = [scaled_plane(self.luma, rect, size)]
        for plane in self.chroma:
            reduction = -(-width // plane.shape[1]), -(-height // plane.shape[0])
            is_left = reduction[0] > 1 and not self.is_full_range
            planes.append(sampled_plane(plane, rect, size, reduction, is_left))
        matrix = _matrix(self.luma_weights, self.is_full_range)
        return np.asarray(cv2.transform(cv2.merge(planes), matrix), np.uint8)


def _pixels(plane: "av.video.plane.VideoPlane", channels: int) -> ByteArray:
    """(height, width) or (height, width, channels) view of a plane, its padding left out."""
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)  # type: ignore[call-overload]
    pixels: ByteArray = rows[:, : plane.width * channels]
    return pixels if channels == 1 else pixels.reshape(plane.height, plane.width, channels)


@lru_cache
def _matrix(luma_weights: tuple[float, float], is_full: bool) -> npt.NDArray[np.float32]:
    """(3, 4) float32: Y, U, V and 1 to RGB, all 0..255."""
    red, blue = luma_weights
    green = 1 - red - blue
    luma, chroma, black = (1.0, 1.0, 0.0) if is_full else (255 / 219, 255 / 224, 16.0)
    rows: npt.NDArray[np.float64] = np.array(
        [
            [1, 0, 2 * (1 - red)],
            [1, -2 * blue * (1 - blue) / green, -2 * red * (1 - red) / green],
            [1, 2 * (1 - blue), 0],
        ]
    ) * np.array([luma, chroma, chroma])
    offset = -rows @ np.array([black, 128.0, 128.0])
    return np.column_stack([rows, offset]).astype(np.float32)
