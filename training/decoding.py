"""MoveNet's head maps in, the most central person's keypoints out: the single-pose decode in NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from movenet_cli.core.skeleton import FLIP_PAIRS, KEYPOINT_COUNT

FloatArray = npt.NDArray[np.floating]

STRIDE = 4
#: Softening distance, in cells, of the centre weighting and of the keypoint re-weighting.
BETA = 1.8
#: Row of each keypoint in the mirror image.
FLIPPED = np.arange(KEYPOINT_COUNT)
for _left, _right in FLIP_PAIRS:
    FLIPPED[[_left, _right]] = _right, _left


@dataclass(frozen=True)
class HeadMaps:
    """One picture's head maps; lengths in cells, channel 2k is y and 2k + 1 is x of keypoint k.

    Attributes:
        center: (h, w) person-centre scores, 0..1.
        heatmap: (h, w, 17) keypoint scores, 0..1.
        regression: (h, w, 34) from a person's centre cell to the keypoints.
        offset: (h, w, 34) from a keypoint's cell to its exact place.
    """

    center: FloatArray
    heatmap: FloatArray
    regression: FloatArray
    offset: FloatArray


def central_weight(height: int, width: int) -> FloatArray:
    """(height, width) weights that prefer a person in the middle."""
    rows, columns = np.mgrid[:height, :width]
    return 1 / (np.hypot(rows - height / 2, columns - width / 2) + BETA)


def decode(maps: HeadMaps, center: tuple[int, int] | None = None) -> FloatArray:
    """The keypoints of one person.

    Args:
        maps: the network's output for one picture.
        center: the person's centre cell (row, column); the best central one by default.

    Returns:
        (17, 3): x, y in input pixels and score.
    """
    h, w = maps.center.shape
    if center is None:
        row, column = divmod(int(np.argmax(maps.center * central_weight(h, w))), w)
    else:
        row, column = center
    count = maps.heatmap.shape[-1]
    guess = maps.regression[row, column].reshape(count, 2) + np.array([row, column])
    rows, columns = np.mgrid[:h, :w]
    distance = np.hypot(rows[..., None] - guess[:, 0], columns[..., None] - guess[:, 1])
    cells = np.argmax((maps.heatmap / (distance + BETA)).reshape(h * w, count), axis=0)
    y, x = np.divmod(cells, w)
    k = np.arange(count)
    offset = maps.offset.reshape(h, w, count, 2)[y, x, k]
    return np.stack([(x + offset[:, 1]) * STRIDE, (y + offset[:, 0]) * STRIDE, maps.heatmap[y, x, k]], axis=1)
