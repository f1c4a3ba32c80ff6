"""Official Lightning as a teacher: RGB crops in, its head maps and decoded keypoints out, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.decoding import FLIPPED, FloatArray, HeadMaps, decode

SIZE = 192
BATCH = 16
PREFIX = "StatefulPartitionedCall/"
#: A float batch can be fed here: behind the graph's batch-1 detour.
INPUT = f"{PREFIX}stack:0"
HEADS = tuple(
    f"{PREFIX}{name}/BiasAdd:0"
    for name in (
        "center_0/conv2d_4",
        "kpt_heatmap_0/conv2d_5",
        "kpt_regress_0/conv2d_6",
        "kpt_offset_0/conv2d_7",
    )
)


class Teacher:
    """MoveNet SinglePose Lightning from its SavedModel, run in batches up to its heads."""

    def __init__(self, saved_model: Path) -> None:
        # Imported here: crops of annotated people can be made without a teacher, and then without TensorFlow.
        import tensorflow as tf  # noqa: PLC0415
        from tensorflow.python.framework.convert_to_constants import (  # noqa: PLC0415
            convert_variables_to_constants_v2,
        )

        loaded = tf.saved_model.load(str(saved_model))
        graph = convert_variables_to_constants_v2(loaded.signatures["serving_default"]).graph.as_graph_def()

        def heads(pictures: tf.Tensor) -> list[tf.Tensor]:
            center, heatmap, regression, offset = tf.import_graph_def(
                graph, input_map={INPUT: pictures}, return_elements=HEADS
            )
            return [tf.sigmoid(center), tf.sigmoid(heatmap), regression, offset]

        self._constant = tf.constant
        self._heads = tf.compat.v1.wrap_function(heads, [tf.TensorSpec([None, SIZE, SIZE, 3], tf.float32)])

    def maps(self, pictures: npt.NDArray[np.uint8]) -> list[HeadMaps]:
        """(N, 192, 192, 3) uint8 RGB -> the head maps, 48x48, of each."""
        found: list[HeadMaps] = []
        for start in range(0, len(pictures), BATCH):
            batch = self._heads(self._constant(pictures[start : start + BATCH], "float32"))
            center, heatmap, regression, offset = (head.numpy() for head in batch)
            found += [
                HeadMaps(*maps) for maps in zip(center[..., 0], heatmap, regression, offset, strict=True)
            ]
        return found

    def mirrored(self, pictures: npt.NDArray[np.uint8]) -> tuple[list[HeadMaps], list[HeadMaps]]:
        """The head maps of the pictures, and those of their mirror images, not turned back."""
        both = self.maps(np.concatenate([pictures, pictures[:, :, ::-1]]))
        return both[: len(pictures)], both[len(pictures) :]


def unflip_pose(pose: FloatArray, width: float = SIZE) -> FloatArray:
    """A pose (17, 3) x, y, score seen in the mirror image -> in the picture; left and right changed back."""
    turned = pose[FLIPPED].copy()
    turned[:, 0] = width - turned[:, 0]
    return turned


def mean_heat(maps: HeadMaps, mirrored: HeadMaps) -> FloatArray:
    """(48, 48, 18): keypoint scores and, last, centre score; means over a picture and its mirror image."""
    plain = np.concatenate([maps.heatmap, maps.center[..., None]], axis=-1)
    turned = np.concatenate(
        [mirrored.heatmap[:, ::-1][..., FLIPPED], mirrored.center[:, ::-1, None]], axis=-1
    )
    return (plain + turned) / 2


def poses(teacher: Teacher, pictures: npt.NDArray[np.uint8]) -> FloatArray:
    """(N, 192, 192, 3) uint8 RGB -> (2, N, 17, 3) x, y, score: as seen, and as seen in the mirror."""
    plain, mirrored = teacher.mirrored(pictures)
    return np.stack([_decoded(plain), [unflip_pose(pose) for pose in _decoded(mirrored)]])


def _decoded(maps: Sequence[HeadMaps]) -> FloatArray:
    return np.stack([decode(one) for one in maps])
