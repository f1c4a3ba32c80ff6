"""What the page shows of a frame: its score, and the points of the people in it, as small JSON values."""

from dataclasses import dataclass
from typing import Final

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.types import FrameResult, Pose

Person = list[float]
"""The person's score, then x, y and score of each keypoint; scores in hundredths, positions in the pixels of
the input, whole ones where it has many."""

_MANY: Final = 500


@dataclass(frozen=True, slots=True)
class FrameView:
    """One frame.

    Attributes:
        result: what became of it.
        poses: of the people in it.
        score: the lowest of theirs; None without people.
        best: the highest.
    """

    result: FrameResult
    poses: tuple[Pose, ...]
    score: float | None
    best: float | None

    @classmethod
    def of(cls, result: FrameResult, poses: tuple[Pose, ...]) -> "FrameView":
        """The view of a result, whose people are known."""
        scores = [float(pose.score) for pose in poses]
        return cls(result, poses, min(scores, default=None), max(scores, default=None))

    def people(self, info: SourceInfo) -> list[Person]:
        """Where the people are, in an input of this size."""
        size = self.result.size or info
        scale = info.width / size.width, info.height / size.height
        is_fine = max(info.width, info.height) < _MANY
        return [_person(pose, scale, is_fine) for pose in self.poses]


def hundredths(score: float | None) -> int | None:
    """A score as the page has it."""
    return None if score is None else round(100 * score)


def _person(pose: Pose, scale: tuple[float, float], is_fine: bool) -> Person:
    points = (pose.keypoints[:, :2] if pose.smoothed is None else pose.smoothed) * scale
    rounded = points.round(1) if is_fine else points.round().astype(int)
    person: Person = [round(100 * pose.score)]
    for (x, y), score in zip(rounded.tolist(), pose.keypoints[:, 2].tolist(), strict=True):
        person += (x, y, round(100 * score))
    return person
