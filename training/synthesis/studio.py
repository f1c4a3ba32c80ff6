"""What the sample pictures share: colours as 8-bit sRGB go in, surfaces, clothes and lamps come out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from training.synthesis.assets import Floats
from training.synthesis.backdrop import Sky, lamp
from training.synthesis.body import linear
from training.synthesis.cast import Colour, Piece, fabric, leather
from training.synthesis.materials import Kind, Material
from training.synthesis.shade import Light
from training.synthesis.wardrobe import Slot

Clothes = Mapping[Slot, Piece]
WARM = np.array([1.0, 0.92, 0.8])
COOL = np.array([0.86, 0.94, 1.06])
UPRIGHT = (1.0, 1.0, 0.0)
_WHITE: Colour = (235, 235, 232)
_BLACK: Colour = (0, 0, 0)


def rgb(red: float, green: float, blue: float) -> Floats:
    """An 8-bit sRGB colour as linear light (3,)."""
    return linear(np.array([red, green, blue], float))


def surface(
    kind: Kind,
    a: Colour,
    b: Colour = _BLACK,
    c: Colour = _BLACK,
    frequency: float = 1.0,
    axis: tuple[float, float, float] = (1.0, 0.0, 0.0),
    shine: tuple[float, float] = (0.0, 10.0),
    bumps: tuple[float, float] = (0.0, 0.1),
) -> Material:
    """A material of a place.

    ``shine``: the highlight's strength and gloss; ``bumps``: their depth and frequency.
    """
    colours = linear(np.array([a, b, c], float))
    return Material(
        kind,
        colours,
        frequency,
        axis,
        shine=shine[0],
        gloss=shine[1],
        wrap=0.0,
        wrinkle=bumps[0],
        wrinkle_frequency=bumps[1],
    )


def hair(name: str) -> Piece:
    """A hair style; its colour is the actor's."""
    return Piece(fabric(_BLACK), name)


def shoes(name: str, colour: Colour, sock: Colour = _WHITE) -> Piece:
    """Shoes and socks."""
    return Piece(leather(colour), name, trim=sock)


class Studio:
    """Lamps shared by the pictures: ``detail`` from 1 (a sketch) to 4 multiplies their samples."""

    def __init__(self, detail: int) -> None:
        """Choose how fine the light is."""
        self.shadow = 256 * min(detail, 4)
        self.detail = detail

    def key(self, azimuth: float, height: float, spread: float, colour: Floats) -> list[Light]:
        """A shaping lamp with soft shadows, at degrees to the right and up."""
        return lamp(azimuth, height, spread, colour, 6 * self.detail, self.shadow)

    def dome(self, sky: Sky, strength: float) -> list[Light]:
        """Light from all of the sky, with the shadows under things."""
        return sky.dome(12 * self.detail, strength, self.shadow // 2)
