"""Taking a picture: a set, actors, lights and a camera go in, a picture with true keypoints comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.synthesis.assets import Floats
from training.synthesis.backdrop import Sky, finish, layer, out_of_focus, shrink
from training.synthesis.camera import look_at
from training.synthesis.cast import Actor, Company, Performance
from training.synthesis.keypoints import visibility
from training.synthesis.sample import develop
from training.synthesis.shade import Light, Rendering, Scene, Shadow, View, cast_shadows, render
from training.synthesis.stage import merge

_BEHIND = 2


@dataclass(frozen=True)
class Camera:
    """Where it looks (x, y, z), from how far, at which angles in degrees.

    And how much it sees of the height there.

    ``blur``: how far out of focus infinity is, in pixels of the finished picture; ``exposure``: a factor on
    the light.
    """

    target: tuple[float, float, float]
    distance: float
    frame_height: float
    yaw: float = 0.0
    elevation: float = 0.0
    blur: float = 0.0
    exposure: float = 1.0

    def view(self, size: tuple[int, int]) -> View:
        """The view on a picture of ``size`` (height, width) pixels."""
        height, width = size
        focal = height * self.distance / self.frame_height
        centre = (width / 2, height / 2)
        return look_at(np.array(self.target), self.distance, self.yaw, self.elevation, 0.0, focal, centre)


@dataclass(frozen=True)
class Shot:
    """All that a picture is made of.

    ``size``: (height, width); ``props``: things that stand among the people and throw shadows; ``place``:
    what is around them; ``ambient`` (2, 3): light from above and below that nothing keeps away.
    """

    name: str
    size: tuple[int, int]
    actors: Sequence[Actor]
    props: Sequence[Scene]
    place: Sequence[Scene]
    sky: Sky
    ambient: Floats
    lights: Sequence[Light]
    camera: Camera


@dataclass(frozen=True)
class Truth:
    """One person of a picture: ``keypoints`` (17, 3) x, y in pixels and COCO's visibility.

    ``box`` x, y, width, height; ``area`` in pixels.
    """

    keypoints: NDArray[np.float64]
    box: tuple[float, float, float, float]
    area: float


def take(
    shot: Shot, company: Company, factor: int, first_key: int = 0
) -> tuple[NDArray[np.uint8], list[Truth]]:
    """Render a shot, ``factor`` times supersampled each way: the picture (H, W, 3) RGB and its people."""
    performances = [company.perform(actor, first_key + k) for k, actor in enumerate(shot.actors)]
    front = merge([*(performance.scene for performance in performances), *shot.props])
    shadows = cast_shadows(front.vertices, front.faces, shot.lights)
    view = shot.camera.view(shot.size)
    large = (shot.size[0] * factor, shot.size[1] * factor)
    people = render(front, view.scaled(factor), large, shot.ambient, shot.lights, shadows)
    exposed = Rendering(people.colour * np.float32(shot.camera.exposure), people.nearness, people.owner)
    values, cover = layer(exposed, factor)
    behind = _surroundings(shot, view, min(factor, _BEHIND), shadows)
    picture = finish(values + (1 - cover) * develop(behind), seed=first_key)
    return picture, _truths(performances, people, view, factor)


def _surroundings(shot: Shot, view: View, factor: int, shadows: Sequence[Shadow]) -> NDArray[np.float32]:
    """The place and the sky without the people, as the lens sees them: (H, W, 3) linear RGB."""
    large = (shot.size[0] * factor, shot.size[1] * factor)
    around = render(merge(shot.place), view.scaled(factor), large, shot.ambient, shot.lights, shadows)
    behind = np.where(around.owner[..., None] >= 0, around.colour, shot.sky.seen(view.scaled(factor), large))
    behind = shrink(np.asarray(behind, np.float32), factor) * np.float32(shot.camera.exposure)
    if shot.camera.blur > 0:
        nearness = shrink(around.nearness, factor)
        behind = out_of_focus(behind, nearness, shot.camera.distance, shot.camera.blur)
    return behind


def _truths(performances: Sequence[Performance], people: Rendering, view: View, factor: int) -> list[Truth]:
    """Keypoints, boxes and areas of those who are to be seen."""
    truths = []
    first = 0
    for performance in performances:
        last = first + len(performance.scene.faces)
        mask = (people.owner >= first) & (people.owner < last)
        first = last
        if not mask.any():
            continue
        flags = visibility(performance.places, performance.trunk, view.scaled(factor), people)
        points = np.column_stack([view.project(performance.places)[:, :2], flags])
        points[flags == 0] = 0.0
        rows, columns = np.flatnonzero(mask.any(1)) / factor, np.flatnonzero(mask.any(0)) / factor
        pixel = 1.0 / factor
        size = (columns[-1] - columns[0] + pixel, rows[-1] - rows[0] + pixel)
        truths.append(Truth(points, (columns[0], rows[0], *size), float(mask.sum()) / factor**2))
    return truths
