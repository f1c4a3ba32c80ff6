"""Pairing by name: which results belong to which annotated image."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from movenet_cli.errors import InputError
from movenet_cli.evaluation.ground_truth import AnnotatedImage
from movenet_cli.evaluation.predictions import Detection, Predictions


@dataclass(frozen=True, slots=True)
class ImagePair:
    """An annotated image and the people detected in it; None when it has no results."""

    truth: AnnotatedImage
    detections: tuple[Detection, ...] | None


def pair_images(images: Sequence[AnnotatedImage], predictions: Predictions) -> list[ImagePair]:
    """Find the results of each annotated image: by its full name, or else by its file name if that is unique.

    So `val2017/1.jpg` in the annotations finds `1.jpg` in the results, and the other way round.

    Raises:
        InputError: when not one image has results.
    """
    short = _by_file_name(predictions)
    ours = Counter(_file_name(image.name) for image in images)
    pairs = []
    for image in images:
        file_name = _file_name(image.name)
        name = (
            image.name
            if image.name in predictions
            else short.get(file_name)
            if ours[file_name] == 1
            else None
        )
        pairs.append(ImagePair(image, None if name is None else predictions[name]))
    if not any(pair.detections is not None for pair in pairs):
        raise InputError(
            "none of the annotated images has results: the file names in the annotations, such as "
            f"{_example(image.name for image in images)}, are not the results' names, such as "
            f"{_example(predictions)}"
        )
    return pairs


def _by_file_name(names: Iterable[str]) -> dict[str, str]:
    """File name → full name, for those that no other name shares."""
    names = list(names)
    counts = Counter(map(_file_name, names))
    return {_file_name(name): name for name in names if counts[_file_name(name)] == 1}


def _file_name(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _example(names: Iterable[str]) -> str:
    return repr(next(iter(names), "(none)"))
