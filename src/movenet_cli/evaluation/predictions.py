"""Reads predictions for an evaluation: the people detected in each image, from our results or a COCO file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from movenet_cli.core.folder_names import DATASET, KEYPOINTS
from movenet_cli.core.skeleton import KEYPOINT_COUNT
from movenet_cli.core.types import FloatArray, Pose
from movenet_cli.errors import InputError
from movenet_cli.output.formats.rounding import LARGEST
from movenet_cli.results.finding import find_all_documents, find_documents
from movenet_cli.results.reading import open_document


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """A detected person: (17, 2) float32 x, y in pixels, and the person's score."""

    points: FloatArray
    score: float


Predictions: TypeAlias = Mapping[str, tuple[Detection, ...]]
"""Name of an image, or of a video's frame (`clip.mp4#000012`) → its people; failed frames are not in it."""


def read_predictions(path: Path, *, smoothed: bool = False) -> Predictions:
    """Read all detections.

    Args:
        path: a results folder of `annotate` (its JSON or JSONL documents, or else its `coco.json`), or a COCO
            file whose annotations have a `score`.
        smoothed: take the smoothed points of documents that have them.

    Returns:
        All frames that were annotated, with their people; a pose that the run took for nobody is none.

    Raises:
        InputError: when there are no results, or they are broken.
    """
    if path.is_file():
        return _from_coco(path)
    if not path.is_dir():
        raise InputError(f"{path} does not exist; give a results folder of annotate, or its coco.json")
    if (path / KEYPOINTS).is_dir() and any(find_all_documents(path)):
        return _from_documents(path, smoothed)
    if (path / DATASET).is_file():
        return _from_coco(path / DATASET)
    raise InputError(f"{path} contains no results: neither documents in {KEYPOINTS}/ nor {DATASET}")


def _from_documents(folder: Path, smoothed: bool) -> Predictions:
    found: dict[str, tuple[Detection, ...]] = {}
    for file in find_documents(folder):
        with open_document(file.path, file.name) as document:
            header = document.header
            for result in document.frames():
                if result.status != "failed":
                    name = (
                        header.source if header.info.media == "image" else f"{file.name}#{result.index:06d}"
                    )
                    found[name] = tuple(_from_pose(pose, smoothed) for pose in header.people(result))
    return found


def _from_pose(pose: Pose, smoothed: bool) -> Detection:
    points = pose.smoothed if smoothed and pose.smoothed is not None else pose.keypoints[:, :2]
    return Detection(points, pose.score)


def _from_coco(path: Path) -> Predictions:
    try:
        document = json.loads(path.read_bytes())
        images = {
            image["id"]: str(image["file_name"])
            for image in document["images"]
            if image.get("status") != "failed"
        }
        people: dict[object, list[Detection]] = {number: [] for number in images}
        for annotation in document["annotations"]:
            people[annotation["image_id"]].append(_from_annotation(annotation))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(f"{path} is not a COCO file of results: {type(error).__name__}: {error}") from error
    return {name: tuple(people[number]) for number, name in images.items()}


def _from_annotation(annotation: Mapping[str, Any]) -> Detection:
    points = np.array(annotation["keypoints"], np.float64).reshape(KEYPOINT_COUNT, 3)[:, :2]
    score = float(annotation["score"])
    if not ((np.abs(points) <= LARGEST).all() and abs(score) <= LARGEST):
        raise ValueError(f"annotation {annotation.get('id')} has a number that is out of range")
    return Detection(points.astype(np.float32), score)
