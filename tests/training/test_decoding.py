"""The NumPy decode on head maps drawn by hand."""

import numpy as np
import pytest
from training.decoding import HeadMaps, central_weight, decode


def empty_maps(size: int = 48) -> HeadMaps:
    """Head maps of nobody: all scores zero, all distances zero."""
    return HeadMaps(
        np.zeros((size, size)),
        np.zeros((size, size, 17)),
        np.zeros((size, size, 34)),
        np.zeros((size, size, 34)),
    )


def add_person(maps: HeadMaps, row: int, column: int, score: float) -> np.ndarray:
    """Draws a person with keypoint k in cell (row - 8 + k, column + 3); returns x, y in pixels, score."""
    maps.center[row, column] = score
    pose = np.zeros((17, 3))
    for k in range(17):
        y, x = row - 8 + k, column + 3
        maps.heatmap[y, x, k] = score
        maps.regression[row, column, 2 * k : 2 * k + 2] = (k - 8, 3)
        maps.offset[y, x, 2 * k : 2 * k + 2] = (0.25, 0.75)
        pose[k] = (4 * (x + 0.75), 4 * (y + 0.25), score)
    return pose


def test_finds_a_drawn_person() -> None:
    maps = empty_maps()
    expected = add_person(maps, 20, 30, 0.9)
    np.testing.assert_allclose(decode(maps), expected)


def test_prefers_the_central_person_and_keeps_the_keypoints_apart() -> None:
    maps = empty_maps()
    add_person(maps, 20, 3, 0.9)
    central = add_person(maps, 24, 24, 0.6)
    np.testing.assert_allclose(decode(maps), central)


def test_a_given_centre_is_used() -> None:
    maps = empty_maps()
    aside = add_person(maps, 20, 3, 0.5)
    add_person(maps, 24, 24, 0.9)
    np.testing.assert_allclose(decode(maps, center=(20, 3)), aside)


def test_central_weight_peaks_at_half_the_size() -> None:
    weight = central_weight(48, 40)
    assert np.unravel_index(weight.argmax(), weight.shape) == (24, 20)
    assert weight[24, 20] == pytest.approx(1 / 1.8)
