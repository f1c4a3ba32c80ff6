"""COCO's 17 points: a posed body goes in, their places in space and their visibility come out.

MakeHuman's joints are centres of rotation; COCO's annotators click a little elsewhere: the shoulder near the
top of the arm, the hip higher in the groin, the ankle above its joint, the ear at its canal. The shifts are
multiples of the trunk's length (shoulders to hips).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from movenet_cli.core.skeleton import KEYPOINT_NAMES
from training.synthesis.assets import Floats, Indices
from training.synthesis.library import BODY_COUNT, Library
from training.synthesis.person import Person
from training.synthesis.rig import BONE
from training.synthesis.shade import Rendering, View

KEYPOINTS = KEYPOINT_NAMES
_BODY = (
    ("upperarm01", "shoulder01", (0.01, 0.07, 0.0)),
    ("lowerarm01", "upperarm02", (0.0, 0.0, 0.0)),
    ("wrist", "lowerarm02", (0.0, 0.0, 0.0)),
    ("upperleg01", "pelvis", (-0.015, 0.022, 0.0)),
    ("lowerleg01", "upperleg02", (0.0, 0.0, 0.02)),
    ("foot", "lowerleg02", (0.0, 0.055, 0.0)),
)
_REACH = np.array(
    [0.06, 0.05, 0.05, 0.1, 0.1, *[0.25] * 2, *[0.17] * 2, *[0.13] * 2, *[0.34] * 2, *[0.21] * 2, *[0.16] * 2]
)
_NEIGHBOURHOOD = 1
_EAR_DEPTH = 0.03


@dataclass(frozen=True)
class Landmarks:
    """The base vertices (indices) whose mean is each of nose, left eye, right eye, left ear, right ear."""

    face: tuple[Indices, ...]


def find_landmarks(library: Library) -> Landmarks:
    """Find the points of the face on the base mesh by their shape.

    The nose's tip, the eyes' fronts, the ears' middles.
    """
    base = library.base
    head = np.flatnonzero(library.rig.weights[:BODY_COUNT, BONE["head"]] > 0.5)
    eyes = np.unique(library.eye_faces)
    left, right = eyes[base[eyes, 0] > 0], eyes[base[eyes, 0] < 0]
    level = base[left].mean(0)[1]
    middle = head[np.abs(base[head, 0]) < 0.15]
    middle = middle[(base[middle, 1] < level) & (base[middle, 1] > level - 0.7)]
    nose = middle[np.argsort(-base[middle, 2])[:3]]
    fronts = [eye[np.argsort(-base[eye, 2])[:4]] for eye in (left, right)]
    ears = []
    for sign in (1, -1):
        side = head[
            (base[head, 1] < level + 0.2) & (base[head, 1] > level - 0.7) & (np.abs(base[head, 2]) < 0.45)
        ]
        ears.append(side[np.argsort(-sign * base[side, 0])[:60]])
    return Landmarks(tuple(np.asarray(index, np.int32) for index in (nose, *fronts, *ears)))


def keypoint_places(person: Person, landmarks: Landmarks, transforms: Floats) -> Floats:
    """The 17 points in space, in COCO's order: (17, 3) decimetres."""
    places = np.empty((17, 3))
    head = transforms[BONE["head"]]
    trunk = trunk_length(person)
    for k, index in enumerate(landmarks.face):
        inward = trunk * _EAR_DEPTH * (0, 0, 0, -1, 1)[k]
        places[k] = head[:, :3] @ (person.body[index].mean(0) + np.array([inward, 0.0, 0.0])) + head[:, 3]
    for k, (joint, carrier, shift) in enumerate(_BODY):
        for offset, side in enumerate("LR"):
            mirror = np.array([1.0 if side == "L" else -1.0, 1.0, 1.0])
            rest = person.joints[BONE[f"{joint}.{side}"]] + trunk * mirror * shift
            moved = transforms[BONE[f"{carrier}.{side}"]]
            places[5 + 2 * k + offset] = moved[:, :3] @ rest + moved[:, 3]
    return places


def trunk_length(person: Person) -> float:
    """From between the shoulders to between the hips, at rest, in decimetres."""
    shoulder, hip = (
        person.joints[[BONE[f"{bone}.L"], BONE[f"{bone}.R"]]].mean(0) for bone in ("upperarm01", "upperleg01")
    )
    return float(np.linalg.norm(shoulder - hip))


def visibility(places: Floats, trunk: float, view: View, rendering: Rendering) -> NDArray[np.float32]:
    """COCO's flags (17,): 0 outside the picture, 1 hidden, 2 seen.

    A point is seen when the surface drawn at it, or at a pixel beside it, lies within its limb's thickness
    (``_REACH``, in trunk lengths).
    """
    height, width = rendering.nearness.shape
    flags = np.zeros(17, np.float32)
    for k, (x, y, near) in enumerate(view.project(places)):
        if not (np.isfinite(near) and 0 <= x < width and 0 <= y < height):
            continue
        r = _NEIGHBOURHOOD
        column, row = int(x), int(y)
        patch = rendering.nearness[max(0, row - r) : row + r + 1, max(0, column - r) : column + r + 1]
        drawn = patch[patch > 0]
        gap = np.abs(1.0 / drawn - 1.0 / near) if len(drawn) else np.array([np.inf])
        flags[k] = 2.0 if gap.min() < _REACH[k] * trunk else 1.0
    return flags
