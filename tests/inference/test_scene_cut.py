"""Cuts between scenes are found, movement and noise are not taken for one."""

import numpy as np

from movenet_cli.inference.scene_cut import SceneWatch
from movenet_cli.media.pixels.rgb_image import RgbImage


def scene(seed: int, shift: int = 0, noise: float = 0.0) -> RgbImage:
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 255, (7, 9, 3))
    pixels = np.kron(coarse, np.ones((60, 60, 1)))
    pixels = np.roll(pixels, shift, axis=1) + np.random.default_rng(shift).normal(0, noise, pixels.shape)
    return RgbImage(np.clip(pixels, 0, 255).astype(np.uint8))


def test_first_image_is_no_cut() -> None:
    assert not SceneWatch(16.0).is_cut(scene(1))


def test_another_scene_is_a_cut_and_its_second_image_is_none() -> None:
    watch = SceneWatch(16.0)
    cuts = [watch.is_cut(image) for image in (scene(1), scene(1), scene(2), scene(2), scene(1))]
    assert cuts == [False, False, True, False, True]


def test_a_moving_noisy_camera_makes_no_cut() -> None:
    watch = SceneWatch(16.0)
    assert not any(watch.is_cut(scene(1, shift, noise=8.0)) for shift in range(0, 20, 2))
