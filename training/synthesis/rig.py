"""The skeleton: a pose of MakeHuman's bones (merged to 56) goes in, the moved vertices come out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from training.synthesis.assets import Floats, Indices, read_json
from training.synthesis.kernel import kernel

_TRUNK = ("root", "spine05", "spine04", "spine03", "spine02", "spine01", "neck01", "neck02", "neck03", "head")
_LIMBS = (
    *("clavicle", "shoulder01", "upperarm01", "upperarm02", "lowerarm01", "lowerarm02", "wrist"),
    *(
        "finger1-1",
        "finger1-2",
        "finger2-1",
        "finger2-2",
        "finger3-1",
        "finger3-2",
        "finger4-1",
        "finger4-2",
        "finger5-1",
        "finger5-2",
    ),
    *("pelvis", "upperleg01", "upperleg02", "lowerleg01", "lowerleg02", "foot"),
)
BONES: tuple[str, ...] = (*_TRUNK, *(f"{bone}.{side}" for side in "LR" for bone in _LIMBS))
BONE = {name: index for index, name in enumerate(BONES)}
SIDE_SWAP = np.array(
    [BONE[name[:-1] + "LR"["RL".index(name[-1])]] if name[-2] == "." else BONE[name] for name in BONES]
)
INFLUENCES = 4
_REST_LOOSE_WEIGHT = 0.5


@dataclass(frozen=True)
class Binding:
    """What moves each vertex: ``bones`` (V, 4) int32 and ``weights`` (V, 4) float32 that sum to one."""

    bones: Indices
    weights: NDArray[np.float32]

    @classmethod
    def from_dense(cls, dense: Floats) -> Binding:
        """Keep the four strongest bones of (V, bones) weights."""
        bones = np.argsort(-dense, axis=1)[:, :INFLUENCES].astype(np.int32)
        weights = np.take_along_axis(dense, bones, axis=1)
        return cls(bones, (weights / weights.sum(1, keepdims=True)).astype(np.float32))


@dataclass(frozen=True)
class Rig:
    """``parents`` (B,) bone indices, -1 for the root.

    ``heads`` the base vertices whose mean is each bone's joint; ``weights`` (V, B).
    """

    parents: Indices
    heads: tuple[Indices, ...]
    weights: Floats

    def joints(self, body: Floats) -> Floats:
        """The joints (B, 3) of a body at rest, from its base mesh vertices."""
        return np.array([body[head].mean(0) for head in self.heads])

    def transforms(self, rotations: Floats, joints: Floats) -> Floats:
        """Forward kinematics.

        Local rotations (B, 3, 3) and rest joints (B, 3) to affine maps (B, 3, 4) of rest points.
        """
        out = np.empty((len(rotations), 3, 4))
        for bone, parent in enumerate(self.parents):
            if parent < 0:
                turned, place = rotations[bone], joints[bone]
            else:
                turned = out[parent, :, :3] @ rotations[bone]
                place = out[parent, :, :3] @ joints[bone] + out[parent, :, 3]
            out[bone, :, :3] = turned
            out[bone, :, 3] = place - turned @ joints[bone]
        return out


def load_rig(folder: Path, vertices: Floats, body_count: int) -> Rig:
    """Read skeleton and skin weights; base vertices without weights get those of the nearest body vertex."""
    skeleton: dict[str, Any] = read_json(folder / "default.mhskel")
    bones = skeleton["bones"]

    def kept(name: str) -> int:
        while name not in BONE:
            name = bones[name]["parent"]
        return BONE[name]

    dense = np.zeros((len(vertices), len(BONES)))
    weights: dict[str, Any] = read_json(folder / "default_weights.mhw")
    for name, pairs in weights["weights"].items():
        index = np.array([pair[0] for pair in pairs])
        dense[index, kept(name)] += [pair[1] for pair in pairs]
    loose = np.flatnonzero(dense.sum(1) < _REST_LOOSE_WEIGHT)
    _, nearest = cKDTree(vertices[:body_count]).query(vertices[loose])
    dense[loose] = dense[nearest]
    dense /= dense.sum(1, keepdims=True)
    parents = np.array(
        [kept(bones[name]["parent"]) if bones[name]["parent"] else -1 for name in BONES], np.int32
    )
    heads = tuple(np.array(skeleton["joints"][f"{name}____head"], np.int32) for name in BONES)
    return Rig(parents, heads, dense)


@kernel
def skin(vertices: Floats, bones: Indices, weights: NDArray[np.float32], transforms: Floats) -> Floats:
    """Linear blend skinning: rest vertices (V, 3) moved by their four bones' affine maps."""
    out = np.empty_like(vertices)
    for v in range(len(vertices)):
        for row in range(3):
            total = 0.0
            for k in range(bones.shape[1]):
                m = transforms[bones[v, k], row]
                total += weights[v, k] * (
                    m[0] * vertices[v, 0] + m[1] * vertices[v, 1] + m[2] * vertices[v, 2] + m[3]
                )
            out[v, row] = total
    return out
