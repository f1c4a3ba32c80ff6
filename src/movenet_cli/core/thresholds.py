"""What it takes for a pose to be a person; without NumPy, since settings have it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from movenet_cli.core.types import FrameResult, Pose


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What it takes for a pose to be a person: a network gives poses for images of nobody, too.

    Attributes:
        min_score: keypoints from here on count as seen.
        min_keypoints: how many keypoints must be seen.
        min_pose_score: the least score of the pose.
    """

    min_score: float
    min_keypoints: int = 1
    min_pose_score: float = 0.0

    def is_person(self, pose: "Pose") -> bool:
        """Whether this pose is taken for a person."""
        seen = int((pose.keypoints[:, 2] >= self.min_score).sum())
        return seen >= self.min_keypoints and pose.score >= self.min_pose_score

    def people(self, result: "FrameResult") -> "tuple[Pose, ...]":
        """The frame's poses that count as people; none of a frame that is not `ok`."""
        return tuple(filter(self.is_person, result.poses)) if result.status == "ok" else ()
