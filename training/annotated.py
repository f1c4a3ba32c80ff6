"""Pictures with annotated people in, shards of crops out: annotated keypoints over the teacher's heat."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from training.decoding import FloatArray
from training.people import Person
from training.pictures import read_picture
from training.real import (
    MIN_SIDE,
    SEED,
    SIDE,
    Scene,
    View,
    anywhere,
    around,
    cut,
    label_views,
    people_in_view,
    write_backgrounds,
    write_people,
)
from training.samples import STRIDE, draw_heat, with_centers
from training.teacher import SIZE, Teacher

#: Heat at a keypoint that the annotators saw, and at one that they knew to be there behind something.
SEEN, COVERED = 0.9, 0.6
#: Fewer annotated keypoints do not make a target.
MIN_KEYPOINTS = 5
#: Shares of the crops: around a person, a part of the picture or all of it, anywhere.
SHARES = (0.42, 0.46, 0.12)
#: The teacher agrees with the annotators when its peak is within this part of the person's side.
AGREED = 0.1

Heat = npt.NDArray[np.uint8]


def read_scenes(coco: Path) -> list[Scene]:
    """The pictures of a folder with `person_keypoints.json` and `images`, with their annotated people."""
    annotations = json.loads((coco / "person_keypoints.json").read_text())
    people: dict[int, list[Person]] = defaultdict(list)
    for one in annotations["annotations"]:
        if one["num_keypoints"] > 0 and not one["iscrowd"]:
            people[one["image_id"]].append(_person(one))
    return [
        Scene(read_picture(coco / "images" / image["file_name"]), people[image["id"]], video=False)
        for image in annotations["images"]
    ]


def _person(annotation: dict[str, Any]) -> Person:
    keypoints = np.array(annotation["keypoints"], float).reshape(17, 3)
    keypoints[:, 2] = np.choose(keypoints[:, 2].astype(int), (0, COVERED, SEEN))
    points = keypoints[keypoints[:, 2] > 0, :2]
    low, high = points.min(axis=0), points.max(axis=0)
    if len(points) >= MIN_KEYPOINTS:
        corner, extent = np.split(np.array(annotation["bbox"], float), 2)
        low, high = np.minimum(low, corner), np.maximum(high, corner + extent)
    x, y = (low + high) / 2
    return Person(keypoints, float(x), float(y), float(max(high - low)))


def sample_views(rng: np.random.Generator, scenes: list[Scene], count: int) -> list[View]:
    """Random crops: around a person, as second passes see them; whole pictures, as first ones do; others."""
    targets = [(scene, [p for p in scene.people if _is_target(p)]) for scene in scenes]
    pictures = [(scene, people) for scene, people in targets if people]
    pairs = [(scene, person) for scene, people in pictures for person in people]
    views = []
    for kind in rng.choice(3, size=count, p=SHARES):
        if kind == 0:
            views.append(around(rng, *pairs[rng.integers(len(pairs))]))
        elif kind == 1:
            scene, people = pictures[rng.integers(len(pictures))]
            area = np.array([person.side for person in people]) ** 2
            views.append(_framed(rng, scene, people[rng.choice(len(people), p=area / area.sum())]))
        else:
            views.append(anywhere(rng, scenes[rng.integers(len(scenes))]))
    return views


def _is_target(person: Person) -> bool:
    return person.side > MIN_SIDE and bool((person.keypoints[:, 2] > 0).sum() >= MIN_KEYPOINTS)


def _framed(rng: np.random.Generator, scene: Scene, person: Person) -> View:
    """The padded picture in half of the cases, else a square of it that has the person somewhere."""
    height, width = scene.picture.shape[:2]
    longer, angle = max(height, width), float(rng.normal(0, 4))
    if rng.random() < 0.5:
        x, y = np.array([width, height]) * (0.5 + rng.normal(0, 0.02, 2))
        return View(scene, x, y, longer * rng.uniform(0.92, 1.08), angle, person)
    nearest = min(1.5 * person.side, longer)
    side = float(np.exp(rng.uniform(np.log(nearest), np.log(1.05 * longer))))
    slack = max(side - person.side, 0) / 2
    x, y = (_middle(rng, at, slack, side, length) for at, length in ((person.x, width), (person.y, height)))
    return View(scene, x, y, side, angle, person)


def _middle(rng: np.random.Generator, at: float, slack: float, side: float, length: float) -> float:
    """Where a crop's middle may be: around a person, and inside the picture as far as the side allows."""
    if side >= length:
        return length / 2
    return float(np.clip(rng.uniform(at - slack, at + slack), side / 2, length - side / 2))


