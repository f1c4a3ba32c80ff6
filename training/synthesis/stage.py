"""Places to stand in: sizes and materials go in, floors, walls, boxes and foliage come out (decimetres)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from training.synthesis.assets import Floats, Indices
from training.synthesis.materials import Material
from training.synthesis.raster import vertex_normals
from training.synthesis.shade import Scene


def merge(scenes: Sequence[Scene]) -> Scene:
    """Put scenes into one; the triangles keep their order."""
    vertices = np.cumsum([0, *(len(scene.vertices) for scene in scenes)])
    rows = np.cumsum([0, *(len(scene.materials) for scene in scenes)])
    return Scene(
        vertices=np.concatenate([scene.vertices for scene in scenes]),
        faces=np.concatenate([s.faces + np.int32(k) for s, k in zip(scenes, vertices, strict=False)]),
        canonical=np.concatenate([scene.canonical for scene in scenes]),
        colours=np.concatenate([scene.colours for scene in scenes]),
        material=np.concatenate([s.material + np.int32(k) for s, k in zip(scenes, rows, strict=False)]),
        materials=np.concatenate([scene.materials for scene in scenes]),
        normals=np.concatenate([scene.normals for scene in scenes]),
    )


def solid(vertices: Floats, faces: Indices, material: Material, normals: Floats | None = None) -> Scene:
    """A mesh of one material; its pattern lies in world space."""
    return Scene(
        vertices=vertices,
        faces=faces,
        canonical=vertices,
        colours=np.ones_like(vertices),
        material=np.zeros(len(faces), np.int32),
        materials=material.row()[None],
        normals=vertex_normals(vertices, faces) if normals is None else normals,
    )


def _grid_faces(rows: int, columns: int) -> Indices:
    """Triangles between neighbours of a grid of vertices, row by row."""
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (part.ravel() for part in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]))
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32)


def sheet(origin: Floats, across: Floats, along: Floats, material: Material, cell: float = 6.0) -> Scene:
    """A flat rectangle from a corner (3,) along two edges (3,), in cells fit for a near camera.

    It faces across x along.
    """
    columns = int(np.ceil(np.linalg.norm(across) / cell)) + 1
    rows = int(np.ceil(np.linalg.norm(along) / cell)) + 1
    u, v = np.linspace(0, 1, columns), np.linspace(0, 1, rows)
    points = origin + v[:, None, None] * along + u[None, :, None] * across
    normal = np.cross(across, along)
    normals = np.tile(normal / np.linalg.norm(normal), (rows * columns, 1))
    return solid(points.reshape(-1, 3), _grid_faces(rows, columns), material, normals)


def floor(material: Material, width: float, near: float, far: float) -> Scene:
    """Level ground from z = near back to z = -far."""
    corner = np.array([-width / 2, 0.0, near])
    return sheet(corner, np.array([width, 0.0, 0.0]), np.array([0.0, 0.0, -near - far]), material)


def wall(material: Material, distance: float, width: float, height: float, bottom: float = 0.0) -> Scene:
    """An upright wall across the view at z = -distance."""
    corner = np.array([-width / 2, bottom, -distance])
    return sheet(corner, np.array([width, 0.0, 0.0]), np.array([0.0, height, 0.0]), material)


def sweep(
    material: Material, distance: float, width: float, height: float, radius: float, near: float
) -> Scene:
    """A studio's backdrop: the floor runs into the wall in a curve."""
    angles = np.linspace(0, np.pi / 2, 16)
    curve = [(-distance + radius - radius * np.sin(a), radius - radius * np.cos(a)) for a in angles]
    profile = [(z, 0.0) for z in np.arange(near, -distance + radius, -4.0)] + curve
    profile += [(-distance, y) for y in np.arange(radius + 4.0, height, 4.0)]
    xs = np.linspace(-width / 2, width / 2, 12)
    points = np.array([[(x, y, z) for x in xs] for z, y in profile])
    return solid(points.reshape(-1, 3), _grid_faces(len(profile), len(xs)), material)


def box(centre: Sequence[float], size: Sequence[float], material: Material, yaw: float = 0.0) -> Scene:
    """A box standing on the height centre[1], turned by ``yaw`` degrees.

    ``size`` is its width, height and depth.
    """
    corners = np.array(
        [[-1, 0, 1], [1, 0, 1], [1, 1, 1], [-1, 1, 1], [-1, 0, -1], [1, 0, -1], [1, 1, -1], [-1, 1, -1]]
    )
    sides = ((0, 1, 2, 3), (1, 5, 6, 2), (5, 4, 7, 6), (4, 0, 3, 7), (3, 2, 6, 7), (4, 5, 1, 0))
    half = np.array([size[0] / 2, size[1], size[2] / 2])
    vertices = np.concatenate([corners[list(side)] * half for side in sides])
    faces = np.concatenate([[[k, k + 1, k + 2], [k, k + 2, k + 3]] for k in range(0, 24, 4)]).astype(np.int32)
    c, s = np.cos(np.deg2rad(yaw)), np.sin(np.deg2rad(yaw))
    turned = vertices @ np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]]).T
    return solid(turned + np.asarray(centre), faces, material)


def pole(foot: Sequence[float], radius: float, height: float, material: Material, sides: int = 20) -> Scene:
    """A round post."""
    angles = np.linspace(0, 2 * np.pi, sides)
    ring = np.stack([np.cos(angles), np.zeros(sides), -np.sin(angles)], axis=1)
    levels = [radius * ring + np.asarray(foot) + [0, level, 0] for level in (0.0, height)]
    return solid(np.concatenate(levels), _grid_faces(2, sides), material, np.concatenate([ring, ring]))


def ball(
    centre: Sequence[float], radius: float, material: Material, lumps: float = 0.0, seed: int = 0
) -> Scene:
    """A ball, or with ``lumps`` a bush.

    A sphere whose surface goes in and out by that share of its radius.
    """
    rng = np.random.default_rng(seed)
    polar, azimuth = np.meshgrid(
        np.linspace(0.01, np.pi - 0.01, 64), np.linspace(0, 2 * np.pi, 128), indexing="ij"
    )
    points = np.stack(
        [np.sin(polar) * np.sin(azimuth), np.cos(polar), np.sin(polar) * np.cos(azimuth)], axis=-1
    )
    swell = np.ones(points.shape[:2])
    for _ in range(40):
        swell += lumps * 0.2 * np.sin(points @ rng.normal(0, 9.0, 3) + rng.uniform(0, 6))
    vertices = (points * (radius * swell)[..., None]).reshape(-1, 3) + np.asarray(centre)
    return solid(vertices, _grid_faces(64, 128), material)


def moved(scene: Scene, by: Sequence[float]) -> Scene:
    """A scene elsewhere, its patterns with it."""
    return replace(scene, vertices=scene.vertices + np.asarray(by))
