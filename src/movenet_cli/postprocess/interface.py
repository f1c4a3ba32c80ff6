"""What a filter is: one video's results in order, each handed on with ids or smoothed points added."""

from abc import ABC, abstractmethod

from movenet_cli.core.types import FrameResult


class Filter(ABC):
    """Keeps the state of one video; raw keypoints pass unchanged."""

    @abstractmethod
    def apply(self, result: FrameResult) -> FrameResult:
        """Take the next frame's result (failed ones, too) and hand it on, completed."""
