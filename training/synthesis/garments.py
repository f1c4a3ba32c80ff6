"""Garments and hair: fittings and the base mesh go in, pieces that follow any body come out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from training.synthesis.assets import Fitting, Floats, Indices, Mask, Mesh, components, read_fitting, read_obj
from training.synthesis.rig import BONE, Binding, Rig

_TRIM = 300
_OVERLAP = 0.3
_TOP_REACHES = 4.0
_BOTTOM_REACHES = -1.0
_UPPER_ARM = 2.8
_HEM = 0.3
_UNDER = 0.5


@dataclass(frozen=True)
class Garment:
    """A piece of clothing, a pair of shoes or a hair style.

    ``fitting`` places its vertices on a body, ``faces`` (F, 3) join them, ``canonical`` (V, 3) is where they
    lie on the base mesh (patterns are drawn in that space), ``binding`` moves them, ``part`` (V,) numbers its
    connected parts (main cloth 0, trim above).
    """

    name: str
    fitting: Fitting
    faces: Indices
    canonical: Floats
    binding: Binding
    part: Indices


def load_garment(path: Path, base: Floats, rig: Rig) -> Garment:
    """Read one ``.mhclo`` file with its mesh."""
    fitting, mesh_path = read_fitting(path, len(base))
    mesh = read_obj(mesh_path)
    dense = np.einsum("nk,nkb->nb", np.clip(fitting.weights, 0.0, None), rig.weights[fitting.anchors])
    part = components(mesh.faces, len(mesh.vertices))
    return Garment(path.stem, fitting, mesh.faces, fitting.fit(base), Binding.from_dense(dense), part)


def _subset(garment: Garment, name: str, keep: Mask, hidden: Mask) -> Garment:
    """The garment's vertices in ``keep`` and the faces among them, hiding only ``hidden`` of the body."""
    index = np.cumsum(keep) - 1
    faces = index[garment.faces[keep[garment.faces].all(1)]].astype(np.int32)
    fitting = garment.fitting
    fitting = Fitting(
        fitting.anchors[keep], fitting.weights[keep], fitting.offsets[keep], fitting.scales, hidden
    )
    binding = Binding(garment.binding.bones[keep], garment.binding.weights[keep])
    part = components(faces, int(keep.sum())) if len(faces) else np.zeros(int(keep.sum()), np.int32)
    return Garment(name, fitting, faces, garment.canonical[keep], binding, part)


def split_suit(suit: Garment, base: Floats) -> tuple[Garment, Garment] | None:
    """Part a suit into top and bottom where its mesh is two pieces; None where it is one (an overall)."""
    height = suit.canonical[:, 1]
    bottom = np.zeros(len(height), np.bool_)
    for number in range(int(suit.part.max()) + 1):
        piece = suit.part == number
        if height[piece].max() < _TOP_REACHES and height[piece].mean() < 1.0:
            bottom |= piece
    if not bottom.any() or height[~bottom].min() < _BOTTOM_REACHES:
        return None
    top_hides = suit.fitting.hidden & (base[:, 1] > height[~bottom].min() + _OVERLAP)
    bottom_hides = suit.fitting.hidden & (base[:, 1] < height[bottom].max() - _OVERLAP)
    return _subset(suit, suit.name, ~bottom, top_hides), _subset(suit, suit.name, bottom, bottom_hides)


@dataclass(frozen=True)
class Shell:
    """The base mesh's own loose skins, tights and a long skirt, from which plain clothes are cut.

    ``tights`` and ``skirt`` are garments; ``limb`` (tights vertices,) runs along the arm from 0 (shoulder)
    over 1 (elbow) to 2 (wrist) and is negative elsewhere; ``cover`` (base vertices,) is the nearest tights
    vertex of each body vertex, -1 where none is near.
    """

    tights: Garment
    skirt: Garment
    limb: Floats
    cover: Indices


