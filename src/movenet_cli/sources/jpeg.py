"""The bytes of a JPEG file in; a `Picture` that is decoded no finer than somebody looks at it out."""

import numpy as np
import simplejpeg

from movenet_cli.errors import MediaError
from movenet_cli.poses import ByteArray, PixelRect
from movenet_cli.resampling import resized_rgb
from movenet_cli.sources.orientation import Orientation
from movenet_cli.sources.sampling import sampled
from movenet_cli.sources.upright import UprightPicture

_REDUCTIONS = (8, 4, 2, 1)
_FIRST_LOOK = 960
"""The longer side that a JPEG is first decoded to, at least: enough for a network on the whole picture."""
_OVERSAMPLING = 1.5
"""Decoded pixels per pixel of a scaled part, at least; with fewer the scaled part looks soft."""
_HARMLESS = "extraneous bytes before marker 0xd9"


class JpegPicture(UprightPicture):
    """A JPEG, decoded at 1/8, 1/4 or 1/2 of its size when that is enough.

    Args:
        data: the whole file.
        width: as stored, pixels.
        height: as stored, pixels.
        orientation: how the stored pixels are turned.

    Raises:
        MediaError: when the file is truncated or broken.
    """

    def __init__(self, data: bytes, width: int, height: int, orientation: Orientation) -> None:
        super().__init__(width, height, orientation)
        self._data = data
        self.remark: str | None = None
        reduction = next(r for r in _REDUCTIONS if max(width, height) >= r * _FIRST_LOOK or r == 1)
        self._decoded = reduction, self._decode(reduction)

    def _stored_rgb(self) -> ByteArray:
        return self._at(1)[1]

    def _stored_part(self, rect: PixelRect, size: tuple[int, int]) -> ByteArray:
        ratio = min((rect[2] - rect[0]) / size[0], (rect[3] - rect[1]) / size[1])
        wanted = next(r for r in _REDUCTIONS if ratio >= r * _OVERSAMPLING or r == 1)
        reduction, pixels = self._at(wanted)
        if reduction == 1:
            return resized_rgb(pixels, rect, size)
        return sampled(pixels, rect, size, (reduction, reduction))

    def _at(self, wanted: int) -> tuple[int, ByteArray]:
        """The pixels at this reduction or a smaller one, and which one it is."""
        if wanted < self._decoded[0]:
            self._decoded = wanted, self._decode(wanted)
        return self._decoded

    def _decode(self, reduction: int) -> ByteArray:
        """(h, w, 3) uint8 RGB as stored."""
        width, height = (-(-side // reduction) for side in self._stored_size)
        try:
            return _decode(self._data, width, height, is_strict=True)
        except ValueError as error:
            if _HARMLESS not in str(error):
                raise MediaError(f"the JPEG is truncated or damaged ({error})") from error
        self.remark = "the JPEG may be damaged: it has more data than pixels"
        return _decode(self._data, width, height, is_strict=False)


def is_rgb_jpeg(data: bytes) -> bool:
    """Whether libjpeg turns a JPEG into RGB by itself: grey and colour yes, CMYK no."""
    try:
        return simplejpeg.decode_jpeg_header(data)[2] in ("Gray", "YCbCr", "RGB")
    except ValueError as error:
        raise MediaError(f"the JPEG is truncated or damaged ({error})") from error


def _decode(data: bytes, width: int, height: int, *, is_strict: bool) -> ByteArray:
    """(height, width, 3) uint8 RGB, at the largest reduction that still has this size."""
    pixels = simplejpeg.decode_jpeg(data, "RGB", min_width=width, min_height=height, strict=is_strict)
    return np.asarray(pixels, np.uint8)
