"""What surfaces look like: a kind and its colours go in, one row of numbers for the kernels comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from training.synthesis.assets import Floats

WIDTH = 22


class Kind(IntEnum):
    """How a surface's albedo comes about.

    All but ``VERTEX`` read colours A, B, C and look at canonical coordinates. The first ten are for people,
    the others for the places they are in.
    """

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
    SPECKLE = 10
    PLANKS = 11
    BRICKS = 12
    TILES = 13
    WINDOWS = 14


@dataclass(frozen=True)
class Material:
    """A surface.

    ``colours`` (3, 3): linear RGB A, B, C; ``frequency``: of the pattern, in radians or cells per decimetre;
    ``axis`` (3,): along which it runs; ``phase``: where it begins; ``shine``, ``gloss``: of the highlight;
    ``wrap``: how far light creeps round; ``wrinkle``, ``wrinkle_frequency``, ``wrinkle_stretch``: depth of
    bumps, their number per decimetre and their upright against their level one; ``two_sided``: for hair and
    cloth.
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

    def row(self) -> Floats:
        """The numbers that the kernels read: (WIDTH,) float64."""
        out = np.zeros(WIDTH)
        out[0] = self.kind
        out[1:10] = self.colours.ravel()
        out[10], out[11:14], out[14] = self.frequency, self.axis, self.phase
        out[15:18] = self.shine, self.gloss, self.wrap
        out[18:21] = self.wrinkle, self.wrinkle_frequency, self.wrinkle_stretch
        out[21] = self.two_sided
        return out
