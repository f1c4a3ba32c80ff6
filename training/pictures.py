"""Files in, RGB pictures, video frames and square crops of them out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from training.decoding import FloatArray

Picture = npt.NDArray[np.uint8]


def read_picture(path: Path) -> Picture:
    """The picture as (h, w, 3) uint8 RGB."""
    return np.asarray(cv2.cvtColor(cv2.imread(str(path), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)


def read_frames(path: Path, every: int) -> Iterator[Picture]:
    """Every `every`-th frame of a video, as (h, w, 3) uint8 RGB."""
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % every == 0:
                yield frame.to_ndarray(format="rgb24")


def square(
    picture: Picture, x: float, y: float, side: float, size: int, angle: float = 0.0
) -> tuple[Picture, FloatArray]:
    """A square crop, black outside the picture, and the affine map (2, 3) from picture to crop pixels.

    Args:
        picture: (h, w, 3) uint8.
        x: the crop's centre.
        y: the crop's centre.
        side: the crop's side in picture pixels.
        size: the crop's side in its own pixels.
        angle: rotation in degrees.
    """
    scale = size / side
    if scale < 0.5:
        shrink = 0.5 / scale
        picture = np.asarray(
            cv2.resize(picture, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA), np.uint8
        )
        crop, inner = square(picture, x / shrink, y / shrink, side / shrink, size, angle)
        return crop, inner * np.array([1 / shrink, 1 / shrink, 1])
    c, s = scale * np.cos(np.radians(angle)), scale * np.sin(np.radians(angle))
    affine = np.array([[c, -s, size / 2 - c * x + s * y], [s, c, size / 2 - s * x - c * y]])
    return np.asarray(cv2.warpAffine(picture, affine, (size, size), flags=cv2.INTER_LINEAR), np.uint8), affine
