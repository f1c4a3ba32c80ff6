"""The colour of a point: a material's row and a place on it go in, an albedo comes out (compiled)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.synthesis.assets import Floats
from training.synthesis.kernel import kernel

Noise = NDArray[np.float32]
A, B, C = 1, 4, 7


def _noise_volume(size: int = 64) -> Noise:
    """Periodic smooth noise (size, size, size, 4): a value of deviation one, and its gradient per cell."""
    rng = np.random.default_rng(0)
    k = np.fft.fftfreq(size) * size
    radius = np.sqrt(k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2)
    spectrum = np.where((radius > 2) & (radius < 14), (radius + 1e-9) ** -1.6, 0.0)
    value = np.fft.ifftn(np.fft.fftn(rng.normal(size=(size,) * 3)) * spectrum).real
    value /= value.std()
    gradient = [(np.roll(value, -1, axis) - np.roll(value, 1, axis)) / 2 for axis in range(3)]
    return np.stack([value, *gradient], axis=-1).astype(np.float32)


NOISE = _noise_volume()


@kernel
def sample_noise(volume: Noise, x: float, y: float, z: float, out: Floats) -> None:
    """Read the volume at x, y, z (in periods) into ``out`` (4,): value and gradient, trilinearly."""
    n = volume.shape[0]
    x, y, z = x * n, y * n, z * n
    ix, iy, iz = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    fx, fy, fz = x - ix, y - iy, z - iz
    out[:] = 0.0
    for dx in range(2):
        wx = fx if dx else 1.0 - fx
        for dy in range(2):
            wy = fy if dy else 1.0 - fy
            for dz in range(2):
                w = wx * wy * (fz if dz else 1.0 - fz)
                cell = volume[(ix + dx) % n, (iy + dy) % n, (iz + dz) % n]
                for k in range(4):
                    out[k] += w * cell[k]


@kernel
def _hash(i: float, j: float) -> float:
    """A number in 0 to 1 that looks random, from two whole ones."""
    value = np.sin(i * 127.1 + j * 311.7) * 43758.5453
    return float(value - np.floor(value))


@kernel
def _woven(kind: int, along: float, across: float) -> tuple[int, float]:
    """Stripes, plaid, checks and dots: which colour, and how much of A against B."""
    if kind == 2:
        return (B if np.sin(along) > 0.2 else A), 1.0
    if kind == 3:
        if np.sin(along * 2.0 + 1.0) > 0.97 or np.sin(across * 2.0 + 1.0) > 0.97:
            return C, 1.0
        return A, 1.0 - 0.5 * ((np.sin(along) > 0.35) + (np.sin(across) > 0.35))
    if kind == 4:
        return (B if (np.sin(along) > 0) != (np.sin(across) > 0) else A), 1.0
    return (B if np.sin(along) * np.sin(across) > 0.55 else A), 1.0


@kernel
def _printed(kind: int, row: Floats, point: Floats, noise: Noise, bump: Floats) -> tuple[int, float]:
    """Camouflage, blocks of colour, a print on the chest and hair."""
    x, y, z = point[0], point[1], point[2]
    if kind == 6:
        scale = row[10] * 0.04
        sample_noise(noise, x * scale + row[14], y * scale, z * scale, bump)
        return (B if bump[0] > 0.4 else (C if bump[0] < -0.6 else A)), 1.0
    if kind == 7:
        height = y * row[12] + abs(x) * row[11] - row[14]
        return (C if abs(height) < 0.12 * row[10] else (B if height > 0 else A)), 1.0
    if kind == 8:
        if z < 0.3 or abs(x - row[11]) > row[10] or abs(y - row[14]) > 0.6 * row[10]:
            return A, 1.0
        sample_noise(noise, x * 0.35 + row[14], y * 0.35, 0.3, bump)
        return (B if bump[0] > 0 else C), 1.0
    sample_noise(noise, x * 0.55, y * 0.035, z * 0.55, bump)
    return A, min(max(0.5 + 0.45 * bump[0], 0.0), 1.0)


@kernel
def _planks(u: float, v: float, noise: Noise, bump: Floats) -> tuple[int, float]:
    """Boards one wide in u, of differing tints, with dark joints."""
    board = np.floor(u)
    v = v * 0.07 + 7.0 * _hash(board, 1.0)
    if u - board < 0.035 or v - np.floor(v) < 0.006:
        return C, 1.0
    sample_noise(noise, u * 0.5, v * 0.25, 0.37 * board, bump)
    return A, min(max(0.65 * _hash(board, np.floor(v)) + 0.2 + 0.12 * bump[0], 0.0), 1.0)


@kernel
def _bricks(u: float, v: float, noise: Noise, bump: Floats) -> tuple[int, float]:
    """Bricks one wide in u and a third high in v, every other course shifted."""
    course = np.floor(v * 3.0)
    u = u + 0.5 * (course % 2.0)
    if u - np.floor(u) < 0.05 or v * 3.0 - course < 0.13:
        return C, 1.0
    sample_noise(noise, u * 0.3, v * 0.3, 0.2, bump)
    return A, min(max(_hash(np.floor(u), course) + 0.15 * bump[0], 0.0), 1.0)


@kernel
def _built(kind: int, row: Floats, point: Floats, noise: Noise, bump: Floats) -> tuple[int, float]:
    """Speckled ground, floorboards, bricks, tiles and house fronts.

    On walls u runs level, on floors v runs away.
    """
    x, y, z = point[0], point[1], point[2]
    scale = row[10]
    if kind == 10:
        sample_noise(noise, x * scale * 0.1, y * scale * 0.1, z * scale * 0.1, bump)
        coarse = bump[0]
        sample_noise(noise, x * scale, y * scale, z * scale, bump)
        return A, min(max(0.5 + 0.22 * coarse + 0.2 * bump[0], 0.0), 1.0)
    u = (x * row[11] + z * row[13]) * scale
    v = (y if row[12] > 0 else x * row[13] - z * row[11]) * scale
    if kind == 11:
        return _planks(u, v, noise, bump)
    if kind == 12:
        return _bricks(u, v, noise, bump)
    fu, fv = u - np.floor(u), v - np.floor(v)
    cell = _hash(np.floor(u), np.floor(v))
    if kind == 13:
        return (C, 1.0) if fu < 0.02 or fv < 0.02 else (A, 0.4 + 0.6 * cell)
    pane = 0.25 < fu < 0.75 and 0.2 < fv < 0.8
    return ((C if cell > 0.75 else B) if pane else A), 1.0


@kernel
def pattern(row: Floats, point: Floats, noise: Noise, bump: Floats, albedo: Floats) -> None:
    """Set ``albedo`` (3,) to a material's colour at a canonical point (3,).

    A ``VERTEX`` material keeps what is there.

    ``row``: the material's (see ``Material.row``); ``bump`` (4,) is scratch.
    """
    kind = int(row[0])
    chosen, mix = A, 1.0
    if kind == 0:
        return
    if 2 <= kind <= 5:
        along = (point[0] * row[11] + point[1] * row[12] + point[2] * row[13]) * row[10] + row[14]
        across = (point[0] * row[12] - point[1] * row[11] + 0.7 * point[2]) * row[10] + row[14]
        chosen, mix = _woven(kind, along, across)
    elif 6 <= kind <= 9:
        chosen, mix = _printed(kind, row, point, noise, bump)
    elif kind >= 10:
        chosen, mix = _built(kind, row, point, noise, bump)
    for k in range(3):
        if mix < 1.0:
            albedo[k] = mix * row[A + k] + (1.0 - mix) * row[B + k]
        else:
            albedo[k] = row[chosen + k]
