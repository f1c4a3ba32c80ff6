"""A model's official output and the view it was seen through in, poses in source pixels out.

Only this module knows that MoveNet gives y before x, in units of the padded input.
"""

import numpy as np

from movenet_cli.core.geometry import View
from movenet_cli.core.skeleton import KEYPOINT_COUNT
from movenet_cli.core.types import Box, FloatArray, Pose

MULTI_ROW = 3 * KEYPOINT_COUNT + 5
"""Values of one person in a multi-pose output: 17 × (y, x, score), ymin, xmin, ymax, xmax, score."""


def decode_single(output: FloatArray, view: View, min_score: float) -> tuple[Pose, ...]:
    """Decode a single-pose output.

    Args:
        output: (1, 17, 3) float32: y, x in 0..1 of the padded input, score.
        view: what the model saw.
        min_score: keypoints from here on make the box.

    Returns:
        One pose, always: MoveNet has no notion of nobody.
    """
    keypoints = _to_source(output.reshape(KEYPOINT_COUNT, 3), view)
    return (Pose(keypoints, float(keypoints[:, 2].mean()), tight_box(keypoints, min_score)),)


def decode_multi(output: FloatArray, view: View, min_score: float, max_people: int) -> tuple[Pose, ...]:
    """Decode a multi-pose output.

    Args:
        output: (6, 56) float32: a row per person, see `MULTI_ROW`.
        view: what the model saw.
        min_score: a person without a single keypoint from here on is not a person.
        max_people: at most so many, the best person scores first.

    Returns:
        The people seen, highest person score first.
    """
    poses = [_decode_row(row, view) for row in output.reshape(-1, MULTI_ROW)]
    seen = [pose for pose in poses if pose.is_seen(min_score)]
    return tuple(sorted(seen, key=lambda pose: -pose.score)[:max_people])


def tight_box(keypoints: FloatArray, min_score: float) -> Box | None:
    """The box around the (17, 3) x, y, score keypoints whose score reaches `min_score`, if any."""
    confident = keypoints[keypoints[:, 2] >= min_score, :2]
    if not len(confident):
        return None
    (x0, y0), (x1, y1) = confident.min(axis=0), confident.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _decode_row(row: FloatArray, view: View) -> Pose:
    keypoints = _to_source(row[: 3 * KEYPOINT_COUNT].reshape(KEYPOINT_COUNT, 3), view)
    corners = row[3 * KEYPOINT_COUNT : MULTI_ROW - 1].reshape(2, 2)
    (x0, y0), (x1, y1) = view.to_source(_to_pixels(corners, view))
    return Pose(keypoints, float(row[-1]), (float(x0), float(y0), float(x1), float(y1)))


def _to_source(rows: FloatArray, view: View) -> FloatArray:
    """(17, 3) y, x, score of the input → (17, 3) x, y, score of the source."""
    keypoints = np.empty((KEYPOINT_COUNT, 3), np.float32)
    keypoints[:, :2] = view.to_source(_to_pixels(rows[:, :2], view))
    keypoints[:, 2] = rows[:, 2]
    return keypoints


def _to_pixels(yx: FloatArray, view: View) -> FloatArray:
    """(N, 2) y, x in 0..1 → (N, 2) x, y in input pixels."""
    return yx[:, ::-1] * np.array(view.input_size, np.float32)
