"""Unlabelled pictures in, the people that the teacher finds in them out, each looked at several times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from training.decoding import FloatArray, decode
from training.pictures import Picture, square
from training.teacher import SIZE, Teacher, poses

#: Crop sides, in units of the person's box, that the teacher looks at.
PADS = (1.1, 1.25, 1.45)
SEEN = 0.3
MIN_SEEN = 5
#: A keypoint is dropped when the crops disagree by more than this part of the box.
MAX_SPREAD = 0.05
WINDOW_SIDES = (1.0, 0.6, 0.36, 0.22)


@dataclass(frozen=True)
class Person:
    """What the teacher says of one person.

    Attributes:
        keypoints: (17, 3): x, y in picture pixels, and the mean score, 0 where the looks disagree.
        x: the middle of the seen keypoints' box.
        y: the middle of the seen keypoints' box.
        side: the box's longer side, and a little more.
    """

    keypoints: FloatArray
    x: float
    y: float
    side: float


def find_people(teacher: Teacher, picture: Picture) -> list[Person]:
    """Looks through windows of several sizes; the best-scored people first, each once."""
    found: list[Person] = []
    for first in _first_looks(teacher, picture):
        person: Person | None = first
        for _ in range(2):
            person = person and look_closely(teacher, picture, person)
        if person:
            found.append(person)
    return _distinct(found)


def look_closely(teacher: Teacher, picture: Picture, person: Person) -> Person | None:
    """The person from crops of several sizes and their mirror images; None if too few keypoints agree."""
    crops, affines = zip(
        *(square(picture, person.x, person.y, person.side * pad, SIZE) for pad in PADS), strict=True
    )
    looks = np.stack(
        [
            _to_picture(pose, affine)
            for both in poses(teacher, np.stack(crops))
            for pose, affine in zip(both, affines, strict=True)
        ]
    )
    median = np.median(looks[..., :2], axis=0)
    away = np.linalg.norm(looks[..., :2] - median, axis=-1)
    weight = looks[..., 2] * (away < 1.2 * MAX_SPREAD * person.side) + 1e-6
    points = (looks[..., :2] * weight[..., None]).sum(axis=0) / weight.sum(axis=0)[:, None]
    scores = np.where(np.median(away, axis=0) > MAX_SPREAD * person.side, 0, looks[..., 2].mean(axis=0))
    return _person(np.concatenate([points, scores[:, None]], axis=1))


def _windows(height: int, width: int) -> Iterator[tuple[float, float, float]]:
    for part in WINDOW_SIDES:
        side = part * max(height, width)
        for y in _centers(height, side):
            for x in _centers(width, side):
                yield x, y, side


def _centers(length: int, side: float) -> FloatArray:
    steps = max(1, int(np.ceil(2 * (length - side) / side)) + 1)
    return np.linspace(side / 2, length - side / 2, steps) if length > side else np.array([length / 2])


def _first_looks(teacher: Teacher, picture: Picture) -> Iterator[Person]:
    windows = [square(picture, x, y, side, SIZE) for x, y, side in _windows(*picture.shape[:2])]
    seen = teacher.maps(np.stack([crop for crop, _ in windows]))
    for maps, (_, affine) in zip(seen, windows, strict=True):
        person = _person(_to_picture(decode(maps), affine))
        if person:
            yield person


def _person(keypoints: FloatArray) -> Person | None:
    seen = keypoints[keypoints[:, 2] > SEEN, :2]
    if len(seen) < MIN_SEEN:
        return None
    low, high = seen.min(axis=0), seen.max(axis=0)
    x, y = (low + high) / 2
    return Person(keypoints, float(x), float(y), float(max(high - low)) * 1.15)


def _to_picture(pose: FloatArray, affine: FloatArray) -> FloatArray:
    inverse = cv2.invertAffineTransform(affine)
    return np.concatenate([pose[:, :2] @ inverse[:, :2].T + inverse[:, 2], pose[:, 2:]], axis=1)


def _distinct(people: list[Person]) -> list[Person]:
    kept: list[Person] = []
    for person in sorted(people, key=lambda p: -p.keypoints[:, 2].sum()):
        if all(_distance(person, other) > 0.25 for other in kept):
            kept.append(person)
    return kept


def _distance(a: Person, b: Person) -> float:
    """Mean distance of the keypoints, in units of the larger box."""
    return float(np.linalg.norm(a.keypoints[:, :2] - b.keypoints[:, :2], axis=1).mean() / max(a.side, b.side))
