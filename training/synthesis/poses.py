"""Human poses: a random generator and a skeleton go in, local rotations of all bones within human limits come out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.synthesis.arms import ACTIVE, EVERYDAY, gesture, reach_to, sample_arms
from training.synthesis.assets import Floats
from training.synthesis.limbs import SIGN, Posing, Side
from training.synthesis.rig import BONE, SIDE_SWAP
from training.synthesis.rotation import blend, jitter, turn

SIDES: tuple[Side, Side] = ("L", "R")
Family = Callable[[np.random.Generator, Posing], None]


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
    """Stand both feet on a level floor, ``height`` leg lengths under the hips, at (outward, forward) decimetres from under each hip."""
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
                rng, posing, side, posing.place(f"lowerleg01.{side}") + [0, 0.3, 0.8] + rng.normal(0, 0.2, 3)
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
    """Pose the skeleton in place: one of ``FAMILIES``, or a pose between ``recorded`` ones (P, B, 3, 3); returns what it was."""
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
