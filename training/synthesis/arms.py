"""What arms do: a skeleton with a posed trunk goes in, its arms hang, rest on the hips, reach, wave ..."""

from __future__ import annotations

import numpy as np

from training.synthesis.assets import Floats
from training.synthesis.limbs import SIGN, Posing, Side
from training.synthesis.rig import BONE
from training.synthesis.rotation import turn, unit

GESTURES: dict[str, tuple[float, float, float]] = {
    "hang": (0.22, -0.93, 0.1),
    "hip": (0.13, -0.6, 0.08),
    "pocket": (0.25, -0.8, 0.2),
    "phone": (-0.1, 0.2, 0.17),
    "face": (-0.28, 0.16, 0.42),
    "nape": (-0.1, 0.4, -0.1),
    "chest": (-0.16, -0.3, 0.52),
    "crossed": (-0.48, -0.4, 0.36),
    "belly": (-0.22, -0.6, 0.42),
    "back": (-0.2, -0.62, -0.28),
    "up": (0.1, 0.93, 0.05),
    "vee": (0.55, 0.72, 0.0),
    "wave": (0.48, 0.3, 0.2),
    "side": (0.95, 0.0, 0.05),
    "front": (-0.05, -0.05, 0.93),
    "low_front": (0.05, -0.55, 0.68),
    "swing": (0.15, -0.55, 0.4),
    "swing_back": (0.3, -0.6, -0.35),
    "guard": (-0.1, 0.0, 0.45),
}
EVERYDAY = {
    **{
        "hang": 0.27,
        "hip": 0.07,
        "pocket": 0.05,
        "phone": 0.04,
        "face": 0.05,
        "nape": 0.02,
        "chest": 0.07,
        "crossed": 0.04,
        "belly": 0.05,
    },
    **{
        "back": 0.02,
        "up": 0.05,
        "vee": 0.03,
        "wave": 0.03,
        "side": 0.03,
        "front": 0.04,
        "low_front": 0.06,
        "swing": 0.05,
        "free": 0.08,
    },
}
ACTIVE = {
    "up": 0.14,
    "vee": 0.12,
    "side": 0.13,
    "front": 0.13,
    "guard": 0.1,
    "swing": 0.1,
    "swing_back": 0.06,
    "wave": 0.06,
    "hip": 0.04,
    "free": 0.22,
}
_TRIES = 8
_TOGETHER = 0.45


def sample_arms(rng: np.random.Generator, posing: Posing, odds: dict[str, float]) -> None:
    """Set both arms, often alike, by gestures drawn with these odds."""
    names = list(odds)
    odds_of = np.array([odds[name] for name in names])
    first, second = (names[k] for k in rng.choice(len(names), 2, p=odds_of / odds_of.sum()))
    if rng.random() < _TOGETHER or first == "crossed":
        second = first
    sides: tuple[Side, Side] = ("L", "R") if rng.random() < 0.5 else ("R", "L")
    for side, name in zip(sides, (first, second), strict=True):
        gesture(rng, posing, side, name)


def gesture(rng: np.random.Generator, posing: Posing, side: Side, name: str, scatter: float = 0.07) -> None:
    """Set one arm to a named gesture, scattered.

    ``free`` reaches anywhere in front of the trunk or beside it.
    """
    chest = posing.transforms()[BONE["spine01"]]
    length = posing.arm_length()
    shoulder = posing.joints[BONE[f"upperarm01.{side}"]]
    mirror = np.array([SIGN[side], 1.0, 1.0])
    reach = shoulder
    for _ in range(_TRIES):
        offset = _anywhere(rng) if name == "free" else np.array(GESTURES[name]) + rng.normal(0, scatter, 3)
        reach = shoulder + offset * mirror * length
        if not inside_trunk(posing, reach):
            break
    pole = unit(_pole(name) + rng.normal(0, 0.22, 3)) * mirror
    pronation = rng.normal(10, 30) if name != "hang" else rng.normal(35, 20)
    hand = turn(rng.normal(0, 14), rng.normal(0, 10), rng.normal(0, 12))
    turned = chest[:, :3]
    posing.reach(side, turned @ reach + chest[:, 3], turned @ pole, float(np.clip(pronation, -60, 80)), hand)
    fist = rng.random() < 0.25
    posing.curl(
        side,
        float(rng.uniform(55, 85) if fist else np.clip(rng.normal(18, 14), 0, 50)),
        0.0 if fist else float(rng.uniform(0, 6)),
    )


def reach_to(
    rng: np.random.Generator, posing: Posing, side: Side, point: Floats, outward: float = 0.5
) -> None:
    """Put a hand near a point in space (3,), such as a knee or the floor, the elbow out and back."""
    pole = np.array([SIGN[side] * outward, -0.2, -0.6]) + rng.normal(0, 0.15, 3)
    turned = posing.transforms()[BONE["spine01"], :, :3]
    posing.reach(
        side,
        point,
        turned @ pole,
        float(rng.normal(20, 20)),
        turn(rng.normal(0, 15), rng.normal(0, 10), rng.normal(0, 10)),
    )
    posing.curl(side, float(rng.uniform(5, 40)))


def inside_trunk(posing: Posing, point: Floats) -> bool:
    """Whether a point (3,) in the trunk's rest space lies in chest or belly."""
    bottom, top = posing.joints[BONE["root"], 1] - 1.0, posing.joints[BONE["neck01"], 1]
    width = 1.05 * abs(posing.joints[BONE["upperarm01.L"], 0])
    return bool(
        bottom < point[1] < top and (point[0] / width) ** 2 + ((point[2] - 0.2) / (0.8 * width)) ** 2 < 1.0
    )


def _anywhere(rng: np.random.Generator) -> Floats:
    direction = rng.normal(size=3) * [1.0, 1.0, 0.9] + [0.25, 0.0, 0.35]
    return np.asarray(unit(direction) * rng.uniform(0.4, 0.99))


def _pole(name: str) -> Floats:
    """Where the elbow points, for a left arm."""
    if name in ("up", "vee", "phone", "nape"):
        return np.array([0.9, -0.1, -0.1 if name != "nape" else 0.5])
    if name in ("hip", "back"):
        return np.array([0.9, 0.0, -0.6])
    if name in ("front", "side", "guard", "wave"):
        return np.array([0.6, -0.8, -0.2])
    return np.array([0.6, -0.4, -0.7])
