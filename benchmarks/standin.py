"""A detector made of the true boxes, in place of a trained multi-pose network."""

from collections.abc import Mapping, Sequence

import numpy as np

from movenet_cli.core.oks import OKS_SIGMAS
from movenet_cli.core.types import Frame, Pose
from movenet_cli.evaluation.ground_truth import Person
from movenet_cli.inference.interface import Estimator
from movenet_cli.models.interface import Runner

MOST = 6
BOX_ERROR = 0.05


class StandInDetector(Estimator):
    """Knows each labelled person; boxes and keypoints are off at random, always in the same way.

    Args:
        people: of each image, by the frame's index.
        error: standard deviation of the keypoints, in units of COCO's tolerances (two standard deviations of
            the annotators); None for a detector without keypoints.
    """

    def __init__(self, people: Mapping[int, Sequence[Person]], error: float | None) -> None:
        self.people = people
        self.error = error

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """See `Estimator.estimate`; the runners are not needed."""
        return [self._frame(frame.index) for frame in frames]

    def _frame(self, index: int) -> tuple[Pose, ...]:
        random = np.random.default_rng(index)
        labelled = [person for person in self.people[index] if person.labelled and not person.crowd]
        largest = sorted(labelled, key=lambda person: -person.area)[:MOST]
        return tuple(self._pose(person, random) for person in largest)

    def _pose(self, person: Person, random: np.random.Generator) -> Pose:
        x, y, w, h = person.box
        dx, dy, dw, dh = random.normal(0, BOX_ERROR, 4)
        x, y, w, h = x + dx * w, y + dy * h, w * np.exp(dw), h * np.exp(dh)
        box = (float(x), float(y), float(x + w), float(y + h))
        keypoints = np.zeros((17, 3), np.float32)
        keypoints[:, :2] = (x + w / 2, y + h / 2)
        if self.error is None:
            return Pose(keypoints, 0.5, box)
        visible = person.keypoints[:, 2] > 0
        spread = self.error * 2 * OKS_SIGMAS * np.sqrt(person.area)
        keypoints[visible, :2] = (person.keypoints[:, :2] + random.normal(0, 1, (17, 2)) * spread[:, None])[
            visible
        ]
        keypoints[:, 2] = np.where(visible, 0.6, 0.1)
        return Pose(keypoints, float(keypoints[:, 2].mean()), box)
