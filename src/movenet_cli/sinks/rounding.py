"""Poses to the numbers of result files: pixels to 2 decimals, scores to 4, seconds to 6, all finite."""

from typing import Final

import numpy as np
import numpy.typing as npt

from movenet_cli.errors import MediaError
from movenet_cli.poses import Box, FloatArray, Pose

_KEYPOINT_SCALE: Final = np.array([100.0, 100.0, 10000.0])
_PIXEL_SCALE: Final = np.array([100.0, 100.0])


def keypoint_rows(pose: Pose) -> list[list[float]]:
    """The 17 rows [x, y, score].

    Raises:
        MediaError: when a number is not finite.
    """
    return _rounded(pose.keypoints, _KEYPOINT_SCALE)


def smoothed_rows(smoothed: FloatArray) -> list[list[float]]:
    """The 17 rows [x, y] after the filter over time; errors as `keypoint_rows`."""
    return _rounded(smoothed, _PIXEL_SCALE)


def box_row(box: Box) -> list[float]:
    """The box as [x0, y0, x1, y1]; errors as `keypoint_rows`."""
    return [finite(value, 2) for value in box]


def finite(value: float, digits: int) -> float:
    """The number rounded; never minus zero; errors as `keypoint_rows`."""
    number = float(value)
    if number - number != 0.0:
        raise _not_finite()
    return round(number, digits) + 0.0


def _rounded(values: FloatArray, scale: npt.NDArray[np.float64]) -> list[list[float]]:
    wide = values.astype(np.float64)
    if not np.isfinite(wide).all():
        raise _not_finite()
    rows: list[list[float]] = (np.rint(wide * scale) / scale + 0.0).tolist()
    return rows


def _not_finite() -> MediaError:
    return MediaError("the model gave values that are not finite numbers; try another --runtime or model")
