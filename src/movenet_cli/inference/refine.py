"""Two looks at each frame: the padded frame, then the square around the person that the first look found."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from movenet_cli.core.decode import tight_box
from movenet_cli.core.geometry import View
from movenet_cli.core.types import FloatArray, Frame, Pose, Size
from movenet_cli.inference.crops import Square, around_keypoints
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.single_pass import single_pass, whole_views
from movenet_cli.models.interface import Runner


@dataclass(frozen=True, slots=True)
class RefineSettings:
    """Tuned on labelled images; docs/accuracy.md shows how flat each optimum is.

    Attributes:
        threshold: keypoints of the first look from this score on span the box.
        margin: side of the square per longer side of the box.
        full: a person whose square is larger than this share of the frame's longer side fills the frame:
            the second look is then hardly closer, and both looks are averaged.
        closer: side of the square for such a person, per longer side of the frame.
        agreement: keypoints of the two looks are averaged when they are not farther apart than this share
            of the frame's longer side; else the more confident one counts.
        trust: a second look whose mean score is below this share of the first one's is not believed.
    """

    threshold: float = 0.1
    margin: float = 1.4
    full: float = 0.8
    closer: float = 0.85
    agreement: float = 0.1
    trust: float = 0.8


@dataclass(frozen=True, slots=True)
class Refine(Estimator):
    """Single-pose in two passes; a frame on which the first one finds nothing gets no second.

    Attributes:
        input_size: of the network's input.
        min_score: see `decode_single`.
        settings: when and where to look again, and what to believe.
    """

    input_size: Size
    min_score: float
    settings: RefineSettings = field(default_factory=RefineSettings)

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """See `Estimator.estimate`; the first runner is the network."""
        poses = single_pass(frames, whole_views(frames, self.input_size), runners[0], self.min_score)
        looks = [self._second_look(frame, pose) for frame, pose in zip(frames, poses, strict=True)]
        again = {index: look for index, look in enumerate(looks) if look is not None}
        seconds = single_pass(
            [frames[index] for index in again],
            [look.view for look in again.values()],
            runners[0],
            self.min_score,
        )
        for (index, look), second in zip(again.items(), seconds, strict=True):
            poses[index] = self._combine(poses[index], second, look.blend)
        return [(pose,) for pose in poses]

    def _second_look(self, frame: Frame, first: Pose) -> "_Look | None":
        square = around_keypoints(first.keypoints, self.settings.threshold, self.settings.margin)
        if square is None:
            return None
        longer, blend = max(frame.image.width, frame.image.height), 0.0
        if square.side > self.settings.full * longer:
            square = Square(square.centre, self.settings.closer * longer)
            blend = self.settings.agreement * longer
        view = square.view(frame.image, self.input_size)
        return None if view is None else _Look(view, blend)

    def _combine(self, first: Pose, second: Pose, blend: float) -> Pose:
        """What to believe of two looks; a first look that is kept takes the mean of both looks' scores.

        So a person made up from background, whom the second look does not confirm, falls below the threshold.
        """
        if blend:
            return self._pose(_blended(first.keypoints, second.keypoints, blend))
        if second.score < self.settings.trust * first.score:
            scores = (first.keypoints[:, 2:] + second.keypoints[:, 2:]) / 2
            return self._pose(np.concatenate([first.keypoints[:, :2], scores], axis=1))
        return second

    def _pose(self, keypoints: FloatArray) -> Pose:
        return Pose(keypoints, float(keypoints[:, 2].mean()), tight_box(keypoints, self.min_score))


@dataclass(frozen=True, slots=True)
class _Look:
    """A second look; `blend` is how far apart keypoints may be, in source pixels, and be averaged."""

    view: View
    blend: float


def _blended(first: FloatArray, second: FloatArray, distance: float) -> FloatArray:
    """Keypoints averaged by score where the two looks agree, else the more confident; scores averaged."""
    scores = np.stack([first[:, 2], second[:, 2]])
    agree = np.linalg.norm(first[:, :2] - second[:, :2], axis=1) <= distance
    weights = np.where(agree, scores, scores == scores.max(axis=0))
    weights = weights / np.maximum(weights.sum(axis=0), np.finfo(np.float32).tiny)
    points = weights[0][:, None] * first[:, :2] + weights[1][:, None] * second[:, :2]
    return np.concatenate([points, scores.mean(axis=0)[:, None]], axis=1).astype(np.float32)
