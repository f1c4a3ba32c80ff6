"""One pass over the whole padded image: what the official tutorials do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from movenet_cli.core.decode import decode_multi, decode_single
from movenet_cli.core.geometry import View, flexible_input_size, letterbox
from movenet_cli.core.model_input import model_input
from movenet_cli.core.types import FloatArray, Frame, Image, Pose, Size
from movenet_cli.inference.interface import Estimator
from movenet_cli.models.interface import Runner


@dataclass(frozen=True, slots=True)
class WholeSingle(Estimator):
    """One person per frame, from the whole frame.

    Attributes:
        input_size: of the network's input.
        min_score: keypoints from here on make the box.
    """

    input_size: Size
    min_score: float

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """See `Estimator.estimate`; the first runner is the single-pose network."""
        views = [letterbox(frame.image.width, frame.image.height, self.input_size) for frame in frames]
        pixels = [model_input(frame.image, view) for frame, view in zip(frames, views, strict=True)]
        outputs = runners[0].run(np.stack(pixels))
        return [decode_single(out, view, self.min_score) for out, view in zip(outputs, views, strict=True)]


@dataclass(frozen=True, slots=True)
class WholeMulti(Estimator):
    """Up to six people per frame, from the whole frame.

    Attributes:
        input_size: of the network's input, or None when it takes any multiple of 32.
        longer_side: of the input, for a network that takes any size.
        min_score: a person needs one keypoint from here on.
        max_people: at most so many.
    """

    input_size: Size | None
    longer_side: int
    min_score: float
    max_people: int

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """See `Estimator.estimate`; the first runner is the multi-pose network."""
        views = [self._view(frame.image) for frame in frames]
        pixels = [model_input(frame.image, view) for frame, view in zip(frames, views, strict=True)]
        if len({view.input_size for view in views}) == 1:
            outputs: Sequence[FloatArray] = list(runners[0].run(np.stack(pixels)))
        else:
            outputs = [runners[0].run(each[None])[0] for each in pixels]
        return [
            decode_multi(out, view, self.min_score, self.max_people)
            for out, view in zip(outputs, views, strict=True)
        ]

    def _view(self, image: Image) -> View:
        size = self.input_size or flexible_input_size(image.width, image.height, self.longer_side)
        return letterbox(image.width, image.height, size)
