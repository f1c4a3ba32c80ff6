"""A z-buffer: projected triangles go in, the nearest triangle at each pixel comes out (numba, one thread)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.synthesis.assets import Floats, Indices
from training.synthesis.kernel import kernel

Depth = NDArray[np.float32]


@kernel
def rasterise(points: Floats, faces: Indices, nearness: Depth, owner: Indices) -> None:
    """Draw triangles into a z-buffer, in place.

    ``points`` (V, 3) float64: x, y in pixels (the top-left pixel's corner is 0, 0; samples lie at pixel
    centres) and the nearness, which must be linear in the picture (1 / distance, or minus the distance of a
    parallel view) and larger when nearer; NaN points drop their triangles. ``nearness`` (H, W) and ``owner``
    (H, W), the index of the nearest triangle, keep what lies nearer already.
    """
    height, width = nearness.shape
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, az = points[a, 0], points[a, 1], points[a, 2]
        bx, by, bz = points[b, 0], points[b, 1], points[b, 2]
        cx, cy, cz = points[c, 0], points[c, 1], points[c, 2]
        left, right = min(ax, bx, cx), max(ax, bx, cx)
        top, bottom = min(ay, by, cy), max(ay, by, cy)
        if not (right >= 0 and bottom >= 0 and left < width and top < height):
            continue
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if abs(area) < 1e-9 or not np.isfinite(az + bz + cz):
            continue
        x0, x1 = max(int(np.ceil(left - 0.5)), 0), min(int(np.floor(right - 0.5)), width - 1)
        y0, y1 = max(int(np.ceil(top - 0.5)), 0), min(int(np.floor(bottom - 0.5)), height - 1)
        du_dx, dv_dx = (cy - ay) / area, (ay - by) / area
        du_dy, dv_dy = (ax - cx) / area, (bx - ax) / area
        for y in range(y0, y1 + 1):
            px, py = x0 + 0.5 - ax, y + 0.5 - ay
            u = px * du_dx + py * du_dy
            v = px * dv_dx + py * dv_dy
            for x in range(x0, x1 + 1):
                if u >= -1e-6 and v >= -1e-6 and u + v <= 1.000001:
                    z = az + u * (bz - az) + v * (cz - az)
                    if z > nearness[y, x]:
                        nearness[y, x] = z
                        owner[y, x] = f
                u += du_dx
                v += dv_dx


@kernel
def vertex_normals(vertices: Floats, faces: Indices) -> Floats:
    """Unit normals (V, 3): the mean of the adjoining triangles' normals, weighted by their areas."""
    normals = np.zeros_like(vertices)
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = (
            vertices[b, 0] - vertices[a, 0],
            vertices[b, 1] - vertices[a, 1],
            vertices[b, 2] - vertices[a, 2],
        )
        vx, vy, vz = (
            vertices[c, 0] - vertices[a, 0],
            vertices[c, 1] - vertices[a, 1],
            vertices[c, 2] - vertices[a, 2],
        )
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for corner in (a, b, c):
            normals[corner, 0] += nx
            normals[corner, 1] += ny
            normals[corner, 2] += nz
    for i in range(normals.shape[0]):
        length = np.sqrt(normals[i, 0] ** 2 + normals[i, 1] ** 2 + normals[i, 2] ** 2) + 1e-12
        normals[i] /= length
    return normals


def empty_buffers(height: int, width: int, farthest: float) -> tuple[Depth, Indices]:
    """A z-buffer that holds nothing: nearness ``farthest``, owner -1 everywhere."""
    return np.full((height, width), farthest, np.float32), np.full((height, width), -1, np.int32)


def shadow_map(vertices: Floats, faces: Indices, direction: Floats, size: int) -> tuple[Depth, Floats]:
    """How far the scene reaches towards a far-away light.

    ``direction`` (3,) points from the scene to the light. Returns the map (size, size) of the greatest
    distance towards the light, and the affine map (3, 4) that takes a world point to x, y in the map's pixels
    and that distance.
    """
    up = np.array([0.0, 0.0, 1.0]) if abs(direction[1]) > 0.9 else np.array([0.0, 1.0, 0.0])
    side = np.cross(up, direction)
    side /= np.linalg.norm(side)
    view = np.stack([side, np.cross(direction, side), direction])
    seen = vertices @ view.T
    low, high = seen.min(0), seen.max(0)
    scale = (size - 4) / max(high[0] - low[0], high[1] - low[1])
    affine = np.concatenate([view, np.zeros((3, 1))], axis=1)
    affine[:2] *= scale
    affine[:2, 3] = 2.0 - low[:2] * scale
    buffer, owner = empty_buffers(size, size, -1e9)
    rasterise(vertices @ affine[:, :3].T + affine[:, 3], faces, buffer, owner)
    return buffer, affine
