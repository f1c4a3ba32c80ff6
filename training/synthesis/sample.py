"""One synthetic person: a library and a number go in, a picture with alpha, keypoints and a box come out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthesis.body import sample_traits
from training.synthesis.camera import sample_light, sample_view
from training.synthesis.keypoints import Landmarks, keypoint_places, trunk_length, visibility
from training.synthesis.library import Library
from training.synthesis.limbs import Posing
from training.synthesis.person import dress
from training.synthesis.poses import sample_pose
from training.synthesis.shade import cast_shadows, render
from training.synthesis.wardrobe import sample_outfit

SIZE = 224
_SUPERSAMPLING = 2
_SHADOW = 256


@dataclass(frozen=True)
class Sample:
    """A person on nothing.

    ``rgba`` (224, 224, 4) uint8, RGB order, straight alpha; ``keypoints`` (17, 3) float32: x, y in pixels
    (the top-left pixel's corner is 0, 0; outside the picture too) and COCO's visibility (0 outside the
    picture, 1 hidden, 2 seen); ``box`` (4,) float32: x0, y0, x1, y1 of the alpha's extent; ``family`` the
    pose's.
    """

    rgba: NDArray[np.uint8]
    keypoints: NDArray[np.float32]
    box: NDArray[np.float32]
    family: str


def develop(colour: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear light to sRGB values 0 to 255, with soft highlights."""
    white = 2.5
    soft = colour * (1.0 + colour / (white * white)) / (1.0 + 0.35 * colour)
    return np.asarray(255.0 * np.clip(1.18 * soft, 0.0, 1.0) ** np.float32(1 / 2.2), np.float32)


def matte(colour: NDArray[np.float32], covered: NDArray[np.bool_], factor: int) -> NDArray[np.uint8]:
    """Shrink a supersampled picture (H, W, 3) to straight-alpha RGBA (H / factor, W / factor, 4)."""
    alpha = covered.astype(np.float32)
    height, width = alpha.shape
    size = (width // factor, height // factor)
    weight = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    premultiplied = cv2.resize(colour * alpha[..., None], size, interpolation=cv2.INTER_AREA)
    straight = premultiplied / np.maximum(weight, 1e-6)[..., None]
    rgba = np.concatenate([straight, 255.0 * weight[..., None]], axis=2)
    return np.asarray(rgba.round().clip(0, 255), np.uint8)


def make_sample(library: Library, landmarks: Landmarks, number: int) -> Sample:
    """Draw person ``number``; the same library and number give the same picture."""
    rng = np.random.default_rng(number)
    traits = sample_traits(rng)
    person = dress(library, traits, sample_outfit(rng, library, traits), rng)
    posing = Posing(library.rig, person.joints)
    family = sample_pose(rng, posing, library.poses)
    transforms = posing.transforms()
    scene = person.posed(transforms)
    places = keypoint_places(person, landmarks, transforms)
    view = sample_view(rng, scene.vertices, places, SIZE)
    ambient, lights = sample_light(rng, view, _SHADOW)
    side = SIZE * _SUPERSAMPLING
    shadows = cast_shadows(scene.vertices, scene.faces, lights)
    rendering = render(scene, view.scaled(_SUPERSAMPLING), (side, side), ambient, lights, shadows)
    covered = rendering.owner >= 0
    developed = np.zeros_like(rendering.colour)
    developed[covered] = develop(rendering.colour[covered])
    rgba = matte(developed, covered, _SUPERSAMPLING)
    flags = visibility(places, trunk_length(person), view.scaled(_SUPERSAMPLING), rendering)
    keypoints = np.column_stack([np.nan_to_num(view.project(places)[:, :2], nan=-SIZE), flags]).astype(
        np.float32
    )
    rows, columns = np.flatnonzero(rgba[..., 3].any(1)), np.flatnonzero(rgba[..., 3].any(0))
    box = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)
    return Sample(rgba, keypoints, box, family)
