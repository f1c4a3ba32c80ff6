"""Camera and light: a posed figure and a random generator go in, a view and the lamps come out."""

from __future__ import annotations

import numpy as np

from training.synthesis.assets import Floats
from training.synthesis.rotation import turn, unit
from training.synthesis.shade import Light, View

_REGIONS: dict[str, tuple[tuple[int, ...], float]] = {
    "whole": ((), 0.56),
    "knees": ((0, 3, 4, 5, 6, 11, 12, 13, 14), 0.1),
    "hips": ((0, 3, 4, 5, 6, 7, 8, 11, 12), 0.17),
    "bust": ((0, 3, 4, 5, 6), 0.07),
    "part": ((), 0.1),
}


def look_at(
    target: Floats,
    distance: float,
    yaw: float,
    elevation: float,
    roll: float,
    focal: float,
    centre: tuple[float, float],
) -> View:
    """A camera ``distance`` decimetres from the target, turned round and raised over it by degrees."""
    rotation = turn(z=roll) @ turn(x=elevation) @ turn(y=-yaw)
    return View(rotation, target + rotation.T @ np.array([0.0, 0.0, distance]), focal, centre)


def sample_view(rng: np.random.Generator, vertices: Floats, places: Floats, size: int) -> View:
    """Draw a view that frames the figure, or part of it, in a square of ``size`` pixels.

    Yaw is all round with a preference for the front; elevations are those of webcams, tripods and stands;
    near cameras distort more.
    """
    names = list(_REGIONS)
    region = names[rng.choice(len(names), p=[share for _, share in _REGIONS.values()])]
    members = _REGIONS[region][0]
    yaw = float(rng.normal(0, 38) if rng.random() < 0.5 else rng.uniform(-180, 180))
    elevation = float(rng.uniform(-35, 75) if rng.random() < 0.12 else rng.normal(6, 12))
    roll = float(rng.normal(0, 4))
    target = places[list(members)].mean(0) if members else 0.5 * (vertices.min(0) + vertices.max(0))
    nearest = {"whole": 19.0, "part": 17.0, "knees": 15.0, "hips": 10.0, "bust": 8.0}[region]
    distance = nearest * float(np.exp(rng.uniform(0.0, 1.7)))
    view = look_at(target, distance, yaw, elevation, roll, 1.0, (0.0, 0.0))
    drawn = view.project(vertices)[:, :2]
    drawn = drawn[np.isfinite(drawn[:, 0])]
    low, high = drawn.min(0), drawn.max(0)
    if members:
        points = view.project(places[list(members)])[:, :2]
        margin = 0.16 * (points.max(0) - points.min(0)).max()
        low, high = np.maximum(low, points.min(0) - margin), np.minimum(high, points.max(0) + margin)
    fill = rng.uniform(0.68, 0.97) * (rng.uniform(1.15, 1.9) if region == "part" else 1.0)
    focal = fill * size / (high - low).max()
    slack = rng.normal(0, 0.03, 2) if region != "part" else rng.uniform(-0.25, 0.25, 2)
    centre = size * (0.5 + slack) - focal * 0.5 * (low + high)
    return View(view.rotation, view.position, float(focal), (float(centre[0]), float(centre[1])))


def _warmth(rng: np.random.Generator, spread: float) -> Floats:
    """White light with a cast from blue to orange."""
    cast = rng.normal(0, spread)
    return np.array([np.exp(cast), np.exp(rng.normal(0, 0.15 * spread)), np.exp(-cast)])


def sample_light(rng: np.random.Generator, view: View, size: int) -> tuple[Floats, list[Light]]:
    """Draw the ambient light (2, 3) and the lamps.

    A key light mostly from the camera's side, weak ones that shape, now and then a rim.
    """
    azimuth = np.deg2rad(rng.normal(0, 55) if rng.random() < 0.8 else rng.uniform(-180, 180))
    height = np.deg2rad(rng.uniform(8, 75))
    towards = np.array([np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)])
    level = view.rotation.T @ np.array([0.0, 0.0, 1.0])
    heading = turn(y=float(np.rad2deg(np.arctan2(level[0], level[2]))))
    key = rng.uniform(0.2, 1.6)
    total = rng.uniform(0.2, 0.65)
    sky = total * _warmth(rng, 0.12)
    ground = sky * rng.uniform(0.25, 0.8) * _warmth(rng, 0.1)
    lights = [Light(heading @ towards, key * _warmth(rng, 0.1), size)]
    for _ in range(2):
        direction = unit(rng.normal(size=3) + np.array([0.0, 0.5, 0.0]))
        lights.append(Light(direction, sky * rng.uniform(0.1, 0.4), size // 3))
    if rng.random() < 0.25:
        back = np.array([rng.normal(0, 0.6), rng.uniform(0.1, 0.7), -1.0])
        lights.append(Light(unit(heading @ back), rng.uniform(0.4, 1.6) * _warmth(rng, 0.15)))
    return np.stack([sky, ground]) * 0.75, lights
