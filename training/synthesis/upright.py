"""Poses on the feet: a random generator and a skeleton go in, it stands, walks, runs, jumps or bends."""

from __future__ import annotations

import numpy as np

from training.synthesis.arms import ACTIVE, EVERYDAY, gesture, reach_to, sample_arms
from training.synthesis.limbs import SIDES, SIGN, Posing, Side
from training.synthesis.rig import BONE
from training.synthesis.rotation import turn


def look(
    rng: np.random.Generator, posing: Posing, spine: float = 6.0, bend: float = 0.0, twist: float = 10.0
) -> None:
    """Bend trunk and neck at random, the head somewhat against the trunk's bend."""
    posing.bend_spine(bend + rng.normal(3, spine), rng.normal(0, twist), rng.normal(0, 0.7 * spine))
    posing.bend_neck(
        rng.normal(6, 13) - 0.45 * bend, float(np.clip(rng.normal(0, 24), -65, 65)), rng.normal(0, 8)
    )


def ground(
    rng: np.random.Generator,
    posing: Posing,
    height: float,
    feet: dict[Side, tuple[float, float]],
    knees_out: float = 0.15,
) -> None:
    """Stand both feet on a level floor, ``height`` leg lengths under the hips.

    ``feet``: how far outward and forward (decimetres) each is from under its hip.
    """
    length = posing.leg_length()
    moved = posing.transforms()
    hips = {side: posing.place(f"upperleg01.{side}", moved) for side in SIDES}
    floor = 0.5 * (hips["L"][1] + hips["R"][1]) - height * length
    for side, (outward, forward) in feet.items():
        toes = 7.0 + abs(rng.normal(0, 9)) + 12 * max(0.0, outward)
        target = np.array([hips[side][0] + SIGN[side] * outward, floor, hips[side][2] + forward])
        back = max(0.0, -forward - 1.2)
        target[1] += min(1.3, 0.4 * back)
        sole = turn(0, SIGN[side] * toes, 0) @ turn(min(45.0, 16.0 * back), 0, 0)
        out = knees_out + np.sin(np.deg2rad(toes)) + abs(rng.normal(0, 0.08))
        posing.step(side, target, np.array([SIGN[side] * out, 0.0, 1.0]), sole)


def stand(rng: np.random.Generator, posing: Posing) -> None:
    """Stand upright, feet close or apart."""
    posing.local[BONE["root"]] = turn(rng.normal(0, 4), rng.normal(0, 6), rng.normal(0, 3))
    look(rng, posing)
    width = rng.uniform(0.6, 2.6) if rng.random() < 0.25 else abs(rng.normal(0.1, 0.35))
    feet: dict[Side, tuple[float, float]] = {
        side: (width + rng.normal(0, 0.2) - 0.3, rng.normal(0, 0.5)) for side in SIDES
    }
    ground(rng, posing, rng.uniform(0.93, 0.995), feet)
    sample_arms(rng, posing, EVERYDAY)


def walk(rng: np.random.Generator, posing: Posing) -> None:
    """Take a step, arms swinging against the legs or busy."""
    lead = SIDES[rng.integers(2)]
    posing.local[BONE["root"]] = turn(rng.normal(4, 4), SIGN[lead] * -rng.uniform(0, 12), rng.normal(0, 3))
    look(rng, posing, bend=2.0)
    stride = rng.uniform(0.6, 3.6)
    feet: dict[Side, tuple[float, float]] = {
        side: (rng.normal(-0.45, 0.2), (stride if side == lead else -stride) * rng.uniform(0.6, 1.0))
        for side in SIDES
    }
    ground(rng, posing, np.sqrt(max(0.3, 0.985 - (stride / posing.leg_length()) ** 2)), feet, 0.02)
    sample_arms(rng, posing, EVERYDAY)
    if rng.random() < 0.6:
        for side in SIDES:
            gesture(rng, posing, side, "swing_back" if side == lead else "swing")


def run(rng: np.random.Generator, posing: Posing) -> None:
    """Run: one thigh up, the other back, elbows bent."""
    lead = SIDES[rng.integers(2)]
    posing.local[BONE["root"]] = turn(rng.normal(12, 6), SIGN[lead] * -rng.uniform(0, 15), rng.normal(0, 4))
    look(rng, posing, bend=4.0)
    for side in SIDES:
        if side == lead:
            posing.swing_leg(
                side,
                rng.uniform(25, 95),
                rng.normal(0, 4),
                rng.normal(3, 4),
                rng.uniform(35, 115),
                rng.normal(0, 12),
            )
        else:
            posing.swing_leg(
                side,
                rng.uniform(-30, 12),
                rng.normal(0, 4),
                rng.normal(3, 4),
                rng.uniform(8, 105),
                rng.uniform(0, 35),
            )
        gesture(rng, posing, side, "swing_back" if side == lead else "guard", 0.12)


