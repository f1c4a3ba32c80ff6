"""Readers of MakeHuman's files: paths go in, plain arrays come out (decimetres, y up, +x the left hand)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Mesh:
    """A triangulated OBJ file.

    ``vertices`` (V, 3); ``faces`` (F, 3) indices into them; ``groups`` (F,) the name of the OBJ group each
    triangle came from.
    """

    vertices: Floats
    faces: Indices
    groups: NDArray[np.str_]


def read_obj(path: Path) -> Mesh:
    """Read vertices and faces of an OBJ file; polygons are split into fans of triangles."""
    vertices: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    groups: list[str] = []
    group = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(x) for x in rest.split()[:3]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            corners = [int(corner.split("/")[0]) - 1 for corner in rest.split()]
            fan = [(corners[0], corners[k], corners[k + 1]) for k in range(1, len(corners) - 1)]
            faces += fan
            groups += [group] * len(fan)
    return Mesh(np.array(vertices), np.array(faces, np.int32), np.array(groups))


def components(faces: Indices, count: int) -> Indices:
    """Number the connected parts of a mesh: (count,) int32, the largest part first."""
    rows, columns = faces[:, [0, 1]].ravel(), faces[:, [1, 2]].ravel()
    graph = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    order = np.argsort(-np.bincount(labels), kind="stable")
    return np.asarray(np.argsort(order, kind="stable")[labels], np.int32)


def read_target(path: Path, count: int) -> Floats:
    """Read a morph as dense offsets: (count, 3)."""
    offsets = np.zeros((count, 3))
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            index, dx, dy, dz = line.split()[:4]
            offsets[int(index)] = float(dx), float(dy), float(dz)
    return offsets


@dataclass(frozen=True)
class Fitting:
    """How a garment hangs on the base mesh (a ``.mhclo`` file).

    Vertex i lies at ``sum_k weights[i, k] * body[anchors[i, k]] + offsets[i] * scale``, where the scale on
    each axis is the distance between two body vertices over a reference length (``scales``: first vertex,
    second vertex, length; for x, y, z). ``hidden`` (base vertices,) marks the body's vertices under the
    garment.
    """

    anchors: Indices
    weights: Floats
    offsets: Floats
    scales: tuple[tuple[int, int, float], ...]
    hidden: Mask

    def fit(self, body: Floats) -> Floats:
        """Place the garment on a body: (base vertices, 3) in, (garment vertices, 3) out."""
        scale = [
            abs(body[a, axis] - body[b, axis]) / length for axis, (a, b, length) in enumerate(self.scales)
        ]
        fitted = np.einsum("nk,nkc->nc", self.weights, body[self.anchors])
        return np.asarray(fitted + self.offsets * np.array(scale))


def read_fitting(path: Path, count: int) -> tuple[Fitting, Path]:
    """Read a ``.mhclo`` file; returns the fitting and the path of the mesh it belongs to."""
    anchors: list[list[int]] = []
    weights: list[list[float]] = []
    offsets: list[list[float]] = []
    scales = {"x_scale": (0, 1, 1.0), "y_scale": (0, 1, 1.0), "z_scale": (0, 1, 1.0)}
    hidden = np.zeros(count, np.bool_)
    section = ""
    mesh = path.with_suffix(".obj")
    for words in _words(path):
        if words[0] in scales:
            scales[words[0]] = int(words[1]), int(words[2]), float(words[3])
        elif words[0] == "obj_file":
            mesh = path.parent / words[1]
        elif words[0] in ("verts", "delete_verts"):
            section = words[0]
        elif section == "verts" and words[0].isdigit():
            exact = len(words) < 9
            anchors.append([int(words[0])] * 3 if exact else [int(w) for w in words[:3]])
            weights.append([1.0, 0.0, 0.0] if exact else [float(w) for w in words[3:6]])
            offsets.append([0.0, 0.0, 0.0] if exact else [float(w) for w in words[6:9]])
        elif section == "delete_verts" and words[0].isdigit():
            _mark_ranges(hidden, words)
    fitting = Fitting(
        np.array(anchors, np.int32), np.array(weights), np.array(offsets), tuple(scales.values()), hidden
    )
    return fitting, mesh


def _words(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words and words[0] != "#":
            yield words


def _mark_ranges(mask: Mask, words: list[str]) -> None:
    """Set what a ``3 7 - 9`` list names: 3, 7, 8 and 9."""
    for first, last in re.findall(r"(\d+)(?: - (\d+))?", " ".join(words)):
        mask[int(first) : int(last or first) + 1] = True


def read_json(path: Path) -> dict[str, dict[str, object]]:
    """Read a MakeHuman JSON file (skeleton or weights) as a dictionary."""
    loaded = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def read_bvh(path: Path) -> dict[str, Floats]:
    """Read the first frame of a BVH file.

    Each joint's rotation (3, 3), turned from the file's z-up axes to y-up.
    """
    names: list[str] = []
    channels: list[list[str]] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for words in (line.split() for line in lines):
        if words and words[0] in ("ROOT", "JOINT"):
            names.append(words[1])
        elif words and words[0] == "CHANNELS":
            channels.append(words[2:])
    start = next(i for i, line in enumerate(lines) if line.startswith("Frame Time"))
    values = iter(np.deg2rad([float(x) for x in lines[start + 1].split()]))
    y_up = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
    rotations = {}
    for name, axes in zip(names, channels, strict=True):
        rotation = np.eye(3)
        for axis in axes:
            value = next(values)
            if axis.endswith("rotation"):
                rotation = rotation @ axis_rotation(axis[0].lower(), value)
        rotations[name] = y_up @ rotation @ y_up.T
    return rotations


def axis_rotation(axis: str, angle: float) -> Floats:
    """A right-handed rotation (3, 3) by ``angle`` radians about the axis ``x``, ``y`` or ``z``."""
    c, s = np.cos(angle), np.sin(angle)
    i = "xyz".index(axis)
    j, k = (i + 1) % 3, (i + 2) % 3
    rotation = np.eye(3)
    rotation[j, j] = rotation[k, k] = c
    rotation[j, k], rotation[k, j] = -s, s
    return rotation
