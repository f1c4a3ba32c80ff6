"""Annotated images and results, each with names of their own, in; which belongs to which out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from movenet_cli.errors import InputError
from movenet_cli.evaluation.ground_truth import AnnotatedImage
from movenet_cli.evaluation.predictions import Found, Predictions


@dataclass(frozen=True, slots=True)
class ImagePair:
    """An annotated image and what was found in it; `found` is None when it has no results."""

    truth: AnnotatedImage
    found: tuple[Found, ...] | None


def pair_images(images: Sequence[AnnotatedImage], predictions: Predictions) -> list[ImagePair]:
    """Find the results of each annotated image: by its name, or else by its last part if that is unique.

    So `val2017/1.jpg` in the annotations finds `1.jpg` in the results, and the other way round.

    Raises:
        InputError: when not one image has results.
    """
    short = _by_last_part(predictions)
    ours = Counter(_last_part(image.name) for image in images)
    pairs = []
    for image in images:
        last = _last_part(image.name)
        name = image.name if image.name in predictions else short.get(last) if ours[last] == 1 else None
        pairs.append(ImagePair(image, None if name is None else predictions[name]))
    if not any(pair.found is not None for pair in pairs):
        raise InputError(
            "none of the annotated images has results: the file names in the annotations, such as "
            f"{_example(image.name for image in images)}, are not the results' names, such as "
            f"{_example(predictions)}"
        )
    return pairs


def _by_last_part(names: Iterable[str]) -> dict[str, str]:
    """Last part of a name → the name, for those that no other name shares."""
    names = list(names)
    counts = Counter(map(_last_part, names))
    return {_last_part(name): name for name in names if counts[_last_part(name)] == 1}


def _last_part(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _example(names: Iterable[str]) -> str:
    return repr(next(iter(names), "(none)"))
