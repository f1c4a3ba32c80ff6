"""A `coco.json` of unknown origin to its images, one at a time, each with the people in it."""

import math
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, get_args

from movenet_cli.core.skeleton import KEYPOINT_COUNT
from movenet_cli.core.types import Status
from movenet_cli.errors import InputError
from movenet_cli.io.lines import bounded_lines
from movenet_cli.io.strict_json import strict_json
from movenet_cli.output.formats.coco import read_part
from movenet_cli.output.formats.rounding import LARGEST

Fields: TypeAlias = dict[str, Any]

_MAX_WHOLE: Final = 64 * 1024 * 1024
_FRAME_NUMBER: Final = re.compile(r"#\d{6,}\Z")


def source_of(file_name: str) -> str:
    """An image's name without the number that a video's frame has behind it."""
    return _FRAME_NUMBER.sub("", file_name)


def read_dataset(path: Path) -> Iterator[tuple[Fields, list[Fields]]]:
    """Each image and its annotations, checked; in our layout (a line for each) with little memory.

    Raises:
        InputError: at the first image or annotation that is not as it must be.
    """
    images = annotations = 0
    try:
        with path.open("rb") as first, path.open("rb") as second:
            people = _section(second, "annotations")
            waiting = next(people, None)
            for image in _section(first, "images"):
                images += 1
                if image["id"] != images:
                    raise ValueError(f"image {images} has the id {image['id']!r}")
                _check_image(image, images)
                found = []
                while waiting is not None and waiting["image_id"] == images:
                    annotations += 1
                    if waiting["id"] != annotations:
                        raise _wrong_ids(annotations)
                    _check_annotation(waiting, annotations)
                    found.append(waiting)
                    waiting = next(people, None)
                yield image, found
            if waiting is not None:
                raise _wrong_ids(annotations + 1)
    except (OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        place = f"after {images} images and {annotations} annotations"
        raise InputError(f"{path}: broken {place}: {type(error).__name__}: {reason}") from error


def read_dataset_part(path: Path) -> Iterator[tuple[Fields, list[Fields]]]:
    """The same of one input's part of the dataset, which has no ids."""
    number = 0
    try:
        for number, texts in enumerate(read_part(path), 1):
            image, *people = (strict_json(text.encode()) for text in texts)
            _check_image(image, number)
            for person in people:
                _check_annotation(person, number)
            yield image, people
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise InputError(f"{path}: broken in line {number}: {type(error).__name__}: {error}") from error


def _section(stream: BinaryIO, section: str) -> Generator[Fields]:
    if stream.readline(3) == b"{\n" and stream.read(7) == b'"info":':
        yield from _our_section(stream, f'"{section}": ['.encode())
        return
    stream.seek(0)
    data = stream.read(_MAX_WHOLE + 1)
    if len(data) > _MAX_WHOLE:
        raise ValueError("not a line per image and annotation: too large to be read whole")
    yield from strict_json(data)[section]


def _our_section(stream: BinaryIO, head: bytes) -> Generator[Fields]:
    """The objects between a section's first line and its last; whatever follows is read to the end."""
    is_inside, last = False, b""
    for line in bounded_lines(stream):
        before, last = last, line.strip()
        if last in (b"],", b"]"):
            is_inside = False
        elif is_inside:
            if before != head and not before.endswith(b","):
                raise ValueError("a comma is missing")
            yield strict_json(last.removesuffix(b","))
        else:
            is_inside = last == head
    if last != b"}":
        raise ValueError("it ends too early")


def _check_image(image: Fields, number: int) -> None:
    if not (isinstance(image["file_name"], str) and min(image["width"], image["height"]) > 0):
        raise ValueError(f"image {number} has no name or size")
    if image["status"] not in get_args(Status):
        raise ValueError(f"image {number} has the status {image['status']!r}")


def _check_annotation(fields: Fields, number: int) -> None:
    if fields["category_id"] != 1:
        raise _wrong_ids(number)
    keypoints, bbox = fields["keypoints"], fields["bbox"]
    numbers = [*keypoints, *bbox, fields["score"]]
    is_finite = all(abs(each) <= LARGEST for each in numbers) and math.isfinite(fields["area"])
    if len(keypoints) != 3 * KEYPOINT_COUNT or len(bbox) != 4 or not is_finite:
        raise ValueError(f"annotation {number} has wrong keypoints, bbox, area or score")
    if fields["num_keypoints"] != sum(v > 0 for v in keypoints[2::3]):
        raise ValueError(f"annotation {number} has a wrong num_keypoints")


def _wrong_ids(number: int) -> ValueError:
    return ValueError(f"annotation {number} has a wrong id, image_id or category_id")
