"""Reads ground truth: the annotated people of a COCO keypoint file, image by image."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from movenet_cli.core.skeleton import KEYPOINT_COUNT, KEYPOINT_NAMES
from movenet_cli.core.types import FloatArray
from movenet_cli.errors import InputError
from movenet_cli.output.formats.rounding import LARGEST

DOMINANT_KEYPOINTS: Final = 8
"""Minimum number of annotated keypoints of a dominant person."""

DOMINANT_RATIO: Final = 2.0
"""How many times larger a dominant person is, by annotated area, than anybody else in the image."""


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """An annotated person.

    Attributes:
        keypoints: (17, 3) float32: x, y in pixels, COCO's visibility v; v = 0 is not annotated.
        area: the person's area in square pixels.
        box: x, y, width, height in pixels.
        crowd: a region of several people; detections in it count neither for nor against the results.
    """

    keypoints: FloatArray
    area: float
    box: tuple[float, float, float, float]
    crowd: bool = False

    @property
    def labelled(self) -> int:
        """Number of annotated keypoints."""
        return int((self.keypoints[:, 2] > 0).sum())


@dataclass(frozen=True, slots=True)
class AnnotatedImage:
    """An image, or a video's frame (`clip.mp4#000012`), that was annotated by hand."""

    name: str
    people: tuple[Person, ...]


def read_ground_truth(path: Path) -> list[AnnotatedImage]:
    """Read every image of a COCO keypoint file, also those without people.

    Raises:
        InputError: when the file cannot be read or is not a COCO keypoint file.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    try:
        categories = _person_categories(document["categories"])
        people = _by_image(document["annotations"], categories)
        return [
            AnnotatedImage(str(image["file_name"]), people.get(image["id"], ()))
            for image in document["images"]
        ]
    except KeyError as error:
        raise InputError(f"{path} is not a COCO keypoint file: missing field {error}") from error
    except (TypeError, AttributeError, ValueError, OverflowError) as error:
        raise InputError(f"{path} is not a COCO keypoint file: {error}") from error


def dominant_only(images: Iterable[AnnotatedImage], ratio: float = DOMINANT_RATIO) -> list[AnnotatedImage]:
    """The images with one dominant person, without the other people in them.

    It must have `DOMINANT_KEYPOINTS` annotated keypoints, and `ratio` times the area of any other person
    or crowd of the image.
    """
    chosen = []
    for image in images:
        people = sorted(image.people, key=lambda person: -person.area)
        if people and _is_dominant(people[0], people[1:], ratio):
            chosen.append(replace(image, people=(people[0],)))
    return chosen


def _is_dominant(largest: Person, others: Sequence[Person], ratio: float) -> bool:
    if largest.crowd or largest.labelled < DOMINANT_KEYPOINTS:
        return False
    return all(largest.area >= ratio * other.area for other in others)


def _person_categories(categories: Iterable[Mapping[str, Any]]) -> set[int]:
    """Ids of the categories with our 17 keypoints."""
    with_keypoints = [category for category in categories if category.get("keypoints")]
    if not with_keypoints:
        raise ValueError("no category has keypoints")
    ours = {category["id"] for category in with_keypoints if tuple(category["keypoints"]) == KEYPOINT_NAMES}
    if not ours:
        raise ValueError("its keypoints are not COCO's 17")
    return ours


def _by_image(
    annotations: Iterable[Mapping[str, Any]], categories: set[int]
) -> dict[object, tuple[Person, ...]]:
    people: dict[object, list[Person]] = {}
    for annotation in annotations:
        if annotation["category_id"] in categories:
            people.setdefault(annotation["image_id"], []).append(_from_annotation(annotation))
    return {image: tuple(found) for image, found in people.items()}


def _from_annotation(annotation: Mapping[str, Any]) -> Person:
    values = np.array(annotation["keypoints"], np.float64)
    if values.shape != (3 * KEYPOINT_COUNT,) or not (np.abs(values) <= LARGEST).all():
        raise ValueError(
            f"annotation {annotation.get('id')} does not have 17 keypoints of three numbers each"
        )
    keypoints = values.astype(np.float32).reshape(KEYPOINT_COUNT, 3)
    box = _box(annotation, keypoints)
    area = float(annotation.get("area") or box[2] * box[3])
    if not (0 <= area <= LARGEST**2 and all(abs(number) <= LARGEST for number in box)):
        raise ValueError(f"annotation {annotation.get('id')} has an area or box that is out of range")
    return Person(keypoints, area, box, bool(annotation.get("iscrowd", 0)))


def _box(annotation: Mapping[str, Any], keypoints: FloatArray) -> tuple[float, float, float, float]:
    """The annotated box, or the tight box of the annotated keypoints."""
    if "bbox" in annotation:
        x, y, width, height = (float(value) for value in annotation["bbox"])
        return x, y, width, height
    points = keypoints[keypoints[:, 2] > 0, :2]
    if not len(points):
        return 0.0, 0.0, 0.0, 0.0
    (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return x0, y0, x1 - x0, y1 - y0
