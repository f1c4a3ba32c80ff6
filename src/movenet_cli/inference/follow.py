"""A video's frames in order, each seen through the square around the person of the frame before."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from movenet_cli.core.oks import similarity
from movenet_cli.core.types import Frame, Pose, Size
from movenet_cli.inference.crops import Square, around_torso
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.refine import Refine
from movenet_cli.inference.scene_cut import SceneWatch
from movenet_cli.inference.single_pass import passes_where_seen
from movenet_cli.models.interface import Runner


@dataclass(frozen=True, slots=True)
class FollowSettings:
    """MoveNet's published cropping scheme for videos, and what ends a pursuit.

    Attributes:
        threshold: keypoints with a lower score count for nothing (published: 0.2).
        torso_margin: reach of the square per reach of the torso (published: 1.9).
        body_margin: reach of the square per reach of the body (published: 1.2).
        hold: the square stays where it is while it would move, or grow or shrink, by less than this share
            of its side: equal crops make still joints still.
        cut: mean difference of two frames' thumbnails, 0 to 255, from which on they show two scenes.
        gap: seconds between two frames from which on the person is looked for anew.
        confident: nobody with a lower mean score is followed: background may look like a faint person.
        trust: the person is lost when the mean score falls below this share of the frame before's.
        same: object keypoint similarity from which on two poses, a frame apart, are taken for one person's.
    """

    threshold: float = 0.2
    torso_margin: float = 1.9
    body_margin: float = 1.2
    hold: float = 0.1
    cut: float = 16.0
    gap: float = 1.0
    confident: float = 0.3
    trust: float = 0.7
    same: float = 0.3


@dataclass(frozen=True, slots=True)
class Pursuit:
    """What is handed from one frame to the next while a person is followed.

    Attributes:
        pose: in the last frame.
        square: what the next frame is seen through; None when nobody is followed.
    """

    pose: Pose
    square: Square | None


@dataclass(slots=True)
class Follow(Estimator):
    """Single-pose with a memory of one frame; one video per object, frames in order.

    At the start, after a cut or a gap, and while nobody's torso is seen, the frame is refined. A person who
    gets lost from one frame to the next is looked for in the whole frame at once. So a frame takes one
    inference while somebody is followed, two otherwise.

    Attributes:
        input_size: of the network's input.
        min_score: see `decode_single`.
        settings: where to look, and when to let go.
    """

    sequential: ClassVar[bool] = True

    input_size: Size
    min_score: float
    settings: FollowSettings = field(default_factory=FollowSettings)
    _scenes: SceneWatch = field(init=False)
    _last: tuple[Frame, Pose] | None = field(default=None, init=False)
    _square: Square | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Start with nobody."""
        self._scenes = SceneWatch(self.settings.cut)

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """See `Estimator.estimate`; the first runner is the network."""
        return [(self._next(frame, runners[0]),) for frame in frames]

    @property
    def is_following(self) -> bool:
        """Whether the next frame will be seen through a crop, unless it starts a new scene."""
        return self._square is not None

    @property
    def pursuit(self) -> Pursuit | None:
        """What the next frame depends on, besides the last one's pixels; None before the first frame."""
        return None if self._last is None else Pursuit(self._last[1], self._square)

    def resume(self, frame: Frame, pursuit: Pursuit) -> None:
        """Go on as the estimator that left `pursuit` after `frame` would."""
        self._scenes.is_cut(frame.image)
        self._last, self._square = (frame, pursuit.pose), pursuit.square

    def _next(self, frame: Frame, runner: Runner) -> Pose:
        if is_new_scene := self._is_new_scene(frame):
            self._square = None
        pose = self._followed(frame, runner) or self._found(self._search(frame, runner))
        if is_new_scene and self._last is not None:
            pose = replace(pose, restarted=True)
        self._aim(pose)
        self._last = frame, pose
        return pose

    def _is_new_scene(self, frame: Frame) -> bool:
        """Whether the frame has nothing to do with the one before, if there was one."""
        cut = self._scenes.is_cut(frame.image)
        if cut or self._last is None:
            return True
        before = self._last[0].time
        return frame.time is not None and before is not None and frame.time - before >= self.settings.gap

    def _followed(self, frame: Frame, runner: Runner) -> Pose | None:
        """The pose in the square; or one found anew, when the person was lost and the new one is clearer."""
        if self._square is None or self._last is None:
            return None
        pose = self._look(frame, self._fitted(frame, self._square), runner)
        if pose is None or (pose.score >= self.settings.trust * self._last[1].score and self._around(pose)):
            return pose
        return max(pose, self._found(self._refined(frame, runner)), key=lambda look: look.score)

    def _search(self, frame: Frame, runner: Runner) -> Pose:
        """The pose in a frame of which nothing is known."""
        return self._refined(frame, runner)

    def _look(self, frame: Frame, square: Square, runner: Runner) -> Pose | None:
        """The pose seen through a square; None when that misses the image."""
        view = square.view(frame.image, self.input_size)
        return passes_where_seen([frame], [view], runner, self.min_score)[0]

    def _refined(self, frame: Frame, runner: Runner) -> Pose:
        return Refine(self.input_size, self.min_score).estimate([frame], [runner])[0][0]

    def _found(self, pose: Pose) -> Pose:
        """A pose looked for in the whole frame; marked unless it lies on that of the frame before."""
        if self._last is None or similarity(self._last[1].keypoints, pose.keypoints) >= self.settings.same:
            return pose
        return replace(pose, restarted=True)

    def _around(self, pose: Pose) -> Square | None:
        settings = self.settings
        return around_torso(pose.keypoints, settings.threshold, settings.torso_margin, settings.body_margin)

    def _aim(self, pose: Pose) -> None:
        """Choose the next frame's square; none, when it is doubtful that anybody is there."""
        square = self._around(pose) if pose.score >= self.settings.confident else None
        if square is None or self._square is None or not self._is_near(square, self._square):
            self._square = square

    def _is_near(self, new: Square, old: Square) -> bool:
        moved = max(abs(new.centre[0] - old.centre[0]), abs(new.centre[1] - old.centre[1])) / old.side
        return max(moved, abs(math.log(new.side / old.side))) < self.settings.hold

    def _fitted(self, frame: Frame, square: Square) -> Square:
        """The square, or the one around the whole frame instead of one that is larger."""
        width, height = frame.image.size
        longer = max(width, height)
        return square if square.side <= longer else Square((width / 2, height / 2), longer)
