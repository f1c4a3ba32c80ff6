"""Poses for the sample pictures: a skeleton goes in and stands, squats, runs, sits or waves."""

from __future__ import annotations

import numpy as np

from training.synthesis.arms import gesture, reach_to
from training.synthesis.limbs import SIDES, SIGN, Posing, Side
from training.synthesis.rig import BONE
from training.synthesis.rotation import turn
from training.synthesis.upright import ground


def _arms(posing: Posing, left: str, right: str, scatter: float = 0.0, seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    gesture(rng, posing, "L", left, scatter)
    gesture(rng, posing, "R", right, scatter)


def at_ease(posing: Posing) -> None:
    """Stand with the weight on one leg, a hand on the hip."""
    posing.local[BONE["root"]] = turn(0, 6, 4)
    posing.bend_spine(-1, -4, -7)
    posing.bend_neck(-2, -14, 6)
    ground(np.random.default_rng(3), posing, 0.985, {"L": (0.25, 0.7), "R": (-0.05, -0.1)})
    _arms(posing, "hip", "hang")


def deep_squat(posing: Posing) -> None:
    """Squat with the thighs level and the arms stretched out."""
    posing.local[BONE["root"]] = turn(32, 0, 0)
    posing.bend_spine(-6, 0, 0)
    posing.bend_neck(-22, 0, 0)
    ground(np.random.default_rng(5), posing, 0.46, {"L": (0.7, 1.2), "R": (0.7, 1.2)}, 0.55)
    chest = posing.transforms()[BONE["spine01"]]
    for side in SIDES:
        shoulder = posing.place(f"upperarm01.{side}")
        target = shoulder + np.array([-0.05 * SIGN[side], 0.0, 0.96]) * posing.arm_length()
        posing.reach(side, target, chest[:, :3] @ np.array([SIGN[side] * 0.8, -0.6, 0.0]), 10.0)
        posing.curl(side, 8.0)


def stride(posing: Posing) -> None:
    """Run: mid-stride, hands bent."""
    posing.local[BONE["root"]] = turn(9, -10, 0)
    posing.bend_spine(4, 16, 0)
    posing.bend_neck(-8, -6, 0)
    posing.swing_leg("L", 62, 0, 3, 78, 4)
    posing.swing_leg("R", -14, 2, 3, 42, 30)
    chest = posing.transforms()[BONE["spine01"]]
    hands: dict[Side, tuple[float, float, float]] = {"L": (0.2, -0.62, -0.3), "R": (-0.02, -0.22, 0.5)}
    for side, (out, up, ahead) in hands.items():
        sign = SIGN[side]
        shoulder = posing.joints[BONE[f"upperarm01.{side}"]]
        target = (
            chest[:, :3] @ (shoulder + np.array([sign * out, up, ahead]) * posing.arm_length()) + chest[:, 3]
        )
        posing.reach(side, target, chest[:, :3] @ np.array([sign * 0.4, -0.3, -0.9]), 5.0)
        posing.curl(side, 52.0)


def stroll(posing: Posing) -> None:
    """Walk at leisure."""
    posing.local[BONE["root"]] = turn(1, -5, 0)
    posing.bend_spine(0, 7, 0)
    posing.bend_neck(2, 8, 0)
    ground(np.random.default_rng(8), posing, 0.965, {"L": (-0.35, 1.7), "R": (-0.35, -1.5)}, 0.02)
    _arms(posing, "hang", "swing")


def phone_call(posing: Posing) -> None:
    """Stand with a phone at the ear, the other hand on the hip."""
    posing.local[BONE["root"]] = turn(0, 4, -3)
    posing.bend_spine(2, -6, 3)
    posing.bend_neck(4, 16, 8)
    ground(np.random.default_rng(4), posing, 0.985, {"L": (0.0, 0.0), "R": (0.2, 0.8)})
    _arms(posing, "hip", "hang")
    head = posing.transforms()[BONE["head"]]
    ear = head[:, :3] @ (posing.joints[BONE["head"]] + np.array([-1.15, -0.2, 0.75])) + head[:, 3]
    posing.reach("R", ear, np.array([-0.55, -1.0, 0.1]), -40.0)
    posing.curl("R", 38.0)


def hello(posing: Posing) -> None:
    """Wave."""
    posing.bend_spine(0, 5, 4)
    posing.bend_neck(-2, 6, -6)
    ground(np.random.default_rng(6), posing, 0.985, {"L": (0.1, 0.2), "R": (0.1, 0.0)})
    _arms(posing, "hang", "hang")
    chest = posing.transforms()[BONE["spine01"]]
    shoulder = posing.joints[BONE["upperarm01.L"]]
    target = chest[:, :3] @ (shoulder + np.array([0.42, 0.28, 0.24]) * posing.arm_length()) + chest[:, 3]
    posing.reach("L", target, np.array([0.5, -0.8, -0.1]), 0.0, turn(0, 0, 8))
    posing.curl("L", 4.0, 6.0)


def seated(posing: Posing) -> None:
    """Sit upright, the hands on the thighs."""
    posing.local[BONE["root"]] = turn(-6, 0, 0)
    posing.bend_spine(14, 4, 0)
    posing.bend_neck(-4, 12, 3)
    hips = {side: posing.place(f"upperleg01.{side}") for side in SIDES}
    level = 0.5 * (hips["L"][1] + hips["R"][1]) - 0.475 * posing.leg_length()
    feet: dict[Side, float] = {"L": 0.44, "R": 0.53}
    for side, ahead in feet.items():
        ankle = np.array(
            [hips[side][0] + 0.5 * SIGN[side], level, hips[side][2] + ahead * posing.leg_length()]
        )
        posing.step(side, ankle, np.array([0.25 * SIGN[side], 1.0, 0.6]), turn(0, 8 * SIGN[side], 0))
    rng = np.random.default_rng(2)
    shares: dict[Side, float] = {"L": 0.72, "R": 0.55}
    for side, share in shares.items():
        hip, knee = posing.place(f"upperleg01.{side}"), posing.place(f"lowerleg01.{side}")
        reach_to(rng, posing, side, hip + share * (knee - hip) + [0.0, 1.0, 0.0], 0.7)
        posing.curl(side, 14.0)


def warrior(posing: Posing) -> None:
    """Yoga's second warrior: a wide lunge to the side, the arms level."""
    posing.bend_neck(0, 62, 0)
    hips = {side: posing.place(f"upperleg01.{side}") for side in SIDES}
    floor = hips["L"][1] - 0.66 * posing.leg_length()
    posing.step("L", np.array([hips["L"][0] + 3.9, floor, 0.1]), np.array([1.0, 0.0, 0.12]), turn(0, 86, 0))
    posing.step(
        "R", np.array([hips["R"][0] - 5.0, floor + 0.05, -0.3]), np.array([-0.4, 0.0, 1.0]), turn(0, -22, 0)
    )
    for side in SIDES:
        shoulder = posing.place(f"upperarm01.{side}")
        target = shoulder + np.array([SIGN[side] * 0.985, 0.1, -0.06]) * posing.arm_length()
        posing.reach(side, target, np.array([0.0, -0.5, -1.0]), 25.0)
        posing.curl(side, 3.0)


def jack_height(phase: float) -> float:
    """How far a jumping jack's feet are off the floor (decimetres) at a phase of 0 to 1."""
    return 1.1 * float(np.sin(2 * np.pi * phase) ** 2)


def jack_pose(posing: Posing, phase: float) -> None:
    """A jumping jack: closed with hanging arms at phase 0 and 1, open with the arms overhead at 0.5."""
    opened = 0.5 - 0.5 * float(np.cos(2 * np.pi * phase))
    spring = float(np.sin(2 * np.pi * phase) ** 2)
    posing.local[BONE["root"]] = turn(2, 0, 0)
    posing.bend_spine(2 - 4 * opened, 0, 0)
    posing.bend_neck(-2 - 6 * opened, 0, 0)
    for side in SIDES:
        sign = SIGN[side]
        bent = 10.0 * (1 - spring)
        posing.swing_leg(side, bent, 2.0 + 21.0 * opened, 4.0, 2 * bent, -bent + 28.0 * spring)
        angle = np.deg2rad(-82.0 + 158.0 * opened)
        shoulder = posing.joints[BONE[f"upperarm01.{side}"]]
        chest = posing.transforms()[BONE["spine01"]]
        offset = np.array([sign * np.cos(angle), np.sin(angle), 0.08]) * 0.965 * posing.arm_length()
        pole = np.array([sign * np.sin(angle) * 0.9 + sign * 0.4, -np.cos(angle) * 0.6, -0.75])
        posing.reach(
            side, chest[:, :3] @ (shoulder + offset) + chest[:, 3], chest[:, :3] @ pole, 20.0 - 10.0 * opened
        )
        posing.curl(side, 14.0)
