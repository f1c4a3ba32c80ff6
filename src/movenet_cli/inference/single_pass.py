"""One single-pose inference per frame, through a view of it, on demand mirrored."""

from collections.abc import Sequence

import numpy as np

from movenet_cli.core.decode import decode_single
from movenet_cli.core.geometry import View, letterbox
from movenet_cli.core.model_input import model_input
from movenet_cli.core.skeleton import MIRRORED
from movenet_cli.core.types import FloatArray, Frame, Pose, Size
from movenet_cli.models.interface import Runner


def whole_views(frames: Sequence[Frame], input_size: Size) -> list[View]:
    """The view of the whole padded frame, for each frame."""
    return [letterbox(frame.image.width, frame.image.height, input_size) for frame in frames]


def single_pass(
    frames: Sequence[Frame],
    views: Sequence[View],
    runner: Runner,
    min_score: float,
    *,
    mirrored: bool = False,
) -> list[Pose]:
    """Run a single-pose network once on each frame.

    Args:
        frames: at most as many as the network takes in a batch; none at all costs nothing.
        views: what the network sees of each frame.
        runner: the network.
        min_score: see `decode_single`.
        mirrored: show the network the mirror image; the poses are those of the image itself.

    Returns:
        One pose per frame, in source pixels.
    """
    if not frames:
        return []
    pixels = np.stack([model_input(frame.image, view) for frame, view in zip(frames, views, strict=True)])
    if mirrored:
        outputs = unmirrored(runner.run(np.ascontiguousarray(pixels[:, :, ::-1])))
    else:
        outputs = runner.run(pixels)
    return [decode_single(output, view, min_score)[0] for output, view in zip(outputs, views, strict=True)]


def passes_where_seen(
    frames: Sequence[Frame],
    views: Sequence[View | None],
    runner: Runner,
    min_score: float,
    *,
    mirrored: bool = False,
) -> list[Pose | None]:
    """As `single_pass`, for the frames that have a view; None for the others."""
    seen = [index for index, view in enumerate(views) if view is not None]
    chosen = [frames[index] for index in seen]
    through = [view for view in views if view is not None]
    poses: list[Pose | None] = [None] * len(frames)
    for index, pose in zip(
        seen, single_pass(chosen, through, runner, min_score, mirrored=mirrored), strict=True
    ):
        poses[index] = pose
    return poses


def unmirrored(outputs: FloatArray) -> FloatArray:
    """What a network says of mirrored images, (N, 1, 17, 3) y, x, score in 0..1, for the images themselves.

    The right edge is the left one again, and so is the right hand.
    """
    swapped: FloatArray = outputs[:, :, MIRRORED]
    swapped[..., 1] = 1 - swapped[..., 1]
    return swapped
