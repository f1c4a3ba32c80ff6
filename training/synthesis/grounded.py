"""Other poses: a random generator and a skeleton go in, it sits, kneels, lies, holds a plank or dances."""

from __future__ import annotations

import numpy as np

from training.synthesis.arms import ACTIVE, EVERYDAY, reach_to, sample_arms
from training.synthesis.limbs import SIDES, SIGN, Posing
from training.synthesis.rig import BONE
from training.synthesis.rotation import turn
from training.synthesis.upright import look


def sit(rng: np.random.Generator, posing: Posing) -> None:
    """Sit on a chair or on the floor, legs together, apart, stretched or crossed."""
    lean = rng.normal(-6, 10)
    posing.local[BONE["root"]] = turn(lean, rng.normal(0, 4), rng.normal(0, 3))
    look(rng, posing, bend=rng.uniform(-5, 28))
    floor = rng.random() < 0.25
    apart = abs(rng.normal(8, 10))
    for side in SIDES:
        if floor and rng.random() < 0.7:
            posing.swing_leg(
                side,
                rng.uniform(75, 105) + lean,
                rng.uniform(20, 50),
                rng.uniform(30, 60),
                rng.uniform(85, 135),
                rng.uniform(10, 35),
            )
        elif floor:
            posing.swing_leg(
                side,
                rng.uniform(70, 100) + lean,
                abs(rng.normal(5, 10)),
                rng.normal(8, 8),
                rng.uniform(0, 80),
                rng.uniform(0, 25),
            )
        else:
            knee = float(np.clip(rng.normal(82, 18), 5, 125))
            posing.swing_leg(
                side,
                rng.normal(83, 8) + lean,
                apart + rng.normal(0, 4),
                rng.normal(2, 5),
                knee,
                rng.normal(0, 10),
            )
    if not floor and rng.random() < 0.2:
        _cross_legs(rng, posing)
    if rng.random() < 0.45:
        for side in SIDES:
            knee_at, hip = posing.place(f"lowerleg01.{side}"), posing.place(f"upperleg01.{side}")
            reach_to(
                rng,
                posing,
                side,
                hip + rng.uniform(0.4, 0.95) * (knee_at - hip) + [0, 0.9, 0.2] + rng.normal(0, 0.3, 3),
            )
    else:
        sample_arms(rng, posing, {**EVERYDAY, "hang": 0.06, "low_front": 0.25, "pocket": 0.0})


def _cross_legs(rng: np.random.Generator, posing: Posing) -> None:
    """Lay one leg over the other knee."""
    side = SIDES[rng.integers(2)]
    if rng.random() < 0.5:
        posing.swing_leg(
            side,
            rng.uniform(98, 112),
            rng.uniform(-22, -12),
            rng.normal(0, 6),
            rng.uniform(60, 95),
            rng.uniform(10, 35),
        )
    else:
        posing.swing_leg(
            side,
            rng.uniform(88, 100),
            rng.uniform(30, 45),
            rng.uniform(50, 70),
            rng.uniform(85, 105),
            rng.uniform(0, 20),
        )


def kneel(rng: np.random.Generator, posing: Posing) -> None:
    """Kneel on one knee or both."""
    posing.local[BONE["root"]] = turn(rng.normal(4, 10), rng.normal(0, 5), 0)
    look(rng, posing, bend=rng.uniform(-5, 35))
    both = rng.random() < 0.5
    lead = SIDES[rng.integers(2)]
    for side in SIDES:
        if not both and side == lead:
            posing.swing_leg(
                side,
                rng.normal(88, 10),
                rng.normal(8, 8),
                rng.normal(5, 6),
                rng.normal(92, 12),
                rng.normal(0, 10),
            )
        else:
            posing.swing_leg(
                side,
                rng.uniform(-5, 60) if both else rng.normal(0, 8),
                rng.normal(6, 5),
                0,
                rng.uniform(85, 148),
                rng.uniform(10, 50),
            )
    sample_arms(rng, posing, {**EVERYDAY, "low_front": 0.2, "free": 0.15})


def wild(rng: np.random.Generator, posing: Posing) -> None:
    """Dance, kick, balance: each joint anywhere in its range."""
    posing.local[BONE["root"]] = turn(rng.normal(4, 18), rng.normal(0, 10), rng.normal(0, 12))
    look(rng, posing, 14.0, bend=rng.normal(4, 14), twist=22)
    for side in SIDES:
        free = rng.random() < 0.6
        flexion = rng.uniform(-25, 110) if free else rng.normal(8, 8)
        knee = rng.uniform(0, 130) * (1.0 if flexion > 0 else 0.8) if free else abs(rng.normal(8, 10))
        posing.swing_leg(
            side,
            flexion,
            rng.uniform(-10, 50) if free else rng.normal(4, 5),
            rng.normal(8, 14),
            knee,
            rng.uniform(-10, 35),
        )
    sample_arms(rng, posing, ACTIVE)


def prone_work(rng: np.random.Generator, posing: Posing) -> None:
    """Plank, push-up, downward dog, hands and knees: the hands on the floor in front of the trunk."""
    kind = rng.choice(["plank", "fours", "dog"])
    pitch = {"plank": rng.normal(78, 6), "fours": rng.normal(84, 8), "dog": rng.normal(125, 10)}[kind]
    posing.local[BONE["root"]] = turn(pitch, 0, 0)
    look(rng, posing, 4.0, twist=4)
    posing.bend_neck(rng.normal(-15, 18), rng.normal(0, 15), 0)
    flexion, knee = {
        "plank": (rng.normal(0, 6), 4.0),
        "fours": (rng.normal(85, 10), 88.0),
        "dog": (rng.normal(85, 10), 8.0),
    }[kind]
    for side in SIDES:
        posing.swing_leg(
            side,
            flexion + rng.normal(0, 3),
            rng.normal(5, 4),
            2,
            knee + rng.normal(0, 5),
            rng.uniform(-25, 5),
        )
        chest = posing.transforms()[BONE["spine01"]]
        ahead = {"plank": 0.0, "fours": 0.1, "dog": 0.85}[kind]
        depth = rng.uniform(0.5, 0.97) if kind == "plank" else 0.95
        offset = (
            np.array([SIGN[side] * rng.uniform(0.0, 0.25), ahead + rng.normal(0, 0.08), depth])
            * posing.arm_length()
        )
        hand = chest[:, :3] @ (posing.joints[BONE[f"upperarm01.{side}"]] + offset) + chest[:, 3]
        reach_to(rng, posing, side, hand, 0.9)


def lie(rng: np.random.Generator, posing: Posing) -> None:
    """Lie on the back, the belly or a side, or float."""
    look(rng, posing, 6.0, bend=rng.normal(3, 10), twist=12)
    curled = rng.random() < 0.4
    for side in SIDES:
        flexion = rng.uniform(20, 105) if curled else rng.normal(8, 12)
        knee = rng.uniform(20, 125) if curled else abs(rng.normal(8, 15))
        posing.swing_leg(side, flexion, rng.normal(6, 10), rng.normal(8, 12), knee, rng.uniform(5, 40))
    sample_arms(rng, posing, {**EVERYDAY, "nape": 0.1, "up": 0.1, "free": 0.2, "belly": 0.15})
    supine = rng.choice([-90.0, 90.0, 0.0], p=[0.5, 0.25, 0.25])
    roll = rng.normal(0, 14) if supine else rng.choice([-90.0, 90.0]) + rng.normal(0, 15)
    posing.local[BONE["root"]] = turn(supine + rng.normal(0, 8), 0, 0) @ turn(
        0, roll if supine else 0, 0 if supine else roll
    )
