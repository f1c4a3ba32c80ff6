"""What a person wears: a library and a random generator go in, garments with materials come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.synthesis.assets import Floats
from training.synthesis.body import Traits, linear
from training.synthesis.garments import Garment, cut_bottom, cut_skirt, cut_top
from training.synthesis.library import Library
from training.synthesis.materials import Kind, Material

Slot = Literal["top", "bottom", "overall", "shoes", "hair", "hat"]
_PATTERNS = (
    Kind.PLAIN,
    Kind.STRIPES,
    Kind.PLAID,
    Kind.CHECKS,
    Kind.DOTS,
    Kind.CAMOUFLAGE,
    Kind.BLOCKS,
    Kind.PRINT,
)
_TOP_ODDS = (0.42, 0.13, 0.08, 0.03, 0.04, 0.06, 0.08, 0.16)
_BOTTOM_ODDS = (0.76, 0.05, 0.05, 0.02, 0.02, 0.06, 0.04, 0.0)
_GREYS = (14, 24, 36, 60, 110, 170, 215, 245)


@dataclass(frozen=True)
class Worn:
    """A garment with the materials of its main cloth and of its trim.

    ``ease``: by how many decimetres the cloth stands off its fitted place.
    """

    garment: Garment
    cloth: Material
    trim: Material
    ease: float = 0.0


def _of(rng: np.random.Generator, garments: tuple[Garment, ...], likely: str = "") -> Garment:
    """Draw a garment, those whose name begins with ``likely`` three times as often."""
    odds = np.array([3.0 if likely and garment.name.startswith(likely) else 1.0 for garment in garments])
    return garments[rng.choice(len(garments), p=odds / odds.sum())]


def dye(rng: np.random.Generator) -> Floats:
    """A cloth's colour, linear RGB: greys and navy as often as anything else."""
    u = rng.random()
    if u < 0.4:
        return linear(np.full(3, rng.choice(_GREYS)) + rng.normal(0, 6, 3))
    if u < 0.55:
        return linear(np.array([30, 42, 78]) * rng.uniform(0.6, 1.8) + rng.normal(0, 6, 3))
    hue, saturation, value = rng.uniform(0, 6), 0.9 * rng.beta(1.6, 1.6), rng.uniform(0.2, 1.0)
    ramp = np.clip(np.abs((hue + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1, 0, 1)
    return linear(255 * value * (1 - saturation * (1 - ramp)))


def cloth(rng: np.random.Generator, odds: tuple[float, ...], wrinkle: float = 1.0) -> Material:
    """A fabric: colours, pattern, creases and a little shine."""
    kind = _PATTERNS[rng.choice(len(_PATTERNS), p=odds)]
    first = dye(rng)
    second = dye(rng) if rng.random() < 0.7 else np.ones(3) * (0.8 if first.mean() < 0.3 else 0.02)
    colours = np.stack([first, second, dye(rng)])
    axis = (1.0, 0.0, 0.0) if rng.random() < 0.4 else (0.0, 1.0, 0.0)
    frequency, phase = float(rng.uniform(3, 22)), float(rng.uniform(0, 6))
    if kind is Kind.BLOCKS:
        axis, phase, frequency = (
            (float(rng.uniform(-0.8, 0.8)), 1.0, 0.0),
            float(rng.uniform(2.5, 4.8)),
            float(rng.integers(0, 3)),
        )
    elif kind is Kind.PRINT:
        axis, phase, frequency = (
            (float(rng.normal(0, 0.3)), 0.0, 0.0),
            float(rng.uniform(3.2, 4.4)),
            float(rng.uniform(0.3, 0.9)),
        )
    elif kind is Kind.CAMOUFLAGE:
        frequency = float(rng.uniform(2, 9))
    return Material(
        kind,
        colours,
        frequency,
        axis,
        phase,
        shine=float(rng.choice([0.0, 0.02, 0.12], p=[0.6, 0.3, 0.1])),
        gloss=float(rng.uniform(6, 25)),
        wrap=0.15,
        wrinkle=wrinkle * float(rng.uniform(0.1, 0.75)),
        wrinkle_frequency=float(rng.uniform(0.06, 0.16)),
        wrinkle_stretch=float(rng.uniform(0.5, 1.6)),
    )


def plain(colour: Floats, shine: float = 0.05, gloss: float = 12.0) -> Material:
    """One colour, as of leather or plastic."""
    return Material(Kind.PLAIN, np.tile(colour, (3, 1)), shine=shine, gloss=gloss)


def hair_material(colour: Floats) -> Material:
    """Strands between the colour and a darker shade of it."""
    return Material(
        Kind.HAIR,
        np.stack([colour * 1.25, colour * 0.45, colour]),
        shine=0.04 + 0.1 * float(colour.mean()),
        gloss=14.0,
        wrap=0.3,
    )


def _tailored_top(rng: np.random.Generator, library: Library) -> Garment:
    hem = float(rng.choice([-0.8, 0.1, 0.8, 2.8], p=[0.25, 0.42, 0.28, 0.05]))
    sleeve = float(rng.choice([0.0, 0.35, 0.6, 1.0, 1.9], p=[0.25, 0.25, 0.2, 0.05, 0.25]))
    return cut_top(library.shell, hem + rng.normal(0, 0.15), sleeve, float(rng.choice([4.6, 5.1, 5.6, 6.2])))


def _tailored_bottom(rng: np.random.Generator, library: Library, sex: str) -> tuple[Garment, float]:
    """A garment and how far it stands off: leggings, shorts, trousers or a skirt."""
    waist = float(rng.uniform(0.7, 1.6))
    if sex == "female" and rng.random() < 0.3:
        return cut_skirt(library.shell, waist + 0.3, float(rng.uniform(-6.8, -1.4))), 0.0
    hem = float(rng.choice([-0.9, -1.7, -2.8, -4.6, -7.2], p=[0.15, 0.25, 0.2, 0.1, 0.3]))
    return cut_bottom(library.shell, waist, hem + rng.normal(0, 0.15)), float(
        rng.choice([0.01, 0.08, 0.22], p=[0.4, 0.35, 0.25])
    )


def sample_outfit(rng: np.random.Generator, library: Library, traits: Traits) -> dict[Slot, Worn]:
    """Draw clothes, shoes, hair and now and then a hat; everybody is dressed."""
    worn: dict[Slot, Worn] = {}
    trim = plain(dye(rng))
    likely = traits.sex
    if library.overalls and rng.random() < 0.12:
        worn["overall"] = Worn(_of(rng, library.overalls), cloth(rng, _BOTTOM_ODDS), trim)
    else:
        fabric = cloth(rng, _BOTTOM_ODDS)
        if rng.random() < 0.5:
            worn["bottom"] = Worn(_of(rng, library.bottoms, likely), fabric, trim)
        else:
            garment, ease = _tailored_bottom(rng, library, traits.sex)
            worn["bottom"] = Worn(garment, fabric, trim, ease)
        top = fabric if rng.random() < 0.1 else cloth(rng, _TOP_ODDS)
        if rng.random() < 0.55:
            worn["top"] = Worn(_of(rng, library.tops, likely), top, trim, 0.04)
        elif traits.sex == "female" or rng.random() > 0.08:
            worn["top"] = Worn(_tailored_top(rng, library), top, trim, float(rng.choice([0.03, 0.1, 0.25])))
    if rng.random() < 0.85:
        worn["shoes"] = Worn(_of(rng, library.shoes), plain(dye(rng), 0.08), plain(dye(rng)))
    bald = traits.sex == "male" and rng.random() < (0.3 if traits.age == "old" else 0.1)
    if not bald:
        style = "short" if traits.sex == "male" else ""
        worn["hair"] = Worn(
            _of(rng, library.hair, style), hair_material(traits.hair), hair_material(traits.hair)
        )
    if rng.random() < 0.06:
        worn["hat"] = Worn(_of(rng, library.hats), cloth(rng, _BOTTOM_ODDS, 0.2), trim)
    return worn
