"""A multi-pose network finds the people of each frame, a single-pose network redoes each in its own crop."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from movenet_cli.core.geometry import View
from movenet_cli.core.oks import similarity
from movenet_cli.core.types import Box, Frame, Pose, Size
from movenet_cli.inference.crops import Square
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.single_pass import single_pass
from movenet_cli.models.interface import Runner


@dataclass(frozen=True, slots=True)
class TopDownSettings:
    """Where to look for each person, and what to believe.

    Attributes:
        margin: side of the crop per longer side of the person's box.
        same: OKS from which on two redone poses are one person seen twice.
        inside: a redone pose is believed when at least this share of its keypoints, by score, lies in the
            person's box widened by the margin.
    """

    margin: float = 1.1
    same: float = 0.3
    inside: float = 0.7


@dataclass(frozen=True, slots=True)
class TopDown(Estimator):
    """Every person that the detector finds, seen again at full size; one more inference per person.

    A person always keeps the detector's box, and its keypoints where the crop showed somebody else:
    when the redone pose left the box, or when two redone poses fell on one person, for the one that fits its
    own box less.

    Attributes:
        detector: finds people; uses the first runner.
        input_size: of the single-pose network's input, which is the second runner.
        min_score: see `decode_single`.
        settings: see `TopDownSettings`.
    """

    detector: Estimator
    input_size: Size
    min_score: float
    settings: TopDownSettings = field(default_factory=TopDownSettings)

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """See `Estimator.estimate`; `runners` are the multi-pose and the single-pose network."""
        found = self.detector.estimate(frames, runners[:1])
        crops = [
            (number, pose, view)
            for number, frame in enumerate(frames)
            for pose in found[number]
            if (view := self._view(frame, pose)) is not None
        ]
        redone: dict[int, Pose] = {}
        for start in range(0, len(crops), len(frames)):
            batch = crops[start : start + len(frames)]
            looked_at = [frames[number] for number, _, _ in batch]
            views = [view for _, _, view in batch]
            poses = single_pass(looked_at, views, runners[1], self.min_score)
            redone |= {id(crop[1]): pose for crop, pose in zip(batch, poses, strict=True)}
        return [self._settle(people, redone) for people in found]

    def _view(self, frame: Frame, pose: Pose) -> View | None:
        if pose.box is None:
            return None
        x0, y0, x1, y1 = pose.box
        square = Square(((x0 + x1) / 2, (y0 + y1) / 2), max(x1 - x0, y1 - y0) * self.settings.margin)
        return square.view(frame.image, self.input_size)

    def _settle(self, people: Sequence[Pose], redone: dict[int, Pose]) -> tuple[Pose, ...]:
        """One frame's people, each redone or as the detector saw it."""
        fits = {
            index: _share_inside(redone[id(pose)], pose.box, self.settings.margin)
            for index, pose in enumerate(people)
            if id(pose) in redone and pose.box is not None
        }
        believed = {index for index, fit in fits.items() if fit >= self.settings.inside}
        for one, two in combinations(sorted(believed), 2):
            poses = redone[id(people[one])], redone[id(people[two])]
            if {one, two} <= believed and similarity(
                *(pose.keypoints for pose in poses)
            ) >= self.settings.same:
                believed.discard(min(one, two, key=lambda index: (fits[index], -index)))
        return tuple(
            _merged(pose, redone[id(pose)]) if index in believed else pose
            for index, pose in enumerate(people)
        )


def _merged(found: Pose, redone: Pose) -> Pose:
    """The redone keypoints; the detector's person score, as if its keypoint scores had been these.

    MultiPose's person score is the score of the person's centre times the mean keypoint score.
    """
    before = float(found.keypoints[:, 2].mean())
    score = min(1.0, found.score * redone.score / before) if before > 0 else redone.score
    return replace(found, keypoints=redone.keypoints, score=score)


def _share_inside(pose: Pose, box: Box, margin: float) -> float:
    """Which share of the keypoints, by score, lies in the box widened by the margin."""
    centre = np.array([box[0] + box[2], box[1] + box[3]]) / 2
    reach = np.array([box[2] - box[0], box[3] - box[1]]) / 2 * margin
    inside = (np.abs(pose.keypoints[:, :2] - centre) <= reach).all(axis=1)
    scores = pose.keypoints[:, 2]
    return float(scores[inside].sum() / max(float(scores.sum()), 1e-9))
