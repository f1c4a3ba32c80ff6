"""One pass over the whole padded picture: what the official tutorials do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from movenet_cli.decode import decode_multi, decode_single
from movenet_cli.estimators.interface import Estimator
from movenet_cli.geometry import letterbox
from movenet_cli.models.interface import Kind, Runner
from movenet_cli.poses import Frame, Pose
from movenet_cli.preprocess import model_input


@dataclass(frozen=True, slots=True)
class WholeFrame(Estimator):
    """Single- or multi-pose on the padded frame.

    Attributes:
        kind: which output the network has.
        input_size: (height, width) of its input; for a flexible one, of the square that frames are padded to.
        min_score: see `decode`.
        max_people: see `decode`.
    """

    kind: Kind
    input_size: tuple[int, int]
    min_score: float
    max_people: int = 6

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        """See `Estimator.estimate`; the first runner is the network."""
        views = [letterbox(frame.picture.width, frame.picture.height, self.input_size) for frame in frames]
        pixels = [model_input(frame.picture, view) for frame, view in zip(frames, views, strict=True)]
        outputs = runners[0].run(np.stack(pixels))
        if self.kind == "single":
            return [decode_single(out, view, self.min_score) for out, view in zip(outputs, views, strict=True)]
        return [
            decode_multi(out, view, self.min_score, self.max_people)
            for out, view in zip(outputs, views, strict=True)
        ]
