"""The COCO skeleton that every MoveNet speaks: names, order, pairs, edges; NumPy is not needed to name it."""

from typing import Final

KEYPOINT_NAMES: Final = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
"""The 17 keypoints in COCO's order; left and right are the person's own."""

KEYPOINT_COUNT: Final = len(KEYPOINT_NAMES)

INDEX: Final = {name: index for index, name in enumerate(KEYPOINT_NAMES)}
"""Keypoint name to row number."""

EDGES: Final = (
    ("left_ankle", "left_knee"),
    ("left_knee", "left_hip"),
    ("right_ankle", "right_knee"),
    ("right_knee", "right_hip"),
    ("left_hip", "right_hip"),
    ("left_shoulder", "left_hip"),
    ("right_shoulder", "right_hip"),
    ("left_shoulder", "right_shoulder"),
    ("left_shoulder", "left_elbow"),
    ("right_shoulder", "right_elbow"),
    ("left_elbow", "left_wrist"),
    ("right_elbow", "right_wrist"),
    ("left_eye", "right_eye"),
    ("nose", "left_eye"),
    ("nose", "right_eye"),
    ("left_eye", "left_ear"),
    ("right_eye", "right_ear"),
    ("left_ear", "left_shoulder"),
    ("right_ear", "right_shoulder"),
)
"""COCO's 19 limbs, by keypoint name."""

EDGE_INDICES: Final = tuple((INDEX[a], INDEX[b]) for a, b in EDGES)
"""The limbs as 0-based pairs of rows."""

FLIP_PAIRS: Final = tuple(
    (INDEX[name], INDEX[name.replace("left_", "right_")])
    for name in KEYPOINT_NAMES
    if name.startswith("left_")
)
"""Rows that change places when an image is mirrored."""

_OTHER_SIDE: Final = dict(FLIP_PAIRS + tuple((right, left) for left, right in FLIP_PAIRS))

MIRRORED: Final = [_OTHER_SIDE.get(row, row) for row in range(KEYPOINT_COUNT)]
"""For each row the one that it becomes when an image is mirrored."""
