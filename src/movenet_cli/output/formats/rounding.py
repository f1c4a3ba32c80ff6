"""The numbers of result files: pixels rounded to 2 decimals, scores to 4, seconds to 6; none too large."""

from typing import Final

import numpy as np
import numpy.typing as npt

from movenet_cli.core.types import Box, FloatArray, Pose
from movenet_cli.errors import MediaError

LARGEST: Final = 1e9
"""Of a coordinate or a score; what is beyond is neither written nor read."""

LATEST: Final = 2.0**63
"""Seconds; no video can tell of more."""

_KEYPOINT_SCALE: Final = np.array([100.0, 100.0, 10000.0])
_PIXEL_SCALE: Final = np.array([100.0, 100.0])


def keypoint_rows(pose: Pose) -> list[list[float]]:
    """The 17 rows [x, y, score].

    Raises:
        MediaError: when a number is not finite, or larger than `LARGEST`.
    """
    return _rounded(pose.keypoints, _KEYPOINT_SCALE)


def smoothed_rows(smoothed: FloatArray) -> list[list[float]]:
    """The 17 rows [x, y] after the filter over time; errors as `keypoint_rows`."""
    return _rounded(smoothed, _PIXEL_SCALE)


def box_row(box: Box) -> list[float]:
    """The box as [x0, y0, x1, y1]; errors as `keypoint_rows`."""
    return [_bounded(value, 2) for value in box]


def score_number(score: float) -> float:
    """The score of a pose; errors as `keypoint_rows`."""
    return _bounded(score, 4)


def seconds_number(value: float) -> float:
    """Seconds, or frames per second; errors as `keypoint_rows`, but larger numbers are fine."""
    return _bounded(value, 6, LATEST)


def _bounded(value: float, digits: int, largest: float = LARGEST) -> float:
    """The number rounded; never minus zero."""
    number = float(value)
    if not abs(number) <= largest:
        raise _beyond_reason()
    return round(number, digits) + 0.0


def _rounded(values: FloatArray, scale: npt.NDArray[np.float64]) -> list[list[float]]:
    wide = values.astype(np.float64)
    if not (np.abs(wide) <= LARGEST).all():
        raise _beyond_reason()
    rows: list[list[float]] = (np.rint(wide * scale) / scale + 0.0).tolist()
    return rows


def _beyond_reason() -> MediaError:
    return MediaError(
        "the model gave values that are not finite, or beyond all reason; try another --runtime or model"
    )