def load_shell(base: Mesh, rig: Rig, body_count: int) -> Shell:
    """Cut the shells out of the base mesh."""
    tights, skirt = (_helper(base, rig, name) for name in ("helper-tights", "helper-skirt"))
    joints = rig.joints(base.vertices)
    limb = np.full(len(tights.canonical), -1.0)
    for side in "LR":
        shoulder, elbow, wrist = (
            joints[BONE[f"{bone}.{side}"]] for bone in ("upperarm01", "lowerarm01", "wrist")
        )
        points = tights.canonical
        weight = sum(
            np.where(tights.binding.bones == BONE[f"{bone}.{side}"], tights.binding.weights, 0.0).sum(1)
            for bone in ("upperarm01", "upperarm02", "lowerarm01", "lowerarm02", "wrist")
        )
        upper = (points - shoulder) @ (elbow - shoulder) / ((elbow - shoulder) @ (elbow - shoulder))
        lower = (points - elbow) @ (wrist - elbow) / ((wrist - elbow) @ (wrist - elbow))
        along = np.where(lower > 0, 1.0 + lower, np.minimum(upper, 1.0))
        limb = np.where(np.asarray(weight) > 0.5, np.maximum(along, 0.0), limb)
    distance, nearest = cKDTree(tights.canonical).query(base.vertices)
    nearest[(distance > _UNDER) | (np.arange(len(nearest)) >= body_count)] = -1
    return Shell(tights, skirt, limb, nearest.astype(np.int32))


def _helper(base: Mesh, rig: Rig, group: str) -> Garment:
    faces = base.faces[base.groups == group]
    used, compact = np.unique(faces, return_inverse=True)
    count = len(used)
    anchors = np.repeat(used[:, None], 3, axis=1).astype(np.int32)
    weights = np.tile([1.0, 0.0, 0.0], (count, 1))
    fitting = Fitting(
        anchors, weights, np.zeros((count, 3)), ((0, 1, 1.0),) * 3, np.zeros(len(base.vertices), np.bool_)
    )
    faces = compact.reshape(faces.shape).astype(np.int32)
    return Garment(
        group,
        fitting,
        faces,
        base.vertices[used],
        Binding.from_dense(rig.weights[used]),
        np.zeros(count, np.int32),
    )


def cut_top(shell: Shell, hem: float, sleeve: float, neck: float) -> Garment:
    """A shirt down to the height ``hem``, open above ``neck`` at the throat.

    Its sleeves go to ``sleeve``: 0 none, 1 to the elbow, 2 to the wrist.
    """
    points = shell.tights.canonical
    trunk = np.minimum(points[:, 1] - hem, neck - points[:, 1] + 0.9 * np.abs(points[:, 0]))
    inside = np.where(shell.limb >= 0, (sleeve - shell.limb) * _UPPER_ARM, trunk)
    if sleeve <= 0:
        inside = np.minimum(trunk, 1.75 - np.abs(points[:, 0]))
    return _cut(shell.tights, "cut-top", inside, shell.cover)


def cut_bottom(shell: Shell, waist: float, hem: float) -> Garment:
    """Shorts or leggings between two heights."""
    height = shell.tights.canonical[:, 1]
    inside = np.where(shell.limb >= 0, -1.0, np.minimum(waist - height, height - hem))
    return _cut(shell.tights, "cut-bottom", inside, shell.cover)


def cut_skirt(shell: Shell, waist: float, hem: float) -> Garment:
    """A skirt between two heights."""
    height = shell.skirt.canonical[:, 1]
    return _cut(
        shell.skirt, "cut-skirt", np.minimum(waist - height, height - hem), np.full_like(shell.cover, -1)
    )


def _cut(cloth: Garment, name: str, inside: Floats, cover: Indices) -> Garment:
    """Keep a shell where ``inside`` (V,) is positive; the body beneath is hidden, but not beneath the hems.

    Vertices just outside are moved along an edge to where the field is zero, so that the hem runs across the
    faces.
    """
    faces = cloth.faces
    keep = (inside > 0)[faces].any(1)
    anchors, weights = cloth.fitting.anchors.copy(), cloth.fitting.weights.copy()
    canonical = cloth.canonical.copy()
    for first, second in ((0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2)):
        a, b = faces[keep, first], faces[keep, second]
        crossing = (inside[a] > 0) & (inside[b] <= 0)
        a, b = a[crossing], b[crossing]
        t = (inside[a] / (inside[a] - inside[b]))[:, None]
        anchors[b, 0], anchors[b, 1] = cloth.fitting.anchors[a, 0], cloth.fitting.anchors[b, 0]
        weights[b, :2] = np.concatenate([1 - t, t], axis=1)
        canonical[b] = (1 - t) * cloth.canonical[a] + t * cloth.canonical[b]
    used, compact = np.unique(faces[keep], return_inverse=True)
    hidden = (cover >= 0) & (inside[cover] > _HEM)
    fitting = Fitting(anchors[used], weights[used], cloth.fitting.offsets[used], cloth.fitting.scales, hidden)
    binding = Binding(cloth.binding.bones[used], cloth.binding.weights[used])
    faces = compact.reshape(-1, 3).astype(np.int32)
    return Garment(name, fitting, faces, canonical[used], binding, np.zeros(len(used), np.int32))
