"""Keypoints in, the square of the image that shows their person at a good size out."""

import math
from dataclasses import dataclass

import numpy as np

from movenet_cli.core.geometry import View, square_crop
from movenet_cli.core.skeleton import INDEX
from movenet_cli.core.types import FloatArray, Image, Size

_SHOULDERS = (INDEX["left_shoulder"], INDEX["right_shoulder"])
_HIPS = (INDEX["left_hip"], INDEX["right_hip"])
_TORSO = _SHOULDERS + _HIPS


@dataclass(frozen=True, slots=True)
class Square:
    """A square of an image that may reach beyond its borders.

    Attributes:
        centre: x, y in source pixels.
        side: length of its sides in source pixels, above 0.
    """

    centre: tuple[float, float]
    side: float

    def view(self, image: Image, input_size: Size) -> View | None:
        """The view that fills the input with this square; None when it misses the image."""
        return square_crop(image.width, image.height, self.centre, self.side, input_size)


def around_keypoints(keypoints: FloatArray, threshold: float, margin: float) -> Square | None:
    """The square around the box of the confident keypoints.

    Args:
        keypoints: (17, 3) x, y in source pixels, score.
        threshold: keypoints with a lower score are left out.
        margin: side of the square per longer side of the box.

    Returns:
        The square, or None when fewer than two keypoints are confident or all lie on one spot.
    """
    points = keypoints[keypoints[:, 2] >= threshold, :2]
    if len(points) < 2:
        return None
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max()) * margin
    return _square(low / 2 + high / 2, side)


def around_torso(
    keypoints: FloatArray, threshold: float, torso_margin: float, body_margin: float
) -> Square | None:
    """The square of MoveNet's published cropping scheme for videos, centred on the hips.

    It reaches from the centre `torso_margin` times as far as the farthest shoulder or hip along x or y, and
    `body_margin` times as far as the farthest confident keypoint, whichever is more.

    Args:
        keypoints: (17, 3) x, y in source pixels, score.
        threshold: keypoints with a lower score count for nothing.
        torso_margin: published as 1.9.
        body_margin: published as 1.2.

    Returns:
        The square, or None when no shoulder or no hip is confident.
    """
    scores = keypoints[:, 2]
    if scores[list(_SHOULDERS)].max() < threshold or scores[list(_HIPS)].max() < threshold:
        return None
    centre = keypoints[list(_HIPS), :2].mean(axis=0)
    distances = np.abs(keypoints[:, :2] - centre).max(axis=1)
    torso = float(distances[list(_TORSO)].max())
    body = float(distances[scores >= threshold].max())
    return _square(centre, 2 * max(torso_margin * torso, body_margin * body))


def _square(centre: FloatArray, side: float) -> Square | None:
    if not math.isfinite(side) or side <= 0 or not np.isfinite(centre).all():
        return None
    return Square((float(centre[0]), float(centre[1])), side)
