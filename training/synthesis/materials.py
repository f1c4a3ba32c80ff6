"""What surfaces look like: a kind of pattern and its colours go in, one row of numbers for the shading kernels comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numba
import numpy as np
from numpy.typing import NDArray

from training.synthesis.assets import Floats

WIDTH = 23


class Kind(IntEnum):
    """How a surface's albedo comes about; all but ``VERTEX`` read colours A, B, C and look at canonical coordinates."""

    VERTEX = 0
    PLAIN = 1
    STRIPES = 2
    PLAID = 3
    CHECKS = 4
    DOTS = 5
    CAMOUFLAGE = 6
    BLOCKS = 7
    PRINT = 8
    HAIR = 9


@dataclass(frozen=True)
class Material:
    """A surface.

    ``colours`` (3, 3) linear RGB A, B, C; ``frequency`` pattern cycles in radians per decimetre; ``axis`` (3,) along which it runs;
    ``phase``; ``shine`` and ``gloss`` of the highlight; ``wrap`` how far light creeps round; ``wrinkle`` depth,
    ``wrinkle_frequency`` per decimetre and ``wrinkle_stretch`` (upright against level) of the bumps; ``two_sided`` for hair and cloth;
    ``glow`` light of its own.
    """

    kind: Kind
    colours: Floats = field(default_factory=lambda: np.ones((3, 3)))
    frequency: float = 1.0
    axis: tuple[float, float, float] = (0.0, 1.0, 0.0)
    phase: float = 0.0
    shine: float = 0.0
    gloss: float = 10.0
    wrap: float = 0.1
    wrinkle: float = 0.0
    wrinkle_frequency: float = 0.1
    wrinkle_stretch: float = 1.0
    two_sided: bool = True
    glow: float = 0.0

    def row(self) -> Floats:
        """The numbers that the kernels read: (WIDTH,) float64."""
        out = np.zeros(WIDTH)
        out[0] = self.kind
        out[1:10] = self.colours.ravel()
        out[10], out[11:14], out[14] = self.frequency, self.axis, self.phase
        out[15:18] = self.shine, self.gloss, self.wrap
        out[18:21] = self.wrinkle, self.wrinkle_frequency, self.wrinkle_stretch
        out[21], out[22] = self.two_sided, self.glow
        return out


def _noise_volume(size: int = 64) -> NDArray[np.float32]:
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


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator]
def sample_noise(volume, x, y, z, out):  # type: ignore[no-untyped-def]
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


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator]
def pattern(row, x, y, z, noise, bump, albedo):  # type: ignore[no-untyped-def]
    """Set ``albedo`` (3,) to the material's colour at canonical x, y, z; a ``VERTEX`` material keeps what is there. ``bump`` (4,) is scratch."""
    kind = int(row[0])
    if kind == 0:
        return
    first, second, third = 1, 4, 7
    chosen = first
    t = (x * row[11] + y * row[12] + z * row[13]) * row[10] + row[14]
    across = (x * row[12] - y * row[11] + 0.7 * z) * row[10] + row[14]
    mix = 1.0
    if kind == 2:
        chosen = second if np.sin(t) > 0.2 else first
    elif kind == 3:
        lines = (np.sin(t) > 0.35) + (np.sin(across) > 0.35)
        mix = 1.0 - 0.5 * lines
        if np.sin(t * 2.0 + 1.0) > 0.97 or np.sin(across * 2.0 + 1.0) > 0.97:
            chosen, mix = third, 1.0
    elif kind == 4:
        chosen = second if (np.sin(t) > 0) != (np.sin(across) > 0) else first
    elif kind == 5:
        chosen = second if np.sin(t) * np.sin(across) > 0.55 else first
    elif kind == 6:
        sample_noise(noise, x * row[10] * 0.04 + row[14], y * row[10] * 0.04, z * row[10] * 0.04, bump)
        chosen = second if bump[0] > 0.4 else (third if bump[0] < -0.6 else first)
    elif kind == 7:
        height = y * row[12] + abs(x) * row[11]
        chosen = second if height > row[14] else first
        if abs(height - row[14]) < 0.12 * row[10]:
            chosen = third
    elif kind == 8:
        if z > 0.3 and abs(x - row[11]) < row[10] and abs(y - row[14]) < 0.6 * row[10]:
            sample_noise(noise, x * 0.35 + row[14], y * 0.35, 0.3, bump)
            chosen = second if bump[0] > 0 else third
    elif kind == 9:
        sample_noise(noise, x * 0.55, y * 0.035, z * 0.55, bump)
        mix = min(max(0.5 + 0.45 * bump[0], 0.0), 1.0)
    for k in range(3):
        if mix < 1.0 and chosen == first:
            albedo[k] = mix * row[1 + k] + (1.0 - mix) * row[4 + k]
        else:
            albedo[k] = row[chosen + k]
