"""Views: exact inverses, and the rounding of `tf.image.resize_with_pad`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movenet_cli.core.geometry import flexible_input_size, letterbox, square_crop
from movenet_cli.core.types import Size

SIZES = st.integers(1, 5000)


@given(
    SIZES, SIZES, st.sampled_from([Size(192, 192), Size(256, 256), Size(256, 160)]), st.integers(0, 2**32 - 1)
)
def test_letterbox_inverse_is_exact(width: int, height: int, size: Size, seed: int) -> None:
    view = letterbox(width, height, size)
    points = (np.random.default_rng(seed).random((17, 2)) * [width, height]).astype(np.float32)
    assert np.abs(view.to_source(view.to_input(points)) - points).max() <= 1e-3


@given(SIZES, SIZES)
def test_letterbox_keeps_corners_and_stays_inside(width: int, height: int) -> None:
    view = letterbox(width, height, Size(192, 192))
    x0, y0, x1, y1 = view.target
    assert 0 <= x0 < x1 <= 192
    assert 0 <= y0 < y1 <= 192
    corners = np.array([[x0, y0], [x1, y1]], np.float32)
    np.testing.assert_allclose(view.to_source(corners), [[0, 0], [width, height]], atol=1e-3)


@pytest.mark.parametrize(
    ("width", "height", "target"),
    [
        (640, 480, (0, 24, 192, 168)),
        (480, 640, (24, 0, 168, 192)),
        (1920, 1080, (0, 42, 192, 150)),
        (192, 192, (0, 0, 192, 192)),
        (10, 1000, (95, 0, 96, 192)),
        (500, 333, (0, 32, 192, 159)),
    ],
)
def test_letterbox_rounds_as_resize_with_pad(width: int, height: int, target: tuple[int, ...]) -> None:
    assert letterbox(width, height, Size(192, 192)).target == target


@given(
    SIZES, SIZES,
    st.floats(-6000, 6000), st.floats(-6000, 6000), st.floats(0.5, 9000),
)  # fmt: skip
def test_crop_stays_inside_both_sides(width: int, height: int, x: float, y: float, side: float) -> None:
    view = square_crop(width, height, (x, y), side, Size(256, 256))
    if view is None:
        outside_x = x + side / 2 <= 0 or x - side / 2 >= width
        outside_y = y + side / 2 <= 0 or y - side / 2 >= height
        assert outside_x or outside_y
        return
    sx0, sy0, sx1, sy1 = view.source
    tx0, ty0, tx1, ty1 = view.target
    assert 0 <= sx0 < sx1 <= width
    assert 0 <= sy0 < sy1 <= height
    assert 0 <= tx0 < tx1 <= 256
    assert 0 <= ty0 < ty1 <= 256


def test_crop_puts_its_centre_in_the_middle() -> None:
    view = square_crop(1920, 1080, (700.0, 500.0), 400.0, Size(192, 192))
    assert view is not None
    np.testing.assert_allclose(view.to_input(np.array([[700, 500]], np.float32)), [[96, 96]], atol=0.5)
    assert view.scale == pytest.approx((0.48, 0.48), rel=0.01)


def test_crop_that_leaves_the_image_is_padded_on_that_side() -> None:
    view = square_crop(100, 100, (0.0, 50.0), 100.0, Size(200, 200))
    assert view is not None
    assert view.source == (0, 0, 50, 100)
    assert view.target == (100, 0, 200, 200)


@given(SIZES, SIZES, st.integers(2, 32))
def test_flexible_input_keeps_the_shape(width: int, height: int, steps: int) -> None:
    columns, rows = flexible_input_size(width, height, 32 * steps)
    assert max(rows, columns) == 32 * steps
    assert rows % 32 == columns % 32 == 0
    assert (rows >= columns) == (height >= width) or rows == columns


def test_flexible_input_of_a_wide_video() -> None:
    assert flexible_input_size(1920, 1080, 256) == Size(256, 160)
    assert flexible_input_size(720, 1280, 256) == Size(160, 256)
    assert flexible_input_size(1000, 10, 256) == Size(256, 32)
