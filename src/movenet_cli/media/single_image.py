"""One image that a program has, in memory or as a file, as a frame."""

import os
from pathlib import Path

import numpy as np

from movenet_cli.core.types import Frame
from movenet_cli.errors import MediaError, UsageError
from movenet_cli.media.image.source import ImageSource
from movenet_cli.media.image.still import read_still
from movenet_cli.media.pixels.rgb_image import RgbImage


def single_frame(image: object, max_pixels: int) -> Frame:
    """Take an array as it is, or read a file as in a run.

    Args:
        image: (H, W, 3) uint8 RGB, or a path.
        max_pixels: larger images in files are refused.

    Raises:
        UsageError: it is no RGB image.
        MediaError: the file cannot be read, or is no still image; the message begins with its path.
    """
    if isinstance(image, str | os.PathLike):
        return _read(Path(image), max_pixels)
    if not isinstance(image, np.ndarray):
        raise UsageError(f"an image is a NumPy array or a path, not {type(image).__name__}")
    if image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise UsageError(f"an image has the shape (height, width, 3), RGB; this one has {image.shape}")
    if image.dtype != np.uint8:
        raise UsageError(f"an image has the dtype uint8, 0 to 255; this one has {image.dtype}")
    return Frame(0, None, RgbImage(image))


def _read(path: Path, max_pixels: int) -> Frame:
    try:
        still = read_still(path, max_pixels)
        if still is None:
            raise MediaError("not a still image; use video()")
        return next(ImageSource(*still).frames())
    except MediaError as error:
        raise MediaError(f"{path}: {error}") from error
