"""Turning pixels and rectangles by the same rule."""

import numpy as np
import pytest

from movenet_cli.media.pixels.orientation import Orientation
from tests.media.images import scene, turned


@pytest.mark.parametrize("exif", range(1, 9))
def test_pixels_are_turned_by_the_definition_of_exif(exif: int) -> None:
    stored = scene(17, 11)
    assert np.array_equal(Orientation.of_exif(exif).apply(stored), turned(stored, exif))


@pytest.mark.parametrize("exif", range(1, 9))
def test_a_part_is_the_same_before_and_after(exif: int) -> None:
    stored, orientation = scene(17, 11), Orientation.of_exif(exif)
    upright = turned(stored, exif)
    assert orientation.size(17, 11) == upright.shape[1::-1]
    x0, y0, x1, y1 = orientation.stored_rect((2, 3, 9, 10), 17, 11)
    assert np.array_equal(orientation.apply(stored[y0:y1, x0:x1]), upright[3:10, 2:9])


@pytest.mark.parametrize("exif", range(1, 9))
def test_a_point_goes_where_its_pixel_goes(exif: int) -> None:
    stored, orientation = np.zeros((11, 17, 3), np.uint8), Orientation.of_exif(exif)
    stored[3, 14] = 255
    x, y = orientation.upright_point(14.5, 3.5, 17, 11)
    assert orientation.apply(stored)[int(y), int(x)].tolist() == [255, 255, 255]


@pytest.mark.parametrize("tag", [None, 0, 9, "6", 1.0])
def test_anything_else_is_upright(tag: object) -> None:
    assert Orientation.of_exif(tag) == Orientation()


@pytest.mark.parametrize("matrix", [(0, 0, 0, 0), (1, 0, 0, 1), (65536, 9, -9, 65536)])
def test_a_matrix_that_hardly_turns_means_upright(matrix: tuple[int, int, int, int]) -> None:
    assert Orientation.of_matrix(*matrix) == Orientation()
