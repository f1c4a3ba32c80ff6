"""Pictures of scenes: meshes with materials, lights and a view go in, linear colour and depth come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.synthesis.assets import Floats, Indices
from training.synthesis.kernel import kernel
from training.synthesis.patterns import NOISE, Noise, pattern, sample_noise
from training.synthesis.raster import Depth, empty_buffers, rasterise, shadow_map

_BIAS = 0.12
Surface = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """What is drawn.

    ``vertices`` (V, 3): world positions in decimetres; ``faces`` (F, 3); ``canonical`` (V, 3): where patterns
    are looked up; ``colours`` (V, 3): linear RGB; ``material`` (F,): the row of ``materials`` (M,
    materials.WIDTH) of each triangle; ``normals`` (V, 3).
    """

    vertices: Floats
    faces: Indices
    canonical: Floats
    colours: Floats
    material: Indices
    materials: Floats
    normals: Floats


@dataclass(frozen=True)
class Light:
    """A far-away light: ``direction`` (3,) towards it; ``colour`` (3,) linear RGB.

    ``shadow`` its map's size, or 0.
    """

    direction: Floats
    colour: Floats
    shadow: int = 0


@dataclass(frozen=True)
class Shadow:
    """How far things reach towards a light.

    The map ``depth`` (S, S) and the way into it, ``affine`` (3, 4).
    """

    depth: Depth
    affine: Floats


@dataclass(frozen=True)
class View:
    """A camera.

    ``rotation`` (3, 3): world axes to the camera's (x right, y up, z towards the viewer); ``position`` (3,);
    ``focal``, ``centre``: in pixels.
    """

    rotation: Floats
    position: Floats
    focal: float
    centre: tuple[float, float]

    def project(self, points: Floats) -> Floats:
        """World points (N, 3) to (N, 3): x, y in pixels and 1 / distance along the view.

        NaN behind the camera.
        """
        seen = (points - self.position) @ self.rotation.T
        distance = np.where(seen[:, 2] < -0.5, -seen[:, 2], np.nan)
        x = self.centre[0] + self.focal * seen[:, 0] / distance
        y = self.centre[1] - self.focal * seen[:, 1] / distance
        return np.stack([x, y, 1.0 / distance], axis=1)

    def scaled(self, factor: float) -> View:
        """The same view on a picture ``factor`` times as large."""
        centre = (self.centre[0] * factor, self.centre[1] * factor)
        return View(self.rotation, self.position, self.focal * factor, centre)


@dataclass(frozen=True)
class Rendering:
    """A picture before development.

    ``colour`` (H, W, 3) float32: linear RGB, black where nothing is; ``nearness`` (H, W): 1 / distance, 0 for
    nothing; ``owner`` (H, W): the triangle, or -1.
    """

    colour: NDArray[np.float32]
    nearness: Depth
    owner: Indices


def cast_shadows(vertices: Floats, faces: Indices, lights: Sequence[Light]) -> list[Shadow]:
    """What a mesh (V, 3), (F, 3) keeps from each light; lights without a shadow get an empty one."""
    maps = [
        shadow_map(vertices, faces, light.direction, light.shadow) if light.shadow else None
        for light in lights
    ]
    empty = Shadow(np.zeros((0, 0), np.float32), np.zeros((3, 4)))
    return [Shadow(*found) if found else empty for found in maps]


def render(
    scene: Scene,
    view: View,
    size: tuple[int, int],
    ambient: Floats,
    lights: Sequence[Light],
    shadows: Sequence[Shadow],
) -> Rendering:
    """Draw a scene on ``size`` (height, width) pixels.

    ``ambient`` (2, 3): linear RGB of the light from straight above and from straight below; ``shadows``: one
    for each light, of whatever stands in its way.
    """
    nearness, owner = empty_buffers(*size, 0.0)
    projected = view.project(scene.vertices)
    rasterise(projected, scene.faces, nearness, owner)
    rows, columns = np.nonzero(owner >= 0)
    triangles = owner[rows, columns]
    attributes = np.concatenate([scene.vertices, scene.normals, scene.canonical, scene.colours], axis=1)
    pixels = np.stack([columns, rows], axis=1).astype(np.int32)
    material = scene.material[triangles]
    surface = np.empty((len(pixels), 9), np.float32)
    _surfaces(
        pixels,
        scene.faces[triangles],
        projected,
        attributes.astype(np.float32),
        material,
        scene.materials,
        view.position,
        NOISE,
        surface,
    )
    shaded = np.empty((len(pixels), 3), np.float32)
    _ambient(surface, ambient, shaded)
    for light, shadow in zip(lights, shadows, strict=True):
        beam = np.stack([light.direction, light.colour])
        _light(surface, material, scene.materials, view.position, beam, shadow.depth, shadow.affine, shaded)
    colour = np.zeros((*size, 3), np.float32)
    colour[rows, columns] = shaded
    return Rendering(colour, nearness, owner)


@kernel
def _side(a: NDArray[np.float32], b: NDArray[np.float32], c: NDArray[np.float32], eye: Floats) -> float:
    """Whether a triangle shows the side that its corners' normals point to: 1, or -1 for its back."""
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    vx, vy, vz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    outward = nx * (a[3] + b[3] + c[3]) + ny * (a[4] + b[4] + c[4]) + nz * (a[5] + b[5] + c[5])
    towards = nx * (eye[0] - a[0]) + ny * (eye[1] - a[1]) + nz * (eye[2] - a[2])
    return 1.0 if outward * towards >= 0 else -1.0


