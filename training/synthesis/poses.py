"""Human poses: a random generator and a skeleton go in, rotations of all bones come out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.synthesis.assets import Floats
from training.synthesis.grounded import kneel, lie, prone_work, sit, wild
from training.synthesis.limbs import Posing
from training.synthesis.rig import BONE, SIDE_SWAP
from training.synthesis.rotation import blend, jitter, turn
from training.synthesis.upright import bend, jump, lunge, run, squat, stand, walk

Family = Callable[[np.random.Generator, Posing], None]
FAMILIES: dict[str, tuple[Family, float]] = {
    "stand": (stand, 0.22),
    "walk": (walk, 0.11),
    "run": (run, 0.06),
    "jump": (jump, 0.05),
    "squat": (squat, 0.06),
    "lunge": (lunge, 0.06),
    "bend": (bend, 0.06),
    "sit": (sit, 0.14),
    "kneel": (kneel, 0.03),
    "wild": (wild, 0.06),
    "prone_work": (prone_work, 0.03),
    "lie": (lie, 0.05),
}
_RECORDED_SHARE = 0.13


def sample_pose(rng: np.random.Generator, posing: Posing, recorded: Floats) -> str:
    """Pose the skeleton in place: one of ``FAMILIES``, or a pose between ``recorded`` ones (P, B, 3, 3).

    Returns what it was.
    """
    names, odds = list(FAMILIES), np.array([share for _, share in FAMILIES.values()])
    name = names[rng.choice(len(names), p=odds / odds.sum())]
    if rng.random() >= _RECORDED_SHARE:
        FAMILIES[name][0](rng, posing)
        posing.local = jitter(rng, posing.local, 1.5)
        return name
    first, second = rng.integers(0, len(recorded), 2)
    posing.local = blend(recorded[first], recorded[second], rng.uniform(0, 1) if rng.random() < 0.6 else 0.0)
    if rng.random() < 0.5:
        posing.local = mirrored(posing.local)
    posing.local = jitter(rng, posing.local, 5.0)
    facing = posing.local[BONE["root"]] @ np.array([0.0, 0.0, 1.0])
    posing.local[BONE["root"]] = (
        turn(y=-float(np.rad2deg(np.arctan2(facing[0], facing[2])))) @ posing.local[BONE["root"]]
    )
    return "recorded"


def mirrored(rotations: Floats) -> Floats:
    """Swap left and right of a pose (B, 3, 3)."""
    flip = np.diag([-1.0, 1.0, 1.0])
    return np.asarray(flip @ rotations[SIDE_SWAP] @ flip)
