"""Two poses in, how likely they are the same person a moment apart out: 0 to 1."""

import numpy as np

from movenet_cli.core.oks import oks
from movenet_cli.core.types import Box, Pose

_SHARED = 4
_WIDER = 2.0
"""A person moves between two frames: OKS with its tolerances times this."""


def likeness(one: Pose, two: Pose, threshold: float) -> float:
    """Mean of the OKS over the keypoints that are confident in both poses and the overlap of the boxes.

    Keypoints tell people who cross from each other; boxes still overlap where the frames are far apart.
    With fewer than four shared keypoints, the boxes alone decide.

    Args:
        one: a pose with a box.
        two: another one, in the same pixels.
        threshold: keypoints with a lower score are left out.
    """
    if one.box is None or two.box is None:
        return 0.0
    overlap = box_overlap(one.box, two.box)
    shared = (one.keypoints[:, 2] >= threshold) & (two.keypoints[:, 2] >= threshold)
    if shared.sum() < _SHARED:
        return overlap
    reference = np.concatenate([two.keypoints[:, :2], shared[:, None]], axis=1)
    area = np.array([max(_area(one.box), _area(two.box)) * _WIDER**2])
    return (float(oks(one.keypoints[None], reference[None], area)[0]) + overlap) / 2


def box_overlap(one: Box, two: Box) -> float:
    """Intersection over union; 0 for boxes without area."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    common = max(0.0, width) * max(0.0, height)
    union = _area(one) + _area(two) - common
    return common / union if union > 0 else 0.0


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
