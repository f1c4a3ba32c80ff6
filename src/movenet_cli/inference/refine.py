"""Two passes over each frame: the padded frame, then the square around the person found there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from movenet_cli.core.geometry import View
from movenet_cli.core.types import Frame, Pose, Size
from movenet_cli.inference.crops import around_keypoints
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.single_pass import passes_where_seen, single_pass, whole_views
from movenet_cli.models.interface import Runner


@dataclass(frozen=True, slots=True)
class RefineSettings:
    """Where the second pass looks; docs/accuracy.md shows how flat each optimum is.

    Attributes:
        threshold: keypoints of the first pass from this score on span the box.
        margin: side of the square per longer side of the box.
    """

    threshold: float = 0.1
    margin: float = 1.4


@dataclass(frozen=True, slots=True)
class Refine(Estimator):
    """Single-pose in two passes; a frame in which the first one finds nobody gets no second.

    Attributes:
        input_size: of the network's input.
        min_score: see `decode_single`.
        settings: where the second pass looks.
    """

    input_size: Size
    min_score: float
    settings: RefineSettings = field(default_factory=RefineSettings)

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """See `Estimator.estimate`; the first runner is the network."""
        firsts = single_pass(frames, whole_views(frames, self.input_size), runners[0], self.min_score)
        views = [self._view(frame, first) for frame, first in zip(frames, firsts, strict=True)]
        seconds = passes_where_seen(frames, views, runners[0], self.min_score)
        return [(first if second is None else second,) for first, second in zip(firsts, seconds, strict=True)]

    def _view(self, frame: Frame, first: Pose) -> View | None:
        square = around_keypoints(first.keypoints, self.settings.threshold, self.settings.margin)
        return None if square is None else square.view(frame.image, self.input_size)
