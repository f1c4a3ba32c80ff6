"""Decodes a JPEG file, and refuses it when any of its pixels are damaged.

Decoding at a fraction of the size, which libjpeg offers, would take 60 % less time for 12 megapixels. But it
smooths the image before the network's input is sampled from it, and moves confident keypoints by more than
half an input pixel on average, so images are decoded whole.
"""

import numpy as np
import simplejpeg

from movenet_cli.core.types import ByteArray
from movenet_cli.errors import MediaError

_HARMLESS = "extraneous bytes before marker 0xd9"


def is_rgb_jpeg(data: bytes) -> bool:
    """Whether libjpeg turns a JPEG into RGB by itself: grey and colour yes, CMYK no."""
    try:
        return simplejpeg.decode_jpeg_header(data)[2] in ("Gray", "YCbCr", "RGB")
    except ValueError as error:
        raise MediaError(f"the JPEG is truncated or damaged ({error})") from error


def decode_jpeg(data: bytes) -> tuple[ByteArray, str | None]:
    """Decode a JPEG, orientation ignored.

    Returns:
        (H, W, 3) uint8 RGB, and a remark when it may be damaged.

    Raises:
        MediaError: when the file is truncated or broken.
    """
    try:
        return np.asarray(simplejpeg.decode_jpeg(data, "RGB"), np.uint8), None
    except ValueError as error:
        if _HARMLESS not in str(error):
            raise MediaError(f"the JPEG is truncated or damaged ({error})") from error
    pixels = simplejpeg.decode_jpeg(data, "RGB", strict=False)
    return np.asarray(pixels, np.uint8), "the JPEG may be damaged: it has more data than pixels"
