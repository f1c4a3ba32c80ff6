"""The NumPy decode on head maps drawn by hand."""

import numpy as np
import pytest
from training.decoding import HeadMaps, central_weight, decode, decode_people, most_central, place


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


def test_a_sharp_keypoint_is_placed_where_it_is_with_the_root_of_its_heat_as_score() -> None:
    maps = empty_maps()
    expected = add_person(maps, 20, 30, 0.81)
    pose = place(maps, np.array([most_central(maps)]))[0]
    np.testing.assert_allclose(pose[:, :2], expected[:, :2], atol=1e-6)
    np.testing.assert_allclose(pose[:, 2], 0.9, atol=1e-6)


def test_of_two_places_the_one_with_more_heat_around_it_is_taken() -> None:
    maps = empty_maps()
    add_person(maps, 24, 24, 0.5)
    maps.heatmap[..., 0] = 0
    maps.heatmap[10, 27, 0] = 0.6
    maps.heatmap[21:24, 26:29, 0] = 0.5
    x, y, score = place(maps, np.array([24 * 48 + 24]))[0, 0]
    assert 4 * 26 <= x <= 4 * 29
    assert 4 * 21 <= y <= 4 * 24
    assert score < np.sqrt(0.5)


def test_two_people_give_two_rows_the_surer_one_first() -> None:
    maps = empty_maps()
    left, right = add_person(maps, 20, 8, 0.5), add_person(maps, 24, 34, 0.9)
    rows = decode_people([maps])
    assert rows.shape == (6, 56)
    assert (rows[:, 55] > 0).tolist() == [True, True, False, False, False, False]
    for row, person in zip(rows, (right, left), strict=False):
        y, x, _ = row[:51].reshape(17, 3).T
        np.testing.assert_allclose(np.stack([x, y], axis=1) * 4 * 48, person[:, :2], atol=1e-4)
        top, left_edge, bottom, right_edge = row[51:55] * 4 * 48
        assert (left_edge, top) == pytest.approx(tuple(person[:, :2].min(axis=0)), abs=1e-3)
        assert (right_edge, bottom) == pytest.approx(tuple(person[:, :2].max(axis=0)), abs=1e-3)


def test_a_second_centre_of_the_same_person_and_a_faint_one_are_nobody() -> None:
    maps = empty_maps()
    add_person(maps, 24, 24, 0.9)
    maps.center[24, 30] = 0.5
    maps.regression[24, 30] = maps.regression[24, 24] - np.tile([0, 6], 17)
    maps.center[40, 5] = 0.05
    assert (decode_people([maps])[:, 55] > 0).sum() == 1


def test_at_a_smaller_scale_only_large_people_count() -> None:
    maps, small = empty_maps(48), empty_maps(24)
    add_person(small, 12, 12, 0.9)
    assert (decode_people([maps, small])[:, 55] > 0).sum() == 1
    small.regression[12, 12] /= 3
    assert (decode_people([maps, small])[:, 55] > 0).sum() == 0


def test_nobody_gives_only_zeros() -> None:
    assert not decode_people([empty_maps()]).any()
