"""The generator of synthetic people on geometry small enough to check by hand: raster, light and limbs."""

import numpy as np
import pytest

pytest.importorskip("numba", reason="the generator needs numba, which the package itself does not")
pytest.importorskip("scipy", reason="the generator needs scipy, which the package itself does not")

from training.synthesis.limbs import two_bones
from training.synthesis.materials import Kind, Material
from training.synthesis.raster import empty_buffers, rasterise, vertex_normals
from training.synthesis.rotation import blend, split_twist, turn
from training.synthesis.sample import matte
from training.synthesis.shade import Light, View, cast_shadows, render
from training.synthesis.stage import box, floor, merge

WHITE = Material(Kind.PLAIN, wrap=0.0)


def draw(points, faces, size=4):
    nearness, owner = empty_buffers(size, size, 0.0)
    rasterise(np.array(points, float), np.array(faces, np.int32), nearness, owner)
    return nearness, owner


def test_a_triangle_covers_the_pixels_whose_centres_it_holds():
    _, owner = draw([[0, 0, 1], [3, 0, 1], [0, 3, 1]], [[0, 1, 2]])
    expected = [[0, 0, 0, -1], [0, 0, -1, -1], [0, -1, -1, -1], [-1, -1, -1, -1]]
    assert owner.tolist() == expected


def test_the_nearer_triangle_wins_whatever_the_order():
    points = [[0, 0, 1], [9, 0, 1], [0, 9, 1], [0, 0, 2], [9, 0, 2], [0, 9, 2]]
    for faces, nearer in (([[0, 1, 2], [3, 4, 5]], 1), ([[3, 4, 5], [0, 1, 2]], 0)):
        nearness, owner = draw(points, faces)
        assert (owner == nearer).all()
        assert (nearness == 2).all()


def test_triangles_behind_the_camera_are_left_out():
    view = View(np.eye(3), np.zeros(3), 2.0, (2.0, 2.0))
    projected = view.project(np.array([[0, 0, -4.0], [1, 0, -4.0], [0, 1, 4.0]]))
    assert projected[0].tolist() == [2.0, 2.0, 0.25]
    assert projected[1].tolist() == [2.5, 2.0, 0.25]
    assert np.isnan(projected[2]).all()
    _, owner = draw(projected, [[0, 1, 2]])
    assert (owner == -1).all()


def test_normals_of_a_level_square_point_up():
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 0, -1], [0, 0, -1.0]])
    normals = vertex_normals(square, np.array([[0, 1, 2], [0, 2, 3]], np.int32))
    np.testing.assert_allclose(normals, np.tile([0, 1, 0], (4, 1)))


def brightness_of_floor(light: Light) -> tuple[float, float]:
    """What a light from the left leaves on the floor right and left of a box, seen from above."""
    ground, block = floor(WHITE, 40, 20, 20), box((0, 0, 0), (2, 6, 2), WHITE)
    view = View(turn(x=90), np.array([0.0, 40.0, 0.0]), 40.0, (32.0, 32.0))
    shadows = cast_shadows(block.vertices, block.faces, [light])
    picture = render(merge([ground, block]), view, (64, 64), np.zeros((2, 3)), [light], shadows).colour
    return float(picture[32, 38, 0]), float(picture[32, 20, 0])


def test_a_box_throws_its_shadow_away_from_the_light():
    direction = np.array([-1.0, 1.0, 0.0]) / np.sqrt(2)
    shaded, lit = brightness_of_floor(Light(direction, np.ones(3), 256))
    assert shaded == 0.0
    assert lit == pytest.approx(np.sqrt(0.5), abs=1e-3)


def test_a_light_without_a_shadow_map_reaches_everywhere():
    behind, front = brightness_of_floor(Light(np.array([0.0, 1.0, 0.0]), np.ones(3)))
    assert behind == front == pytest.approx(1.0, abs=1e-3)


def test_matte_keeps_the_colour_at_the_rim_and_thins_its_alpha():
    colour = np.zeros((4, 4, 3), np.float32)
    covered = np.zeros((4, 4), bool)
    colour[:, :1], covered[:, :1] = (200, 100, 50), True
    rgba = matte(colour, covered, 2)
    assert rgba.shape == (2, 2, 4)
    assert rgba[0, 0].tolist() == [200, 100, 50, 128]
    assert rgba[0, 1].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("target", [(3.0, -2.0, 1.0), (0.0, -9.0, 0.0), (0.2, 0.1, 0.0)])
def test_two_bones_keep_their_lengths_and_reach_what_is_in_reach(target):
    start, lengths = np.array([0.0, 1.0, 0.0]), (3.0, 2.5)
    middle, end = two_bones(start, np.array(target), lengths, np.array([0.0, 0.0, 1.0]))
    assert np.linalg.norm(middle - start) == pytest.approx(3.0)
    assert np.linalg.norm(end - middle) == pytest.approx(2.5)
    assert middle[2] > 0
    if target == (3.0, -2.0, 1.0):
        np.testing.assert_allclose(end, target)


def test_swing_and_twist_multiply_to_the_rotation():
    rotation, axis = turn(40, 70, -20), np.array([0.0, 1.0, 0.0])
    swing, twist = split_twist(rotation, axis)
    np.testing.assert_allclose(swing @ twist, rotation, atol=1e-12)
    np.testing.assert_allclose(twist @ axis, axis, atol=1e-12)


def test_blend_goes_from_one_pose_to_the_other():
    first, second = turn(10, 0, 0)[None], turn(50, 0, 0)[None]
    for share, degrees in ((0.0, 10), (0.5, 30), (1.0, 50)):
        np.testing.assert_allclose(blend(first, second, share)[0], turn(degrees, 0, 0), atol=1e-12)
