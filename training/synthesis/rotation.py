"""Rotations: angles, axes and directions go in, (3, 3) matrices that turn column vectors come out."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from training.synthesis.assets import Floats, axis_rotation


def turn(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Floats:
    """Rotate by degrees about y first, then x, then z (the order of a thigh: twist, flexion, abduction)."""
    radians = np.deg2rad([x, y, z])
    return axis_rotation("z", radians[2]) @ axis_rotation("x", radians[0]) @ axis_rotation("y", radians[1])


def unit(vector: Floats) -> Floats:
    """A vector of length one along ``vector``."""
    length = np.linalg.norm(vector)
    if length == 0:
        raise ValueError("a zero vector has no direction")
    return np.asarray(vector / length)


def frame(direction: Floats, hinge: Floats) -> Floats:
    """An orthonormal basis (3, 3) in columns.

    The direction, the hinge made square to it, and their cross product.
    """
    first = unit(direction)
    second = unit(hinge - first * (hinge @ first))
    return np.stack([first, second, np.cross(first, second)], axis=1)


def blend(a: Floats, b: Floats, t: float) -> Floats:
    """Go the fraction ``t`` of the shortest way from each rotation of ``a`` to that of ``b``.

    Both (B, 3, 3).
    """
    start = Rotation.from_matrix(a)
    step = (start.inv() * Rotation.from_matrix(b)).as_rotvec()
    return np.asarray((start * Rotation.from_rotvec(step * t)).as_matrix())


def jitter(rng: np.random.Generator, rotations: Floats, degrees: float) -> Floats:
    """Turn each rotation of (B, 3, 3) by a little, normally distributed about each axis."""
    steps = Rotation.from_rotvec(np.deg2rad(rng.normal(0.0, degrees, (len(rotations), 3))))
    return np.asarray((Rotation.from_matrix(rotations) * steps).as_matrix())


def split_twist(rotation: Floats, axis: Floats) -> tuple[Floats, Floats]:
    """Factor ``rotation = swing @ twist`` with the twist about ``axis`` (both (3, 3))."""
    x, y, z, w = Rotation.from_matrix(rotation).as_quat()
    along = np.array([x, y, z]) @ axis
    angle = 2.0 * np.arctan2(along, w)
    angle = (angle + np.pi) % (2.0 * np.pi) - np.pi
    twist = np.asarray(Rotation.from_rotvec(axis * angle).as_matrix())
    return rotation @ twist.T, twist


def power(rotation: Floats, exponent: float) -> Floats:
    """The same axis, ``exponent`` times the angle."""
    return np.asarray(Rotation.from_rotvec(Rotation.from_matrix(rotation).as_rotvec() * exponent).as_matrix())