def corrected(heat: Heat, people: FloatArray) -> Heat:
    """The teacher's heat with what the annotators know.

    Args:
        heat: (48, 48, 18) uint8, the teacher's keypoint and centre scores in 1/255.
        people: (P, 17, 3) x, y in pixels of the teacher's input and heat, 0 without an annotation.

    Returns:
        The same shape: both together, and the annotators' alone where the teacher's peak is elsewhere.
    """
    drawn = np.moveaxis(draw_heat(with_centers(people, SIZE), SIZE), 0, -1)
    both = np.maximum(heat, drawn)
    sides = np.array([_extent(person) for person in people])
    for k in range(people.shape[1]):
        known = people[:, k, 2] > 0
        if known.any():
            peak = np.array(divmod(int(heat[..., k].argmax()), heat.shape[1]))[::-1] + 0.5
            away = np.linalg.norm(people[known, k, :2] - peak * (SIZE / heat.shape[1]), axis=1)
            if (away > AGREED * sides[known]).all():
                both[..., k] = drawn[..., k]
    return both


def _extent(person: FloatArray) -> float:
    points = person[person[:, 2] > 0, :2]
    return float(np.ptp(points, axis=0).max()) if len(points) else 0.0


def label_annotated(teacher: Teacher | None, views: list[View]) -> dict[str, np.ndarray]:
    """The crops and their labels, as those of `label_views`, with the annotators' word for it.

    Without a teacher, nothing is learnt about a keypoint that nobody in the crop is annotated with.
    """
    rows = _unlabelled(views) if teacher is None else label_views(teacher, views)
    scale = np.array([SIZE / SIDE, SIZE / SIDE, 1])
    rows["heat"] = np.stack(
        [corrected(heat, people * scale) for heat, people in zip(rows["heat"], rows["people"], strict=True)]
    )
    known = rows["people"][..., 2].max(axis=1) > 0
    nobody = ~known.any(axis=1, keepdims=True)
    rows["valid"] = known | nobody if teacher is None else np.ones_like(known)
    return rows


def _unlabelled(views: list[View]) -> dict[str, np.ndarray]:
    """Crops and annotated people, and no heat."""
    crops, affines = cut(views)
    people = [people_in_view(view, affine) for view, affine in zip(views, affines, strict=True)]
    heat = np.zeros((len(views), SIZE // STRIDE, SIZE // STRIDE, 18), np.uint8)
    return {"image": crops, "heat": heat, "people": np.stack(people).astype(np.float32)}


def write_shards(saved_model: Path | None, coco: Path, out: Path, count: int) -> None:
    """Writes `count` crops of annotated people and some backgrounds as shards under `out`."""
    teacher = Teacher(saved_model) if saved_model else None
    scenes = read_scenes(coco)
    people = sum(len(scene.people) for scene in scenes)
    print(f"{len(scenes)} pictures, {people} annotated people", flush=True)
    write_backgrounds(scenes, out / "backgrounds", "annotated", count // 8)
    rng = np.random.default_rng(SEED + 2)
    write_people(out, "annotated", count, lambda n: label_annotated(teacher, sample_views(rng, scenes, n)))
