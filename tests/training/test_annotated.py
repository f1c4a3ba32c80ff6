"""Crops of annotated people: where views look, and what is believed of annotators and teacher."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from training.annotated import corrected, label_annotated, read_scenes, sample_views
from training.real import View, people_in_view
from training.samples import draw_heat, with_centers

SIZE = 192


def annotation(x: int, y: int, step: int, seen: int = 17) -> dict[str, object]:
    """A person whose first keypoints lie on a diagonal from (x, y), every third one covered."""
    keypoints = [(x + step * k, y + step * k, 1 if k % 3 == 0 else 2) for k in range(seen)]
    keypoints += [(0, 0, 0)] * (17 - seen)
    return {
        "image_id": 1,
        "iscrowd": 0,
        "num_keypoints": seen,
        "bbox": [x, y, 17 * step, 17 * step],
        "keypoints": [value for point in keypoints for value in point],
    }


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """A picture with a large person, a small one, one with too few keypoints and one without any."""
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images/a.png"), np.zeros((400, 600, 3), np.uint8))
    people = [
        annotation(50, 60, 15),
        annotation(400, 100, 3),
        annotation(10, 10, 20, 4),
        annotation(5, 5, 1, 0),
    ]
    document = {"images": [{"id": 1, "file_name": "a.png"}], "annotations": people}
    (tmp_path / "person_keypoints.json").write_text(json.dumps(document))
    return tmp_path


def test_annotated_people_are_read_with_what_the_annotators_knew(coco: Path) -> None:
    (scene,) = read_scenes(coco)
    assert scene.picture.shape == (400, 600, 3)
    assert len(scene.people) == 3
    large, _, sparse = scene.people
    assert large.keypoints[:4, 2].tolist() == [0.6, 0.9, 0.9, 0.6]
    assert (sparse.keypoints[:, 2] > 0).sum() == 4
    assert (large.x, large.y, large.side) == pytest.approx((50 + 127.5, 60 + 127.5, 255))


def test_views_show_their_targets(coco: Path) -> None:
    views = sample_views(np.random.default_rng(0), read_scenes(coco), 300)
    about = [view for view in views if view.target]
    assert 200 < len(about) < 300
    assert {round(view.target.side) for view in about if view.target} == {51, 255}
    for view in about:
        assert view.target is not None
        middle = np.array([view.target.x - view.x, view.target.y - view.y])
        assert (np.abs(middle) < view.side / 2).all()
    whole = [view for view in views if 0.9 * 600 < view.side < 1.1 * 600]
    assert 0.2 < len(whole) / len(views) < 0.7


def test_labels_of_a_view_begin_with_its_target(coco: Path) -> None:
    (scene,) = read_scenes(coco)
    view = next(
        v for v in sample_views(np.random.default_rng(0), [scene], 300) if v.target is scene.people[1]
    )
    labels = people_in_view(view, np.array([[0.2, 0, 10], [0, 0.2, 20]]))
    np.testing.assert_allclose(labels[0, 0], [0.2 * 400 + 10, 0.2 * 100 + 20, 0.6])
    np.testing.assert_allclose(labels[1, 0], [0.2 * 50 + 10, 0.2 * 60 + 20, 0.6])


def test_without_a_teacher_only_annotated_keypoints_are_learnt(coco: Path) -> None:
    (scene,) = read_scenes(coco)
    scene.people[0].keypoints[9:, 2] = 0
    around = View(scene, 178, 188, 300, 0.0, scene.people[0])
    nobody = View(scene, 500, 300, 100, 0.0, None)
    rows = label_annotated(None, [around, nobody])
    assert rows["image"].shape == (2, 224, 224, 3)
    assert rows["valid"].tolist() == [[True] * 9 + [False] * 8, [True] * 17]
    assert rows["heat"][0, ..., :9].max(axis=(0, 1)).min() > 0.5 * 255
    assert rows["heat"][1].max() == 0


def heat_of(people: np.ndarray) -> np.ndarray:
    """What a teacher who sees just these people would answer."""
    return np.moveaxis(draw_heat(with_centers(people, SIZE), SIZE), 0, -1)


def person(offset: float) -> np.ndarray:
    """One person (1, 17, 3) on a diagonal."""
    points = np.stack([30 + offset + 7.0 * np.arange(17), 20 + 8.0 * np.arange(17), np.full(17, 0.9)], axis=1)
    return points[None].astype(np.float32)


def test_a_teacher_who_is_near_adds_to_the_annotation_and_one_who_is_far_is_not_heard() -> None:
    annotated = person(0)
    near, far = corrected(heat_of(person(4)), annotated), corrected(heat_of(person(40)), annotated)
    np.testing.assert_array_equal(near, np.maximum(heat_of(person(4)), heat_of(annotated)))
    np.testing.assert_array_equal(far[..., :17], heat_of(annotated)[..., :17])


def test_where_the_annotators_are_silent_the_teacher_is_heard() -> None:
    annotated = person(0)
    annotated[0, 9:] = 0
    both = corrected(heat_of(person(40)), annotated)
    np.testing.assert_array_equal(both[..., 9:17], heat_of(person(40))[..., 9:17])
    np.testing.assert_array_equal(both[..., :9], heat_of(annotated)[..., :9])
