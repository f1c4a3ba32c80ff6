"""Per-pixel shading: a z-buffer of triangles with materials and lights goes in, linear colour comes out (numba, one thread)."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from training.synthesis.assets import Floats, Indices
from training.synthesis.materials import NOISE, pattern, sample_noise
from training.synthesis.raster import Depth, empty_buffers, rasterise, shadow_map, vertex_normals

_BIAS = 0.12


@dataclass(frozen=True)
class Scene:
    """What is drawn.

    ``vertices`` (V, 3) world positions in decimetres; ``faces`` (F, 3); ``canonical`` (V, 3) where patterns are looked up; ``colours`` (V, 3)
    linear RGB; ``material`` (F,) the row of ``materials`` (M, materials.WIDTH) of each triangle; ``normals`` (V, 3), or None to average them.
    """

    vertices: Floats
    faces: Indices
    canonical: Floats
    colours: Floats
    material: Indices
    materials: Floats
    normals: Floats | None = None


@dataclass(frozen=True)
class Light:
    """A far-away light: ``direction`` (3,) unit, towards it; ``colour`` (3,) linear RGB; ``shadow`` the size of its map in pixels, 0 for none."""

    direction: Floats
    colour: Floats
    shadow: int = 0


@dataclass(frozen=True)
class View:
    """A camera: ``rotation`` (3, 3) world to camera axes (x right, y up, z towards the viewer), ``position`` (3,), ``focal`` and ``centre`` in pixels."""

    rotation: Floats
    position: Floats
    focal: float
    centre: tuple[float, float]

    def project(self, points: Floats) -> Floats:
        """World points (N, 3) to (N, 3): x, y in pixels and 1 / distance along the view; NaN behind the camera."""
        seen = (points - self.position) @ self.rotation.T
        distance = np.where(seen[:, 2] < -0.5, -seen[:, 2], np.nan)
        x = self.centre[0] + self.focal * seen[:, 0] / distance
        y = self.centre[1] - self.focal * seen[:, 1] / distance
        return np.stack([x, y, 1.0 / distance], axis=1)

    def scaled(self, factor: float) -> View:
        """The same view on a picture ``factor`` times as large."""
        return View(
            self.rotation,
            self.position,
            self.focal * factor,
            (self.centre[0] * factor, self.centre[1] * factor),
        )


@dataclass(frozen=True)
class Rendering:
    """``colour`` (H, W, 3) float32 linear RGB, black where nothing is; ``nearness`` (H, W) 1 / distance, 0 for nothing; ``owner`` (H, W) triangle or -1."""

    colour: NDArray[np.float32]
    nearness: Depth
    owner: Indices


def render(
    scene: Scene, view: View, size: tuple[int, int], ambient: Floats, lights: list[Light]
) -> Rendering:
    """Draw a scene on ``size`` (height, width) pixels.

    ``ambient`` (2, 3): linear RGB of the light from straight above and from straight below.
    """
    normals = scene.normals if scene.normals is not None else vertex_normals(scene.vertices, scene.faces)
    nearness, owner = empty_buffers(*size, 0.0)
    projected = view.project(scene.vertices)
    rasterise(projected, scene.faces, nearness, owner)
    surface = np.zeros((*size, 9), np.float32)
    faces = scene.faces
    attributes = np.concatenate([scene.vertices, normals, scene.canonical, scene.colours], axis=1).astype(
        np.float32
    )
    _surfaces(
        projected, faces, attributes, scene.material, scene.materials, view.position, owner, NOISE, surface
    )
    colour = np.zeros((*size, 3), np.float32)
    _ambient(surface, owner, scene.material, scene.materials, ambient, colour)
    for light in lights:
        if light.shadow:
            depth, affine = shadow_map(scene.vertices, faces, light.direction, light.shadow)
        else:
            depth, affine = np.full((1, 1), -1e9, np.float32), np.zeros((3, 4))
        _light(
            surface,
            owner,
            scene.material,
            scene.materials,
            view.position,
            light.direction,
            light.colour,
            depth,
            affine,
            colour,
        )
    return Rendering(colour, nearness, owner)


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator]
def _surfaces(projected, faces, attributes, material, materials, eye, owner, noise, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` (H, W, 9): position, shading normal, albedo."""
    height, width = owner.shape
    values = np.zeros(12, np.float32)
    bump = np.zeros(4)
    albedo = np.zeros(3)
    for y in range(height):
        for x in range(width):
            f = owner[y, x]
            if f < 0:
                continue
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            ax, ay = projected[a, 0], projected[a, 1]
            area = (projected[b, 0] - ax) * (projected[c, 1] - ay) - (projected[c, 0] - ax) * (
                projected[b, 1] - ay
            )
            px, py = x + 0.5 - ax, y + 0.5 - ay
            u = (px * (projected[c, 1] - ay) - (projected[c, 0] - ax) * py) / area
            v = ((projected[b, 0] - ax) * py - px * (projected[b, 1] - ay)) / area
            wa, wb, wc = (1.0 - u - v) * projected[a, 2], u * projected[b, 2], v * projected[c, 2]
            total = wa + wb + wc
            for k in range(12):
                values[k] = (wa * attributes[a, k] + wb * attributes[b, k] + wc * attributes[c, k]) / total
            row = materials[material[f]]
            albedo[:] = values[9:12]
            pattern(row, values[6], values[7], values[8], noise, bump, albedo)
            nx, ny, nz = values[3], values[4], values[5]
            if row[18] > 0:
                sample_noise(
                    noise, values[6] * row[19], values[7] * row[19] * row[20], values[8] * row[19], bump
                )
                nx, ny, nz = nx + row[18] * bump[1], ny + row[18] * bump[2] * row[20], nz + row[18] * bump[3]
            length = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
            facing = (eye[0] - values[0]) * nx + (eye[1] - values[1]) * ny + (eye[2] - values[2]) * nz
            away = facing < 0 and row[21] > 0
            sign = -1.0 / length if away else 1.0 / length
            for k in range(3):
                out[y, x, k] = values[k]
                out[y, x, 6 + k] = albedo[k]
            out[y, x, 3], out[y, x, 4], out[y, x, 5] = nx * sign, ny * sign, nz * sign


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator]
def _ambient(surface, owner, material, materials, ambient, colour):  # type: ignore[no-untyped-def]
    """Add light from above and below, blended by the normal's height."""
    height, width = owner.shape
    for y in range(height):
        for x in range(width):
            if owner[y, x] < 0:
                continue
            t = 0.5 + 0.5 * surface[y, x, 4]
            glow = materials[material[owner[y, x]], 22]
            for k in range(3):
                colour[y, x, k] += surface[y, x, 6 + k] * (
                    ambient[1, k] + t * (ambient[0, k] - ambient[1, k]) + glow
                )


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator]
def _light(surface, owner, material, materials, eye, direction, light, depth, affine, colour):  # type: ignore[no-untyped-def]
    """Add one light: wrapped Lambert and a Blinn highlight, times what the shadow map lets through (2 x 2 filtered)."""
    height, width = owner.shape
    shadowed = depth.shape[0] > 1
    for y in range(height):
        for x in range(width):
            if owner[y, x] < 0:
                continue
            p0, p1, p2 = surface[y, x, 0], surface[y, x, 1], surface[y, x, 2]
            n0, n1, n2 = surface[y, x, 3], surface[y, x, 4], surface[y, x, 5]
            row = materials[material[owner[y, x]]]
            cosine = n0 * direction[0] + n1 * direction[1] + n2 * direction[2]
            wrap = row[17]
            diffuse = (cosine + wrap) / (1.0 + wrap)
            if diffuse <= 0:
                continue
            passed = 1.0
            if shadowed:
                offset = _BIAS * (1.5 - min(max(cosine, 0.0), 1.0))
                q0, q1, q2 = p0 + n0 * offset, p1 + n1 * offset, p2 + n2 * offset
                sx = affine[0, 0] * q0 + affine[0, 1] * q1 + affine[0, 2] * q2 + affine[0, 3] - 0.5
                sy = affine[1, 0] * q0 + affine[1, 1] * q1 + affine[1, 2] * q2 + affine[1, 3] - 0.5
                sz = affine[2, 0] * q0 + affine[2, 1] * q1 + affine[2, 2] * q2 + affine[2, 3] + 0.5 * _BIAS
                ix, iy = int(np.floor(sx)), int(np.floor(sy))
                if 0 <= ix < depth.shape[1] - 1 and 0 <= iy < depth.shape[0] - 1:
                    fx, fy = sx - ix, sy - iy
                    passed = (1 - fx) * (1 - fy) * (depth[iy, ix] < sz) + fx * (1 - fy) * (
                        depth[iy, ix + 1] < sz
                    )
                    passed += (1 - fx) * fy * (depth[iy + 1, ix] < sz) + fx * fy * (
                        depth[iy + 1, ix + 1] < sz
                    )
            if passed <= 0:
                continue
            shine = 0.0
            if row[15] > 0 and cosine > 0:
                e0, e1, e2 = eye[0] - p0, eye[1] - p1, eye[2] - p2
                length = np.sqrt(e0 * e0 + e1 * e1 + e2 * e2)
                h0, h1, h2 = (
                    e0 / length + direction[0],
                    e1 / length + direction[1],
                    e2 / length + direction[2],
                )
                half = (n0 * h0 + n1 * h1 + n2 * h2) / np.sqrt(h0 * h0 + h1 * h1 + h2 * h2)
                if half > 0:
                    shine = row[15] * half ** row[16]
            for k in range(3):
                colour[y, x, k] += light[k] * passed * (surface[y, x, 6 + k] * diffuse + shine)
