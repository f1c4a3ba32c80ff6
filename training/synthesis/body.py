"""A random naked body: a random generator goes in, a morphed base mesh with skin colours comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.synthesis.assets import Floats
from training.synthesis.library import BODY_COUNT, Library
from training.synthesis.rig import BONE

Sex = Literal["female", "male"]
Age = Literal["child", "young", "old"]
_ETHNICITIES = ("african", "asian", "caucasian")
_SKIN_TONES = np.array(
    [
        [255, 224, 204],
        [246, 206, 178],
        [233, 186, 150],
        [214, 160, 118],
        [186, 128, 88],
        [150, 96, 62],
        [112, 70, 46],
        [78, 48, 36],
    ]
)
_HAIR_COLOURS = np.array(
    [
        [18, 15, 14],
        [36, 26, 20],
        [62, 42, 28],
        [98, 68, 42],
        [150, 112, 66],
        [206, 174, 120],
        [120, 56, 28],
        [168, 166, 164],
        [226, 222, 214],
    ]
)


def linear(srgb: Floats) -> Floats:
    """8-bit sRGB values to linear light in 0 to 1."""
    return np.asarray((np.clip(srgb, 0, 255) / 255.0) ** 2.2)


@dataclass(frozen=True)
class Traits:
    """Who it is: ``skin`` and ``hair`` linear RGB (3,), ``beard`` and ``makeup`` from 0 to 1."""

    sex: Sex
    age: Age
    ethnicity: Floats
    heaviness: float
    muscle: float
    skin: Floats
    hair: Floats
    beard: float = 0.0
    makeup: float = 0.0


def sample_traits(rng: np.random.Generator) -> Traits:
    """Draw a person of any sex, age, build, skin tone and hair colour."""
    sex: Sex = "female" if rng.random() < 0.5 else "male"
    age: Age = "child" if (u := rng.random()) < 0.12 else ("old" if u < 0.32 else "young")
    tone = rng.uniform(0, len(_SKIN_TONES) - 1)
    low = int(tone)
    skin = _SKIN_TONES[low] * (low + 1 - tone) + _SKIN_TONES[min(low + 1, len(_SKIN_TONES) - 1)] * (
        tone - low
    )
    grey = age == "old" and rng.random() < 0.6
    dark = tone > 4 and rng.random() < 0.8
    hair = _HAIR_COLOURS[rng.integers(7, 9) if grey else (rng.integers(0, 3) if dark else rng.integers(0, 9))]
    return Traits(
        sex=sex,
        age=age,
        ethnicity=rng.dirichlet([0.4, 0.4, 0.4]),
        heaviness=float(np.clip(rng.normal(0.5, 0.25), 0.0, 1.0)),
        muscle=float(np.clip(rng.normal(0.5, 0.25), 0.0, 1.0)),
        skin=linear(skin + rng.normal(0, 5, 3)),
        hair=linear(hair * rng.uniform(0.75, 1.25)),
        beard=float(rng.uniform(0.3, 1.0))
        if sex == "male" and age != "child" and rng.random() < 0.35
        else 0.0,
        makeup=float(rng.uniform(0.2, 1.0))
        if sex == "female" and age != "child" and rng.random() < 0.5
        else 0.0,
    )


def shape(library: Library, traits: Traits) -> Floats:
    """Morph the base mesh: (19158, 3) decimetres."""
    body = library.base.copy()
    for ethnicity, share in zip(_ETHNICITIES, traits.ethnicity, strict=True):
        body += share * library.targets[f"{ethnicity}-{traits.sex}-{traits.age}"]
    age = "old" if traits.age == "old" else "young"
    strength = 0.5 if traits.age == "child" else 1.0
    for muscle, muscle_share in _thirds("muscle", traits.muscle):
        for weight, weight_share in _thirds("weight", traits.heaviness):
            share = muscle_share * weight_share * strength
            if share > 0:
                body += share * library.targets[f"universal-{traits.sex}-{age}-{muscle}-{weight}"]
    return np.asarray(body)


def _thirds(quality: str, value: float) -> list[tuple[str, float]]:
    """Spread a value of 0 to 1 over the morphs min, average and max, so that two neighbours share it."""
    return [
        (f"min{quality}", max(0.0, 1.0 - 2.0 * value)),
        (f"average{quality}", 1.0 - abs(2.0 * value - 1.0)),
        (f"max{quality}", max(0.0, 2.0 * value - 1.0)),
    ]


def skin_colours(library: Library, traits: Traits, rng: np.random.Generator) -> Floats:
    """Linear RGB of the body's vertices (13380, 3): tone, lips, brows, cheeks, stubble."""
    points = library.base[:BODY_COUNT]
    head = library.rig.weights[:BODY_COUNT, BONE["head"]] > 0.5
    hands = sum(library.rig.weights[:BODY_COUNT, BONE[f"wrist.{s}"]] for s in "LR")
    colours = np.tile(traits.skin, (BODY_COUNT, 1))
    colours *= 1.0 + rng.normal(0, 0.02, (BODY_COUNT, 1))
    colours *= 1.0 + np.asarray(hands)[:, None] * np.array([0.04, -0.06, -0.06])
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    front = head & (z > 0.9)

    def spot(cx: float, cy: float, wx: float, wy: float) -> Floats:
        return np.asarray(np.where(front, np.exp(-(((x - cx) / wx) ** 2) - ((y - cy) / wy) ** 2), 0.0))[
            :, None
        ]

    colours *= 1.0 - spot(0.42, 6.95, 0.2, 0.2) * np.array([0.0, 0.14, 0.12])
    lips = np.clip(1.6 * spot(0.0, 6.62, 0.24, 0.085), 0, 1)
    lip = (
        traits.skin * np.array([0.85, 0.5, 0.52]) * (1 - traits.makeup)
        + linear(np.array([170, 40, 55])) * traits.makeup
    )
    colours = colours * (1 - 0.8 * lips) + lip * 0.8 * lips
    colours *= 1.0 - spot(0.31, 7.3, 0.22, 0.12) * (0.25 + 0.35 * traits.makeup)
    arch = 7.5 + 0.05 * (1.0 - ((x - 0.36) / 0.25) ** 2)
    brow = (
        np.where(front, np.exp(-(((x - 0.35) / 0.2) ** 4) - ((y - arch) / 0.045) ** 2), 0.0)[:, None] * 0.85
    )
    colours = colours * (1 - brow) + traits.hair * 0.5 * brow
    if traits.beard > 0:
        line = np.maximum(6.62 + 0.55 * x, 6.8)
        grown = _step((line - y) / 0.035) * _step((y - 6.02) / 0.05) * _step((z - 0.35) / 0.08) * head
        beard = (grown * np.clip(1.0 - 1.6 * lips[:, 0], 0.0, 1.0) * traits.beard)[:, None]
        colours = colours * (1 - 0.85 * beard) + traits.hair * 0.85 * beard
    return np.asarray(np.clip(colours, 0.0, 1.0))


def _step(value: Floats) -> Floats:
    """From 0 to 1 as the value goes from about -3 to 3."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(value, -30.0, 30.0))))
