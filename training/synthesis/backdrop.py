"""The look of a photograph: renderings of place and people go in, a finished 8-bit picture comes out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthesis.assets import Floats
from training.synthesis.sample import develop
from training.synthesis.shade import Light, Rendering, View

_BLURS = (0.0, 1.0, 2.0, 4.0, 8.0, 14.0)
Linear = NDArray[np.float32]


@dataclass(frozen=True)
class Sky:
    """What is behind everything: linear RGB overhead, at the horizon and below it, (3,) each."""

    zenith: Floats
    horizon: Floats
    below: Floats

    def seen(self, view: View, size: tuple[int, int]) -> Linear:
        """The sky in a view: (H, W, 3)."""
        height, width = size
        x = (np.arange(width) + 0.5 - view.centre[0]) / view.focal
        y = (view.centre[1] - np.arange(height) - 0.5) / view.focal
        rays = np.stack([*np.meshgrid(x, y), -np.ones((height, width))], axis=-1) @ view.rotation
        up = rays[..., 1:2] / np.linalg.norm(rays, axis=-1, keepdims=True)
        above = self.horizon + (self.zenith - self.horizon) * np.clip(up, 0, 1) ** 0.55
        return np.asarray(np.where(up > 0, above, self.below), np.float32)

    def dome(self, count: int, strength: float, shadow: int) -> list[Light]:
        """The sky as lights spread over the upper half, evenly for a level surface."""
        lights = []
        for k in range(count):
            up = np.sqrt((k + 0.5) / count)
            azimuth = k * np.pi * (3.0 - np.sqrt(5.0))
            level = np.sqrt(1 - up * up)
            direction = np.array([level * np.cos(azimuth), up, level * np.sin(azimuth)])
            colour = self.horizon + (self.zenith - self.horizon) * up**0.55
            lights.append(Light(direction, strength / count * colour / max(up, 0.15), shadow))
        return lights


def lamp(
    azimuth: float, height: float, spread: float, colour: Floats, count: int, shadow: int
) -> list[Light]:
    """A lamp or the sun.

    Lights in a disc of ``spread`` degrees about a direction (degrees right of the camera's side, up).
    """
    a, h = np.deg2rad(azimuth), np.deg2rad(height)
    forward = np.array([np.sin(a) * np.cos(h), np.sin(h), np.cos(a) * np.cos(h)])
    side = np.array([np.cos(a), 0.0, -np.sin(a)])
    upward = np.cross(forward, side)
    lights = []
    for k in range(count):
        radius = np.tan(np.deg2rad(spread)) * np.sqrt((k + 0.5) / count)
        turn = k * np.pi * (3.0 - np.sqrt(5.0))
        direction = forward + radius * (np.cos(turn) * side + np.sin(turn) * upward)
        lights.append(Light(direction / np.linalg.norm(direction), colour / count, shadow))
    return lights


def out_of_focus(colour: Linear, nearness: NDArray[np.float32], focus: float, strength: float) -> Linear:
    """Blur a place by its distance from the plane of focus (decimetres).

    ``strength`` is the blur at infinity in pixels.
    """
    blur = strength * np.abs(nearness * focus - 1.0)
    layers = [colour if sigma == 0 else _disc_blur(colour, sigma) for sigma in _BLURS]
    level = np.interp(blur, _BLURS, np.arange(len(_BLURS)))
    low = np.minimum(level.astype(int), len(_BLURS) - 2)
    part = np.asarray(level - low, np.float32)[..., None]
    stack = np.stack(layers)
    rows, columns = np.indices(low.shape)
    return np.asarray((1 - part) * stack[low, rows, columns] + part * stack[low + 1, rows, columns])


def _disc_blur(colour: Linear, radius: float) -> Linear:
    """Blur with a soft-edged disc, as a lens does."""
    reach = int(np.ceil(1.6 * radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(1.6 * radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(cv2.filter2D(colour, -1, disc / disc.sum(), borderType=cv2.BORDER_REPLICATE))


def shrink(picture: Linear, factor: int) -> Linear:
    """Average squares of ``factor`` pixels."""
    height, width = picture.shape[:2]
    return np.asarray(cv2.resize(picture, (width // factor, height // factor), interpolation=cv2.INTER_AREA))


def layer(rendering: Rendering, factor: int) -> tuple[Linear, Linear]:
    """Develop a supersampled layer.

    Its values 0 to 255 times its cover (H, W, 3), and the cover (H, W, 1).
    """
    cover = (rendering.owner >= 0).astype(np.float32)[..., None]
    values = develop(rendering.colour) * cover
    return shrink(values, factor), shrink(cover[..., 0], factor)[..., None]


def finish(picture: Linear, seed: int, vignette: float = 0.16, grain: float = 1.4) -> NDArray[np.uint8]:
    """Values 0 to 255 to an 8-bit picture, with a slight fall-off to the corners and film grain."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    radius = ((x - width / 2) ** 2 + (y - height / 2) ** 2) / (0.25 * (width**2 + height**2))
    noise = np.random.default_rng(seed).normal(0, grain, (height, width, 1))
    darkened = picture * (1 - vignette * radius[..., None])
    return np.asarray((darkened + noise).round().clip(0, 255), np.uint8)