@kernel
def _surfaces(
    pixels: Indices,
    corners: Indices,
    projected: Floats,
    attributes: NDArray[np.float32],
    material: Indices,
    materials: Floats,
    eye: Floats,
    noise: Noise,
    out: Surface,
) -> None:
    """Fill ``out`` (N, 9) for pixels (N, 2) and their triangles (N, 3): position, shading normal, albedo."""
    values = np.zeros(12)
    bump = np.zeros(4)
    normal = np.zeros(3)
    for i in range(len(pixels)):
        a, b, c = corners[i, 0], corners[i, 1], corners[i, 2]
        ax, ay = projected[a, 0], projected[a, 1]
        bx, by = projected[b, 0] - ax, projected[b, 1] - ay
        cx, cy = projected[c, 0] - ax, projected[c, 1] - ay
        px, py = pixels[i, 0] + 0.5 - ax, pixels[i, 1] + 0.5 - ay
        area = bx * cy - cx * by
        u, v = (px * cy - cx * py) / area, (bx * py - px * by) / area
        wa, wb, wc = (1.0 - u - v) * projected[a, 2], u * projected[b, 2], v * projected[c, 2]
        total = wa + wb + wc
        for k in range(12):
            values[k] = (wa * attributes[a, k] + wb * attributes[b, k] + wc * attributes[c, k]) / total
        row = materials[material[i]]
        point = values[6:9]
        pattern(row, point, noise, bump, values[9:12])
        normal[:] = values[3:6]
        if row[18] > 0:
            upright = row[19] * row[20]
            sample_noise(noise, point[0] * row[19], point[1] * upright, point[2] * row[19], bump)
            normal += row[18] * bump[1:4]
        sign = _side(attributes[a], attributes[b], attributes[c], eye) if row[21] > 0 else 1.0
        normal *= sign / np.sqrt((normal * normal).sum() + 1e-12)
        for k in range(3):
            out[i, k], out[i, 3 + k], out[i, 6 + k] = values[k], normal[k], values[9 + k]


@kernel
def _ambient(surface: Surface, ambient: Floats, out: Surface) -> None:
    """Set ``out`` (N, 3) to the light from above and below, blended by the normal's height."""
    for i in range(len(surface)):
        t = 0.5 + 0.5 * surface[i, 4]
        for k in range(3):
            out[i, k] = surface[i, 6 + k] * (ambient[1, k] + t * (ambient[0, k] - ambient[1, k]))


@kernel
def _passed(place: Floats, depth: Depth, affine: Floats) -> float:
    """How much of a light reaches a point (3,): 0 to 1, from the four nearest cells of its shadow map."""
    x = affine[0, 0] * place[0] + affine[0, 1] * place[1] + affine[0, 2] * place[2] + affine[0, 3] - 0.5
    y = affine[1, 0] * place[0] + affine[1, 1] * place[1] + affine[1, 2] * place[2] + affine[1, 3] - 0.5
    z = affine[2, 0] * place[0] + affine[2, 1] * place[1] + affine[2, 2] * place[2] + 0.5 * _BIAS
    ix, iy = int(np.floor(x)), int(np.floor(y))
    if not (0 <= ix < depth.shape[1] - 1 and 0 <= iy < depth.shape[0] - 1):
        return 1.0
    fx, fy = x - ix, y - iy
    upper = (1 - fx) * (depth[iy, ix] < z) + fx * (depth[iy, ix + 1] < z)
    lower = (1 - fx) * (depth[iy + 1, ix] < z) + fx * (depth[iy + 1, ix + 1] < z)
    return float((1 - fy) * upper + fy * lower)


@kernel
def _shine(point: NDArray[np.float32], row: Floats, eye: Floats, direction: Floats) -> float:
    """Blinn's highlight at a surface point (9,)."""
    distance = np.sqrt((eye[0] - point[0]) ** 2 + (eye[1] - point[1]) ** 2 + (eye[2] - point[2]) ** 2)
    length, along = 0.0, 0.0
    for k in range(3):
        half = (eye[k] - point[k]) / distance + direction[k]
        length += half * half
        along += point[3 + k] * half
    return float(row[15] * max(along / np.sqrt(length), 0.0) ** row[16])


@kernel
def _light(
    surface: Surface,
    material: Indices,
    materials: Floats,
    eye: Floats,
    beam: Floats,
    depth: Depth,
    affine: Floats,
    out: Surface,
) -> None:
    """Add one light to ``out`` (N, 3): wrapped Lambert and a Blinn highlight.

    ``beam`` (2, 3): the light's direction and colour.
    """
    place = np.zeros(3)
    direction = beam[0]
    for i in range(len(surface)):
        row = materials[material[i]]
        cosine = 0.0
        for k in range(3):
            cosine += surface[i, 3 + k] * direction[k]
        diffuse = (cosine + row[17]) / (1.0 + row[17])
        if diffuse <= 0:
            continue
        passed = 1.0
        if len(depth) > 0:
            offset = _BIAS * (1.5 - min(max(cosine, 0.0), 1.0))
            for k in range(3):
                place[k] = surface[i, k] + offset * surface[i, 3 + k]
            passed = _passed(place, depth, affine)
        if passed <= 0:
            continue
        shine = _shine(surface[i], row, eye, direction) if row[15] > 0 and cosine > 0 else 0.0
        for k in range(3):
            out[i, k] += beam[1, k] * passed * (surface[i, 6 + k] * diffuse + shine)
