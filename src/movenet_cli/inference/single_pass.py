"""Frames and the views to see them through in, one single-pose inference per frame out."""

from collections.abc import Sequence

import numpy as np

from movenet_cli.core.decode import decode_single
from movenet_cli.core.geometry import View, letterbox
from movenet_cli.core.model_input import model_input
from movenet_cli.core.types import Frame, Pose, Size
from movenet_cli.models.interface import Runner


def whole_views(frames: Sequence[Frame], input_size: Size) -> list[View]:
    """The view of the whole padded frame, for each frame."""
    return [letterbox(frame.image.width, frame.image.height, input_size) for frame in frames]


def single_pass(
    frames: Sequence[Frame], views: Sequence[View], runner: Runner, min_score: float
) -> list[Pose]:
    """Run a single-pose network once on each frame.

    Args:
        frames: at most as many as the network takes in a batch; none at all costs nothing.
        views: what the network sees of each frame.
        runner: the network.
        min_score: see `decode_single`.

    Returns:
        One pose per frame, in source pixels.
    """
    if not frames:
        return []
    pixels = [model_input(frame.image, view) for frame, view in zip(frames, views, strict=True)]
    outputs = runner.run(np.stack(pixels))
    return [decode_single(output, view, min_score)[0] for output, view in zip(outputs, views, strict=True)]
