"""Painted skeletons, looked at pixel by pixel."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movenet_cli.core.skeleton import INDEX, KEYPOINT_COUNT
from movenet_cli.core.types import ByteArray, Pose, Size
from movenet_cli.output.overlay.canvas import rgb_canvas
from movenet_cli.output.overlay.draw import CENTRE, LEFT, PEOPLE, RIGHT, RIM, Style, draw_poses
from tests.output.overlay.clips import GREY, image, person


def painted(*poses: Pose, size: tuple[int, int] = (400, 600), boxes: bool = False) -> ByteArray:
    pixels = image(GREY, *size)
    draw_poses(rgb_canvas(pixels), poses, 0.3, Style(boxes=boxes, ids=boxes))
    return pixels


def at(pixels: ByteArray, pose: Pose, name: str) -> tuple[int, ...]:
    """The colour at a keypoint; (x, y) lies in the pixel of its whole parts."""
    x, y = pose.keypoints[INDEX[name], :2].astype(int)
    return tuple(pixels[y, x].tolist())


def between(pixels: ByteArray, pose: Pose, a: str, b: str) -> tuple[int, ...]:
    x, y = ((pose.keypoints[INDEX[a]] + pose.keypoints[INDEX[b]]) / 2)[:2].astype(int)
    return tuple(pixels[y, x].tolist())


def changed(pixels: ByteArray) -> ByteArray:
    return np.any(pixels != np.array(GREY, np.uint8), axis=2)  # type: ignore[return-value]


def test_sides_have_their_colours() -> None:
    pose = person(100, 100, 200, 400)
    pixels = painted(pose)
    assert at(pixels, pose, "left_wrist") == LEFT
    assert at(pixels, pose, "right_wrist") == RIGHT
    assert at(pixels, pose, "nose") == CENTRE
    assert between(pixels, pose, "left_hip", "left_knee") == LEFT
    assert between(pixels, pose, "right_shoulder", "right_elbow") == RIGHT
    assert between(pixels, pose, "left_shoulder", "right_shoulder") == CENTRE
    assert pose.keypoints[INDEX["left_wrist"], 0] > pose.keypoints[INDEX["right_wrist"], 0]


def test_shapes_have_a_dark_rim() -> None:
    pose = person(100, 100, 200, 400)
    pixels = painted(pose)
    x, y = pose.keypoints[INDEX["left_ankle"], :2].astype(int)
    below = pixels[y : y + 20, x].astype(int).sum(axis=1)
    assert below.min() < sum(RIM) + 60
    assert below[0] == sum(LEFT)
    assert below[-1] == sum(GREY)


def test_keypoints_are_where_they_are_to_a_fraction_of_a_pixel() -> None:
    keypoints = np.zeros((KEYPOINT_COUNT, 3), np.float32)
    keypoints[INDEX["left_hip"]] = (100.25, 60.75, 0.9)
    pixels = painted(Pose(keypoints, 0.5, None), size=Size(200, 120))
    weight = changed(pixels).astype(float) * np.abs(pixels.astype(float) - GREY).sum(axis=2)
    ys, xs = np.mgrid[0:120, 0:200] + 0.5
    centre = (xs * weight).sum() / weight.sum(), (ys * weight).sum() / weight.sum()
    assert centre == pytest.approx((100.25, 60.75), abs=0.15)


def test_what_is_below_the_threshold_is_not_painted() -> None:
    pose = person(100, 100, 200, 400)
    pose.keypoints[INDEX["left_wrist"], 2] = 0.29
    pixels = painted(pose)
    assert at(pixels, pose, "left_wrist") == GREY
    assert between(pixels, pose, "left_elbow", "left_wrist") == GREY
    assert at(pixels, pose, "left_elbow") == LEFT
    pose.keypoints[:, 2] = 0.29
    assert not changed(painted(pose, boxes=True)).any()


def test_a_keypoint_at_the_threshold_is_painted() -> None:
    pose = person(100, 100, 200, 400, score=float(np.float32(0.5)))
    pixels = image(GREY, 400, 600)
    draw_poses(rgb_canvas(pixels), [pose], 0.5)
    assert at(pixels, pose, "right_ankle") == RIGHT


def test_limbs_fade_with_confidence() -> None:
    def contrast(score: float) -> int:
        pose = person(100, 100, 200, 400, score=score)
        colour = between(painted(pose), pose, "left_hip", "left_knee")
        return sum(abs(a - b) for a, b in zip(colour, GREY, strict=True))

    assert contrast(0.3) < contrast(0.45) < contrast(0.7) == contrast(0.95)
    assert contrast(0.3) > 60


def test_smoothed_points_are_painted_instead() -> None:
    raw = person(20, 100, 150, 400)
    smooth = replace(raw, smoothed=person(220, 100, 150, 400).keypoints[:, :2])
    assert np.array_equal(painted(smooth), painted(person(220, 100, 150, 400)))


def test_boxes_and_ids_only_on_request() -> None:
    pose = person(100, 150, 200, 400, id=2)
    plain, framed = painted(pose), painted(pose, boxes=True)
    assert tuple(plain[450, 100]) == GREY
    assert tuple(framed[450, 100]) == PEOPLE[2]
    label = framed[125:148, 101:112].reshape(-1, 3)
    assert (label == PEOPLE[2]).all(axis=1).mean() > 0.3
    anonymous = painted(replace(pose, id=None), boxes=True)
    assert tuple(anonymous[450, 100]) == PEOPLE[0]
    assert not changed(anonymous[100:145]).any()


def test_labels_differ_by_id_and_stay_in_the_image() -> None:
    at_the_top = [painted(person(-5, -8, 200, 400, id=number), boxes=True) for number in (1, 1 + len(PEOPLE))]
    first, second = (pixels[:30, :40] for pixels in at_the_top)
    assert np.any(first != second)
    assert (first == PEOPLE[1]).all(axis=2).any()


def test_sizes_follow_person_and_image() -> None:
    def ink(height: float, size: tuple[int, int]) -> int:
        return int(changed(painted(person(10, 10, height / 2, height), size=size)).sum())

    small, large = ink(100, (800, 800)), ink(700, (800, 800))
    assert large > 15 * small
    assert 3 * large < ink(1400, (1600, 1600)) < 4.2 * large


def test_only_what_is_under_a_shape_changes() -> None:
    pixels = painted(person(100, 100, 200, 400))
    assert changed(pixels).mean() < 0.12
    assert not changed(pixels[:80]).any()


def test_nobody_changes_nothing() -> None:
    assert not changed(painted()).any()


@pytest.mark.parametrize("size", [(1, 1), (2, 500), (7, 3)])
def test_tiny_images(size: tuple[int, int]) -> None:
    assert changed(painted(person(0, 0, size[0], size[1], id=3), size=size, boxes=True)).any()


coordinates = st.floats(allow_nan=True, allow_infinity=True, width=32)


@given(values=st.lists(coordinates, min_size=2 * KEYPOINT_COUNT + 4, max_size=2 * KEYPOINT_COUNT + 4))
def test_no_coordinate_is_too_wild(values: list[float]) -> None:
    points = np.array(values[:-4], np.float32).reshape(KEYPOINT_COUNT, 2)
    keypoints = np.concatenate([points, np.full((KEYPOINT_COUNT, 1), 0.4, np.float32)], axis=1)
    x0, y0, x1, y1 = values[-4:]
    pixels = painted(Pose(keypoints, 0.5, (x0, y0, x1, y1), 1), size=Size(40, 30), boxes=True)
    assert pixels.shape == (30, 40, 3)


def test_far_away_keypoints_paint_nothing_here() -> None:
    assert not changed(painted(person(5000, 5000, 200, 400))).any()
    assert not changed(painted(person(2e6, 2e6, 200, 400))).any()
