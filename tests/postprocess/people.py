"""Poses of people who are somewhere, as a multi-pose network would give them."""

import numpy as np

from movenet_cli.core.types import FrameResult, Pose
from tests.inference.dots import body


def person(left: float, top: float = 100.0, size: float = 200.0, score: float = 0.8) -> Pose:
    points = body(left, top, size)
    keypoints = np.concatenate([points, np.full((17, 1), score)], axis=1).astype(np.float32)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return Pose(keypoints, score, (float(x0), float(y0), float(x1), float(y1)))


def frame(index: int, time: float | None, *poses: Pose) -> FrameResult:
    return FrameResult(index, time, "ok" if poses else "empty", tuple(poses))


def failed(index: int, time: float | None) -> FrameResult:
    return FrameResult(index, time, "failed", (), "broken")
