"""The best keypoints for up to eight passes a frame: crops of several sizes, also mirrored, agree on a pose.

In docs/accuracy.md stands what each step is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from movenet_cli.core.decode import tight_box
from movenet_cli.core.geometry import View
from movenet_cli.core.oks import OKS_SIGMAS
from movenet_cli.core.types import Frame, Pose, Size
from movenet_cli.inference.crops import Square, around_keypoints
from movenet_cli.inference.follow import Follow
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.refine import RefineSettings
from movenet_cli.inference.single_pass import passes_where_seen, single_pass, whole_views
from movenet_cli.models.interface import Runner

ZOOMS: Final = (0.9, 1.0, 1.15)
"""Sides of the crops, per side of the one that `refine` would take; each is looked at mirrored, too."""

_AREA: Final = 0.25
"""About the share of the square around a person that the person covers."""


@dataclass(frozen=True, slots=True)
class Careful(Estimator):
    """Single-pose in eight passes; a frame in which the first one finds nobody gets no more.

    The whole frame, the square around the person found there, and around the one found in that square six
    more. All eight have a say in the `consensus`.

    Attributes:
        input_size: of the network's input.
        min_score: see `decode_single`.
        settings: where the second pass looks, as in `refine`.
    """

    input_size: Size
    min_score: float
    settings: RefineSettings = field(default_factory=RefineSettings)

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """See `Estimator.estimate`; the first runner is the network."""
        whole = single_pass(frames, whole_views(frames, self.input_size), runners[0], self.min_score)
        views = [_view(frame, self._square(pose), self.input_size) for frame, pose in _pairs(frames, whole)]
        close = passes_where_seen(frames, views, runners[0], self.min_score)
        squares = [None if pose is None else self._square(pose) for pose in close]
        votes = zooms(frames, squares, self.input_size, runners[0], self.min_score)
        for first, second, others in zip(whole, close, votes, strict=True):
            others.extend(pose for pose in (first, second) if pose is not None)
        return [(consensus(poses, self.min_score),) for poses in votes]

    def _square(self, pose: Pose) -> Square | None:
        return around_keypoints(pose.keypoints, self.settings.threshold, self.settings.margin)


class CarefulFollow(Follow):
    """As `Follow`, with six passes in the crop that follows, and eight where somebody is looked for."""

    def _search(self, frame: Frame, runner: Runner) -> Pose:
        return Careful(self.input_size, self.min_score).estimate([frame], [runner])[0][0]

    def _look(self, frame: Frame, square: Square, runner: Runner) -> Pose | None:
        poses = zooms([frame], [square], self.input_size, runner, self.min_score)[0]
        return consensus(poses, self.min_score) if poses else None


def zooms(
    frames: Sequence[Frame],
    squares: Sequence[Square | None],
    input_size: Size,
    runner: Runner,
    min_score: float,
) -> list[list[Pose]]:
    """Each frame through its square at all `ZOOMS`, as it is and mirrored; nothing without a square."""
    found: list[list[Pose]] = [[] for _ in frames]
    for zoom in ZOOMS:
        views = [
            _view(frame, None if square is None else Square(square.centre, square.side * zoom), input_size)
            for frame, square in zip(frames, squares, strict=True)
        ]
        for mirrored in (False, True):
            poses = passes_where_seen(frames, views, runner, min_score, mirrored=mirrored)
            for others, pose in zip(found, poses, strict=True):
                others.extend([] if pose is None else [pose])
    return found


def consensus(poses: Sequence[Pose], min_score: float) -> Pose:
    """One pose of several looks at a person: each keypoint where most of them, by squared score, agree.

    Looks agree on a keypoint as far as COCO's tolerance for it, the object keypoint similarity, says. The one
    with which the others agree most is the centre, and the point is the mean of all, weighted by squared
    score and by agreement with the centre. So a look that took the left for the right, or another person,
    has no say. The score is the mean of all scores, each multiplied by that agreement: a keypoint on which
    the looks do not agree is not a sure one.

    Args:
        poses: P looks at one person, at least one; a single one stays as it is.
        min_score: see `decode_single`.
    """
    looks = np.stack([pose.keypoints for pose in poses]).astype(np.float64)  # (P, 17, 3)
    points, scores = looks[:, :, :2], looks[:, :, 2]
    weights = scores**2 + np.finfo(np.float32).tiny
    mean = (points * weights[:, :, None]).sum(axis=0) / weights.sum(axis=0)[:, None]
    area = _AREA * max(1.0, float(np.ptp(mean, axis=0).max())) ** 2
    squared = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
    agreement = np.exp(-squared / (2 * (2 * OKS_SIGMAS) ** 2 * area))  # (P, P, 17)
    centres = (agreement * weights).sum(axis=1).argmax(axis=0)
    with_centre = agreement[centres, :, np.arange(len(centres))].T  # (P, 17)
    weights *= with_centre
    agreed = (points * weights[:, :, None]).sum(axis=0) / weights.sum(axis=0)[:, None]
    score = (scores * with_centre).mean(axis=0)
    keypoints = np.concatenate([agreed, score[:, None]], axis=1).astype(np.float32)
    return Pose(keypoints, float(keypoints[:, 2].mean()), tight_box(keypoints, min_score))


def _view(frame: Frame, square: Square | None, input_size: Size) -> View | None:
    return None if square is None else square.view(frame.image, input_size)


def _pairs(frames: Sequence[Frame], poses: Sequence[Pose]) -> list[tuple[Frame, Pose]]:
    return list(zip(frames, poses, strict=True))
