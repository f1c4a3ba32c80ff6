"""Arms and legs that reach: a skeleton and targets go in, the limbs' rotations that get there come out."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.spatial.transform import Rotation

from training.synthesis.assets import Floats
from training.synthesis.rig import BONE, BONES, Rig
from training.synthesis.rotation import frame, power, split_twist, turn, unit

Side = Literal["L", "R"]
SIDES: tuple[Side, Side] = ("L", "R")
SIGN: dict[Side, float] = {"L": 1.0, "R": -1.0}
_FORWARD = np.array([0.0, 0.0, 1.0])


def two_bones(
    start: Floats, target: Floats, lengths: tuple[float, float], pole: Floats
) -> tuple[Floats, Floats]:
    """Bend two bones so that their end meets the target.

    Returns the middle joint, pushed towards the direction ``pole``, and the end: (3,) each.

    A target out of reach is moved onto the reach, along its direction.
    """
    a, b = lengths
    distance = float(np.clip(np.linalg.norm(target - start), abs(a - b) + 0.15 * b, 0.9995 * (a + b)))
    along = unit(target - start)
    sideways = pole - along * (pole @ along)
    if np.linalg.norm(sideways) < 1e-6:
        sideways = np.cross(along, [0.31, 0.17, 0.93])
    cosine = (a * a + distance * distance - b * b) / (2 * a * distance)
    middle = start + a * (cosine * along + np.sqrt(max(0.0, 1 - cosine * cosine)) * unit(sideways))
    return middle, start + along * distance


class Posing:
    """A skeleton being posed.

    ``local`` (B, 3, 3) are the rotations so far, all axes as at rest (x left, y up, z forward).
    """

    def __init__(self, rig: Rig, joints: Floats) -> None:
        """Begin at rest, with the joints (B, 3) of one body."""
        self.rig = rig
        self.joints = joints
        self.local = np.tile(np.eye(3), (len(BONES), 1, 1))

    def transforms(self) -> Floats:
        """The bones' affine maps (B, 3, 4) of the pose so far."""
        return self.rig.transforms(self.local, self.joints)

    def length(self, first: str, second: str) -> float:
        """The distance between two joints at rest."""
        return float(np.linalg.norm(self.joints[BONE[first]] - self.joints[BONE[second]]))

    def place(self, bone: str, transforms: Floats | None = None) -> Floats:
        """Where a joint is now: (3,)."""
        moved = self.transforms() if transforms is None else transforms
        return np.asarray(moved[BONE[bone], :, :3] @ self.joints[BONE[bone]] + moved[BONE[bone], :, 3])

    def arm_length(self) -> float:
        """Shoulder to wrist of a straight arm."""
        return self.length("upperarm01.L", "lowerarm01.L") + self.length("lowerarm01.L", "wrist.L")

    def leg_length(self) -> float:
        """Hip to ankle of a straight leg."""
        return self.length("upperleg01.L", "lowerleg01.L") + self.length("lowerleg01.L", "foot.L")

    def bend_spine(self, x: float, y: float, z: float) -> None:
        """Spread a bend (degrees: forward, to the left, sideways) over the five bones of the spine."""
        for bone in ("spine05", "spine04", "spine03", "spine02", "spine01"):
            self.local[BONE[bone]] = turn(x / 5, y / 5, z / 5)

    def bend_neck(self, x: float, y: float, z: float) -> None:
        """Spread a bend (degrees: nod, turn left, tilt) over neck and head."""
        for bone in ("neck01", "neck02", "neck03", "head"):
            self.local[BONE[bone]] = turn(x / 4, y / 4, z / 4)

    def shrug(self, side: Side, target: Floats) -> None:
        """Let the collar bone follow an arm that goes to the target (3,), up and forward."""
        moved = self.transforms()
        chest = moved[BONE["spine01"], :, :3]
        towards = chest.T @ unit(target - self.place(f"upperarm01.{side}", moved))
        up = max(0.0, float(towards[1]) + 0.2) * 22.0
        across = float(np.clip(towards[2] - 0.4 * towards[0] * SIGN[side], -0.5, 1.0)) * 9.0
        self.local[BONE[f"clavicle.{side}"]] = turn(0.0, -SIGN[side] * across, SIGN[side] * up)

    def reach(
        self, side: Side, target: Floats, pole: Floats, pronation: float = 0.0, wrist: Floats | None = None
    ) -> None:
        """Bring a wrist to the target (3,), the elbow towards ``pole``.

        ``pronation`` degrees turn the palm, ``wrist`` (3, 3) bends the hand.
        """
        self.shrug(side, target)
        moved = self.transforms()
        shoulder = self.place(f"upperarm01.{side}", moved)
        lengths = (
            self.length(f"upperarm01.{side}", f"lowerarm01.{side}"),
            self.length(f"lowerarm01.{side}", f"wrist.{side}"),
        )
        elbow, end = two_bones(shoulder, target, lengths, pole)
        rest_shoulder, rest_elbow, rest_wrist = (
            self.joints[BONE[f"{b}.{side}"]] for b in ("upperarm01", "lowerarm01", "wrist")
        )
        rest_upper, rest_lower = rest_elbow - rest_shoulder, rest_wrist - rest_elbow
        rest_hinge = np.cross(rest_upper, rest_lower)
        upper, lower = elbow - shoulder, end - elbow
        hinge = -np.cross(upper, pole)
        turned_upper = frame(upper, hinge) @ frame(rest_upper, rest_hinge).T
        turned_lower = frame(lower, hinge) @ frame(rest_lower, rest_hinge).T
        parent = moved[BONE[f"shoulder01.{side}"], :, :3]
        swing, twist = split_twist(parent.T @ turned_upper, unit(rest_upper))
        self.local[BONE[f"upperarm01.{side}"]] = swing @ power(twist, 0.5)
        self.local[BONE[f"upperarm02.{side}"]] = power(twist, 0.5)
        self.local[BONE[f"lowerarm01.{side}"]] = turned_upper.T @ turned_lower
        half = self._about(unit(rest_lower), SIGN[side] * pronation / 2)
        self.local[BONE[f"lowerarm02.{side}"]] = half
        self.local[BONE[f"wrist.{side}"]] = half if wrist is None else half @ wrist

    @staticmethod
    def _about(axis: Floats, degrees: float) -> Floats:
        return np.asarray(Rotation.from_rotvec(axis * np.deg2rad(degrees)).as_matrix())

    def curl(self, side: Side, degrees: float, spread: float = 0.0) -> None:
        """Bend the fingers towards the palm, each joint by so much and the thumb by half.

        ``spread`` fans them out.
        """
        wrist, thumb = self.joints[BONE[f"wrist.{side}"]], self.joints[BONE[f"finger1-2.{side}"]]
        for finger in range(1, 6):
            base, tip = (self.joints[BONE[f"finger{finger}-{k}.{side}"]] for k in (1, 2))
            along = unit(tip - base)
            palm = thumb - wrist if finger > 1 else self.joints[BONE[f"finger4-1.{side}"]] - thumb
            palm = unit(palm - along * (palm @ along))
            axis = np.cross(along, palm)
            amount = degrees if finger > 1 else 0.5 * degrees
            fan = self._about(palm, spread * (finger - 3) * SIGN[side]) if finger > 1 else np.eye(3)
            self.local[BONE[f"finger{finger}-1.{side}"]] = fan @ self._about(axis, amount)
            self.local[BONE[f"finger{finger}-2.{side}"]] = self._about(axis, 1.2 * amount)

    def step(self, side: Side, target: Floats, pole: Floats, sole: Floats) -> None:
        """Bring an ankle to the target (3,), the knee towards ``pole``.

        ``sole`` (3, 3) turns the foot; the identity is flat and ahead.
        """
        hip = self.place(f"upperleg01.{side}")
        lengths = (
            self.length(f"upperleg01.{side}", f"lowerleg01.{side}"),
            self.length(f"lowerleg01.{side}", f"foot.{side}"),
        )
        knee, end = two_bones(hip, target, lengths, pole)
        self._set_leg(side, knee - hip, end - knee, pole)
        moved = self.transforms()
        shin = moved[BONE[f"lowerleg02.{side}"], :, :3]
        wanted = shin.T @ sole
        limit = np.deg2rad(50.0)
        angle = float(np.arccos(np.clip((np.trace(wanted) - 1) / 2, -1, 1)))
        self.local[BONE[f"foot.{side}"]] = power(wanted, min(1.0, limit / max(angle, 1e-6)))

    def _set_leg(self, side: Side, upper: Floats, lower: Floats, pole: Floats) -> None:
        rest_hip, rest_knee, rest_ankle = (
            self.joints[BONE[f"{b}.{side}"]] for b in ("upperleg01", "lowerleg01", "foot")
        )
        rest_upper, rest_lower = rest_knee - rest_hip, rest_ankle - rest_knee
        rest_hinge = -np.cross(rest_upper, _FORWARD)
        hinge = -np.cross(upper, pole)
        turned_upper = frame(upper, hinge) @ frame(rest_upper, rest_hinge).T
        turned_lower = frame(lower, hinge) @ frame(rest_lower, rest_hinge).T
        parent = self.transforms()[BONE[f"pelvis.{side}"], :, :3]
        swing, twist = split_twist(parent.T @ turned_upper, unit(rest_upper))
        self.local[BONE[f"upperleg01.{side}"]] = swing @ power(twist, 0.5)
        self.local[BONE[f"upperleg02.{side}"]] = power(twist, 0.5)
        self.local[BONE[f"lowerleg01.{side}"]] = turned_upper.T @ turned_lower

    def swing_leg(
        self, side: Side, flexion: float, abduction: float, rotation: float, knee: float, ankle: float
    ) -> None:
        """Set a leg by angles in degrees: thigh forward, outward, turned outward; knee bent; toes down."""
        sign = SIGN[side]
        self.local[BONE[f"upperleg01.{side}"]] = turn(-flexion, sign * rotation, sign * abduction)
        self.local[BONE[f"upperleg02.{side}"]] = np.eye(3)
        self.local[BONE[f"lowerleg01.{side}"]] = turn(knee, 0.0, 0.0)
        self.local[BONE[f"foot.{side}"]] = turn(ankle, 0.0, 0.0)
