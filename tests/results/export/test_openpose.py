"""OpenPose's JSON: the order of its COCO model's 18 points, and a neck between the shoulders."""

import json
from pathlib import Path

import numpy as np
import pytest

from movenet_cli.core.skeleton import INDEX
from tests.results.export.conftest import export_of
from tests.results.export.run_folder import SEEN, person

COCO_18 = (
    *("nose", "neck"),
    *("right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist"),
    *("right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle"),
    *("right_eye", "left_eye", "right_ear", "left_ear"),
)
"""As OpenPose's documentation of its output numbers them."""

FILES = {
    ("clips/a.mp4", 0): "clips/a.mp4/a.mp4_000000000000_keypoints.json",
    ("clips/a.mp4", 5): "clips/a.mp4/a.mp4_000000000005_keypoints.json",
    ("deep/one.png", 0): "deep/one.png_keypoints.json",
    ("many.mp4", 2): "many.mp4/many.mp4_000000000002_keypoints.json",
}


def test_every_frame_that_was_examined_has_its_file(run: Path) -> None:
    place = export_of(run)("openpose").place
    assert len([path for path in place.rglob("*") if path.is_file()]) == len(SEEN)
    for source, index, seeds in SEEN:
        if (source, index) not in FILES:
            continue
        document = json.loads((place / FILES[source, index]).read_text())
        assert len(document["people"]) == len(seeds)
        for each, seed in zip(document["people"], seeds, strict=True):
            points = person(seed).keypoints
            shoulders = points[[INDEX["left_shoulder"], INDEX["right_shoulder"]]]
            neck = [*shoulders[:, :2].mean(axis=0), shoulders[:, 2].min()]
            expected = [neck if name == "neck" else points[INDEX[name]] for name in COCO_18]
            found = np.reshape(each["pose_keypoints_2d"], (18, 3))
            assert found == pytest.approx(np.array(expected), abs=0.006)
            assert each["person_id"] == [{9: 1, 8: 2}.get(seed, -1)]
