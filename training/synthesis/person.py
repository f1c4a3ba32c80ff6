"""A dressed body: traits and garments go in, one mesh with materials and a skeleton comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.synthesis.assets import Floats, Indices
from training.synthesis.body import Traits, linear, shape, skin_colours
from training.synthesis.library import BODY_COUNT, Library
from training.synthesis.materials import Kind, Material
from training.synthesis.raster import vertex_normals
from training.synthesis.rig import BONE, skin
from training.synthesis.shade import Scene
from training.synthesis.wardrobe import Slot, Worn

_HAIR_ROUNDNESS = 1.2


@dataclass(frozen=True)
class Person:
    """A dressed body at rest.

    ``body`` (19158, 3) the morphed base mesh and ``joints`` (B, 3) its joints; ``vertices``, ``canonical``,
    ``colours`` (V, 3), ``faces`` (F, 3) and ``material`` (F,) the mesh to draw, bound by ``bones`` and
    ``weights`` (V, 4); ``strands`` (V,) marks hair.
    """

    body: Floats
    joints: Floats
    vertices: Floats
    canonical: Floats
    colours: Floats
    faces: Indices
    material: Indices
    materials: Floats
    bones: Indices
    weights: NDArray[np.float32]
    strands: NDArray[np.bool_]

    def posed(self, transforms: Floats) -> Scene:
        """Move the mesh with the bones' affine maps (B, 3, 4)."""
        vertices = skin(self.vertices, self.bones, self.weights, transforms)
        normals = vertex_normals(vertices, self.faces)
        head = transforms[BONE["head"]]
        centre = head[:, :3] @ (self.joints[BONE["head"]] + [0.0, 0.5, 0.2]) + head[:, 3]
        outward = vertices[self.strands] - centre
        outward /= np.linalg.norm(outward, axis=1, keepdims=True) + 1e-9
        own = normals[self.strands]
        own = np.where((own * outward).sum(1, keepdims=True) < 0, -own, own) + _HAIR_ROUNDNESS * outward
        normals[self.strands] = own / np.linalg.norm(own, axis=1, keepdims=True)
        return Scene(
            vertices, self.faces, self.canonical, self.colours, self.material, self.materials, normals
        )


def dress(library: Library, traits: Traits, outfit: dict[Slot, Worn], rng: np.random.Generator) -> Person:
    """Shape a body and put the clothes on, leaving out the skin that they hide."""
    body = shape(library, traits)
    hidden = np.zeros(len(body), np.bool_)
    eyes = np.unique(library.eye_faces)
    eye_index = np.zeros(len(body), np.int32)
    eye_index[eyes] = np.arange(len(eyes)) + BODY_COUNT
    drawn = np.concatenate([np.arange(BODY_COUNT), eyes])
    parts = [
        (
            body[drawn],
            library.base[drawn],
            np.concatenate([skin_colours(library, traits, rng), _eye_colours(library, eyes, rng)]),
        )
    ]
    bindings = [(library.binding.bones[drawn], library.binding.weights[drawn])]
    skin_material = Material(Kind.VERTEX, shine=0.035, gloss=9.0, wrap=0.25, two_sided=False)
    materials = [
        skin_material.row(),
        Material(Kind.VERTEX, shine=0.5, gloss=60.0, wrap=0.3, two_sided=False).row(),
    ]
    faces, owners = [eye_index[library.eye_faces]], [np.ones(len(library.eye_faces), np.int32)]
    count = len(drawn)
    strands = [np.zeros(count, np.bool_)]
    for slot, worn in outfit.items():
        garment = worn.garment
        vertices = garment.fitting.fit(body)
        if worn.ease > 0:
            vertices = vertices + worn.ease * vertex_normals(vertices, garment.faces)
        hidden |= garment.fitting.hidden
        parts.append((vertices, garment.canonical, np.ones_like(vertices)))
        bindings.append((garment.binding.bones, garment.binding.weights))
        faces.append(garment.faces + np.int32(count))
        whole = slot in ("top", "bottom", "overall", "hair", "hat")
        second = (garment.part[garment.faces[:, 0]] > (1 if slot == "shoes" else 0)) & (
            slot == "shoes" or not whole
        )
        owners.append(np.where(second, len(materials) + 1, len(materials)).astype(np.int32))
        materials += [worn.cloth.row(), worn.trim.row()]
        strands.append(np.full(len(vertices), slot == "hair"))
        count += len(vertices)
    bare = library.body_faces[~hidden[library.body_faces].any(1)]
    return Person(
        body=body,
        joints=library.rig.joints(body),
        vertices=np.concatenate([part[0] for part in parts]),
        canonical=np.concatenate([part[1] for part in parts]),
        colours=np.concatenate([part[2] for part in parts]),
        faces=np.concatenate([bare, *faces]),
        material=np.concatenate([np.zeros(len(bare), np.int32), *owners]),
        materials=np.array(materials),
        bones=np.concatenate([binding[0] for binding in bindings]),
        weights=np.concatenate([binding[1] for binding in bindings]),
        strands=np.concatenate(strands),
    )


def _eye_colours(library: Library, eyes: Indices, rng: np.random.Generator) -> Floats:
    """White, iris and pupil by the distance from the eyeball's pole."""
    points = library.base[eyes]
    iris = linear(np.array([[70, 45, 25], [50, 30, 18], [80, 100, 120], [80, 95, 60]])[rng.integers(4)])
    colours = np.tile(linear(np.array([222.0, 218.0, 214.0])), (len(eyes), 1))
    for side in (-1, 1):
        eye = points[:, 0] * side > 0
        centre = points[eye].mean(0)
        away = np.linalg.norm(points[:, :2] - centre[:2], axis=1)
        front = eye & (points[:, 2] > centre[2])
        colours[front & (away < 0.075)] = iris
        colours[front & (away < 0.035)] = 0.005
    return colours