def jump(rng: np.random.Generator, posing: Posing) -> None:
    """Leap or do a jumping jack."""
    posing.local[BONE["root"]] = turn(rng.normal(3, 10), 0, rng.normal(0, 6))
    look(rng, posing, 9.0)
    flexion, knee, apart = rng.uniform(-15, 80), rng.uniform(0, 110), rng.uniform(0, 38)
    for side in SIDES:
        wobble = rng.normal(0, 12)
        posing.swing_leg(
            side,
            flexion + wobble,
            apart,
            rng.normal(5, 6),
            float(np.clip(knee + wobble, 0, 140)),
            rng.uniform(0, 40),
        )
    sample_arms(rng, posing, ACTIVE)


def squat(rng: np.random.Generator, posing: Posing) -> None:
    """Squat at any depth, the trunk leaning forward."""
    depth = rng.uniform(0.0, 1.0)
    posing.local[BONE["root"]] = turn(12 + 30 * depth + rng.normal(0, 8), rng.normal(0, 5), rng.normal(0, 3))
    look(rng, posing, bend=rng.uniform(-10, 20))
    width = rng.uniform(-0.2, 1.6)
    feet: dict[Side, tuple[float, float]] = {
        side: (width + rng.normal(0, 0.1), 0.3 + 1.4 * depth + rng.normal(0, 0.2)) for side in SIDES
    }
    ground(rng, posing, 0.86 - 0.6 * depth, feet, rng.uniform(0.1, 0.8))
    sample_arms(
        rng,
        posing,
        {"front": 0.3, "chest": 0.2, "low_front": 0.2, "guard": 0.1, "up": 0.05, "nape": 0.05, "free": 0.1},
    )


def lunge(rng: np.random.Generator, posing: Posing) -> None:
    """Lunge forward or sideways."""
    lead = SIDES[rng.integers(2)]
    posing.local[BONE["root"]] = turn(rng.normal(8, 10), rng.normal(0, 8), rng.normal(0, 5))
    look(rng, posing, bend=rng.normal(2, 8), twist=18)
    sideways = rng.random() < 0.3
    feet: dict[Side, tuple[float, float]] = {}
    for side in SIDES:
        far = rng.uniform(1.8, 4.2)
        feet[side] = (
            ((far if side != lead else 0.3), rng.normal(0, 0.4))
            if sideways
            else (rng.normal(0, 0.3), far if side == lead else -far)
        )
    ground(rng, posing, rng.uniform(0.5, 0.8), feet)
    sample_arms(rng, posing, ACTIVE if rng.random() < 0.6 else EVERYDAY)


def bend(rng: np.random.Generator, posing: Posing) -> None:
    """Bend down at the hips, hands hanging, on the knees or reaching the floor."""
    depth = rng.uniform(15, 95)
    posing.local[BONE["root"]] = turn(0.65 * depth, rng.normal(0, 6), rng.normal(0, 4))
    look(rng, posing, bend=0.45 * depth, twist=14)
    width = abs(rng.normal(0.1, 0.5))
    feet: dict[Side, tuple[float, float]] = {
        side: (width, 0.6 * np.sin(np.deg2rad(depth)) + rng.normal(0, 0.4)) for side in SIDES
    }
    ground(rng, posing, rng.uniform(0.72, 0.99), feet)
    if rng.random() < 0.25:
        for side in SIDES:
            reach_to(
                rng,
                posing,
                side,
                posing.place(f"lowerleg01.{side}") + np.array([0, 0.3, 0.8]) + rng.normal(0, 0.2, 3),
            )
    elif rng.random() < 0.5:
        for side in SIDES:
            hand = (
                posing.place(f"upperarm01.{side}")
                + rng.normal(0, 0.8, 3)
                + [0, -0.85 * posing.arm_length(), 0.6]
            )
            reach_to(rng, posing, side, hand, 0.8)
    else:
        sample_arms(rng, posing, EVERYDAY)
