"""Squares around keypoints: centre, side, and when there is none."""

import numpy as np
import pytest

from movenet_cli.core.types import FloatArray, Size
from movenet_cli.inference.crops import Square, around_keypoints, around_torso
from movenet_cli.media.pixels.rgb_image import RgbImage
from tests.inference.dots import body


def keypoints(score: float = 0.9) -> FloatArray:
    """A person of 100 × 100 pixels at (200, 100): hips at (250, 150)."""
    return np.concatenate([body(200, 100, 100), np.full((17, 1), score)], axis=1).astype(np.float32)


def test_square_around_keypoints_has_the_margin_on_the_longer_side() -> None:
    square = around_keypoints(keypoints(), 0.2, 1.4)
    assert square is not None
    assert square.centre == pytest.approx((250, 151))
    assert square.side == pytest.approx(90 * 1.4)


def test_keypoints_below_the_threshold_do_not_widen_the_square() -> None:
    points = keypoints()
    points[16] = 900, 900, 0.19
    square = around_keypoints(points, 0.2, 1.0)
    assert square is not None
    assert square.side == pytest.approx(90)


@pytest.mark.parametrize("count", [0, 1])
def test_no_square_around_fewer_than_two_keypoints(count: int) -> None:
    points = keypoints(0.0)
    points[:count, 2] = 0.9
    assert around_keypoints(points, 0.2, 1.4) is None


def test_no_square_around_keypoints_on_one_spot() -> None:
    points = np.tile(np.array([5, 5, 0.9], np.float32), (17, 1))
    assert around_keypoints(points, 0.2, 1.4) is None


def test_no_square_around_keypoints_that_are_no_numbers() -> None:
    points = keypoints()
    points[3, 0] = np.nan
    assert around_keypoints(points, 0.2, 1.4) is None


def test_published_square_is_centred_on_the_hips_and_reaches_for_the_farther_of_torso_and_body() -> None:
    torso, whole_body = (around_torso(keypoints(), 0.2, margin, 1.2) for margin in (2.5, 1.9))
    assert torso is not None
    assert torso.centre == pytest.approx((250, 150))
    assert torso.side == pytest.approx(2 * 2.5 * 25)
    assert whole_body is not None
    assert whole_body.side == pytest.approx(2 * 1.2 * 46)


@pytest.mark.parametrize("pair", [(5, 6), (11, 12)])
def test_no_published_square_without_a_shoulder_or_without_a_hip(pair: tuple[int, int]) -> None:
    points = keypoints()
    points[pair[0], 2] = 0.1
    assert around_torso(points, 0.2, 1.9, 1.2) is not None
    points[pair[1], 2] = 0.1
    assert around_torso(points, 0.2, 1.9, 1.2) is None


def test_square_beyond_the_image_is_no_view() -> None:
    image = RgbImage(np.zeros((50, 80, 3), np.uint8))
    assert Square((40, 25), 30).view(image, Size(96, 96)) is not None
    assert Square((400, 25), 30).view(image, Size(96, 96)) is None
