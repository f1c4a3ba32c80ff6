"""What an estimator is: frames and an executable network in, poses in source pixels out."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from movenet_cli.core.types import Frame, Pose
from movenet_cli.models.interface import Runner


class Estimator(ABC):
    """A plan for one input; decides what the network gets to see.

    A sequential estimator needs each frame's poses before it can look at the next one: it is given one
    frame at a time, in order. Any other has no state, is shared by the workers, and takes any frame.
    """

    sequential: ClassVar[bool] = False

    @abstractmethod
    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """Find the people in each frame.

        Args:
            frames: at most as many as the network takes in a batch.
            runners: this thread's copy of each loaded model, in the order of `Engine`'s models.

        Returns:
            For each frame its poses, in source pixels.
        """
