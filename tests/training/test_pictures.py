"""Square crops: what was at a point of the picture is where the map says."""

import numpy as np
import pytest
from training.pictures import square


@pytest.mark.parametrize(("side", "angle"), [(60.0, 0.0), (100.0, 25.0), (900.0, 0.0)])
def test_the_map_leads_to_the_same_spot(side: float, angle: float) -> None:
    picture = np.zeros((600, 800, 3), np.uint8)
    x, y, spot = 420, 310, max(2, int(side / 20))
    picture[y - spot : y + spot + 1, x - spot : x + spot + 1] = (0, 255, 0)
    crop, affine = square(picture, 410, 305, side, 96, angle)
    assert crop.shape == (96, 96, 3)
    rows, columns = np.nonzero(crop[..., 1] > 128)
    expected = affine[:, :2] @ (x, y) + affine[:, 2]
    np.testing.assert_allclose([columns.mean(), rows.mean()], expected, atol=1.0)


def test_outside_the_picture_is_black() -> None:
    crop, _ = square(np.full((100, 100, 3), 200, np.uint8), 0, 50, 100, 50)
    assert crop[:, :23].max() == 0
    assert crop[:, 27:].min() == 200
