"""A long video's frames in order, followed in relays: at fixed frames a fresh pursuit takes over.

So a long video can be followed in several places at once: where a pursuit is to take over does not depend on
who does it, and whether it does only on the frames. `run/segments/segment.py` is the other half: it starts
each pursuit at its key frame, and `agree` decides there, too.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final

from movenet_cli.core.oks import similarity
from movenet_cli.core.types import Frame, Pose
from movenet_cli.inference.follow import Follow, Pursuit
from movenet_cli.inference.interface import Estimator
from movenet_cli.models.interface import Runner

WARM_UP: Final = 6
"""Frames that a fresh pursuit sees before it may take over: after four it hardly depends on its start."""

_SAME: Final = 0.7
"""Object keypoint similarity from which on two pursuits follow one person: docs/accuracy.md."""


def agree(old: Pursuit | None, fresh: Pursuit | None) -> bool:
    """Whether a fresh pursuit has the person that the old one follows, or neither follows anybody."""
    if old is None or fresh is None:
        return old is fresh
    if old.square is None or fresh.square is None:
        return old.square is fresh.square
    return similarity(old.pose.keypoints, fresh.pose.keypoints) >= _SAME


class Relay(Estimator):
    """Follows with a pursuit that another one relieves; one video per object, frames in order.

    At each seam a fresh pursuit starts beside the old one, sees the same frames, and takes over after
    `WARM_UP` of them when both agree. Otherwise the old one goes on.

    Args:
        start: makes a pursuit.
        seams: indices of the frames at which a fresh pursuit starts, in order.
    """

    sequential: ClassVar[bool] = True

    def __init__(self, start: Callable[[], Follow], seams: Iterable[int]) -> None:
        self._start = start
        self._seams = deque(seams)
        self._runner = start()
        self._fresh: Follow | None = None
        self._seen = 0

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """See `Estimator.estimate`."""
        return [self._next(frame, runners) for frame in frames]

    def _next(self, frame: Frame, runners: Sequence[Runner]) -> tuple[Pose, ...]:
        if self._seams and frame.index >= self._seams[0]:
            self._seams.popleft()
            self._fresh, self._seen = self._start(), 0
        (poses,) = self._runner.estimate([frame], runners)
        if self._fresh is not None:
            self._fresh.estimate([frame], runners)
            self._seen += 1
            if self._seen == WARM_UP:
                if agree(self._runner.pursuit, self._fresh.pursuit):
                    self._runner = self._fresh
                self._fresh = None
        return poses
