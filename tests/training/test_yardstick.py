"""Crops of annotated people and the figures made of them; needs PyTorch."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs PyTorch, which is not installed here")

from training.yardstick import Crops, coco_crops, coco_scores, pck_scores

PERSON = {
    "id": 1,
    "image_id": 7,
    "iscrowd": 0,
    "num_keypoints": 17,
    "area": 5000.0,
    "bbox": [100, 60, 80, 120],
}


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """A picture with a white dot on each of a person's keypoints, and somebody with too few keypoints."""
    picture = np.zeros((240, 320, 3), np.uint8)
    keypoints = []
    for k in range(17):
        x, y = 110 + 15 * (k % 5), 70 + 25 * (k // 5)
        cv2.circle(picture, (x, y), 3, (255, 255, 255), -1)
        keypoints += [x, y, 2]
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images/seven.png"), picture)
    people = [PERSON | {"keypoints": keypoints}, PERSON | {"num_keypoints": 4, "keypoints": [0] * 51}]
    coco = {"images": [{"id": 7, "file_name": "seven.png"}], "annotations": people}
    (tmp_path / "person_keypoints.json").write_text(json.dumps(coco))
    return tmp_path


@pytest.mark.parametrize("pad", [1.0, 1.25])
def test_annotations_lie_where_the_crop_shows_them(coco: Path, pad: float) -> None:
    crops = coco_crops(coco, 96, pad)
    assert crops.images.shape == (1, 96, 96, 3)
    x, y = np.round(crops.annotated[0, :, :2]).astype(int).T
    assert crops.images[0, y, x].min() > 150
    assert crops.area[0] == pytest.approx(5000 * (96 / (120 * pad)) ** 2)
    half = crops.resized(48)
    np.testing.assert_allclose(half.annotated[..., :2], crops.annotated[..., :2] / 2)
    assert half.area[0] == pytest.approx(crops.area[0] / 4)


def test_the_truth_scores_one_and_the_corner_nothing(coco: Path) -> None:
    crops = coco_crops(coco, 96)
    assert set(coco_scores(lambda _: crops.annotated, crops).values()) == {1.0}
    assert coco_scores(lambda _: np.zeros((1, 17, 3)), crops)["AP"] == 0
    assert pck_scores(lambda _: crops.annotated, crops) == {"PCK@0.1": 1.0, "PCK@0.2": 1.0}


def test_a_torso_seen_from_above_is_not_taken_for_nothing() -> None:
    annotated = np.full((1, 17, 3), 50.0)
    near, far = annotated + np.array([0.5, 0, 0]), annotated + np.array([1, 0, 0])
    crops = Crops(np.zeros((1, 100, 100, 3), np.uint8), annotated, np.ones(1))
    assert pck_scores(lambda _: near, crops)["PCK@0.1"] == 1.0
    assert pck_scores(lambda _: far, crops)["PCK@0.1"] == 0.0
