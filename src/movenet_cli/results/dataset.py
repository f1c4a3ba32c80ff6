"""A COCO dataset of ours, or an input's part of one, of unknown origin: each image with its annotations."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from movenet_cli.core.skeleton import KEYPOINT_COUNT
from movenet_cli.core.types import Status
from movenet_cli.errors import InputError
from movenet_cli.io.lines import bounded_lines
from movenet_cli.io.strict_json import decode
from movenet_cli.output.formats.coco import read_part
from movenet_cli.results.records import Box, Count, Number, Side

T = TypeVar("T")

_MAX_WHOLE: Final = 64 * 1024 * 1024
_FRAME_NUMBER: Final = re.compile(r"#\d{6,}\Z")


class CocoImage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An image of a dataset; a part has no ids."""

    id: int | UnsetType = UNSET
    file_name: str
    width: Side
    height: Side
    status: Status


class CocoAnnotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person in an image; a part has no ids."""

    id: int | UnsetType = UNSET
    image_id: int | UnsetType = UNSET
    category_id: Literal[1]
    keypoints: Annotated[
        tuple[Number, ...], Meta(min_length=3 * KEYPOINT_COUNT, max_length=3 * KEYPOINT_COUNT)
    ]
    num_keypoints: Count
    bbox: Box
    area: float
    iscrowd: Literal[0]
    score: Number
    track_id: Count | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Refuse a number of keypoints that the keypoints belie."""
        if self.num_keypoints != sum(v > 0 for v in self.keypoints[2::3]):
            raise ValueError("num_keypoints is not how many of the keypoints are seen")


Images: TypeAlias = Iterator[tuple[CocoImage, list[CocoAnnotation]]]
"""Each image and its annotations, without ids, so that a dataset gives what its parts give."""


def source_of(file_name: str) -> str:
    """An image's name without the number that a video's frame has behind it."""
    return _FRAME_NUMBER.sub("", file_name)


def read_dataset(path: Path) -> Images:
    """Read a dataset; in our layout, a line for each image and annotation, with little memory.

    Images and annotations are two lists in one file, both in the order of the images: they are read side by
    side.

    Raises:
        InputError: at the first image or annotation that is not as it must be.
    """
    images = annotations = 0
    try:
        with path.open("rb") as first, path.open("rb") as second:
            people = _section(second, "annotations", CocoAnnotation)
            waiting = next(people, None)
            for images, image in enumerate(_section(first, "images", CocoImage), 1):
                _check_id("image", image.id, images)
                found = []
                while waiting is not None and waiting.image_id == images:
                    annotations += 1
                    _check_id("annotation", waiting.id, annotations)
                    found.append(replace(waiting, id=UNSET, image_id=UNSET))
                    waiting = next(people, None)
                yield replace(image, id=UNSET), found
            if waiting is not None:
                raise ValueError(f"annotation {annotations + 1} has a wrong image_id")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        place = f"after {images} images and {annotations} annotations"
        raise InputError(f"{path}: broken {place}: {reason}") from error


def read_dataset_part(path: Path) -> Images:
    """The same of one input's part of the dataset."""
    number = 0
    try:
        for number, texts in enumerate(read_part(path), 1):  # noqa: B007 - told below
            yield parse_part_line(texts)
    except ValueError as error:
        raise InputError(f"{path}: broken in line {number}: {error}") from error


def parse_part_line(texts: Iterable[str]) -> tuple[CocoImage, list[CocoAnnotation]]:
    """What `CocoEncoder` wrote of a frame: the text of its image, then of its annotations.

    Raises:
        ValueError: it is not as it must be.
    """
    image, *people = (text.encode() for text in texts)
    return decode(CocoImage, image), [decode(CocoAnnotation, person) for person in people]


def _check_id(what: str, found: int | UnsetType, expected: int) -> None:
    """Ids are counted from 1 on."""
    if found != expected:
        raise ValueError(f"{what} {expected} has a wrong id")


def _section(stream: BinaryIO, name: str, kind: type[T]) -> Iterator[T]:
    """One of the dataset's lists, from line to line in our layout, at once in any other."""
    if stream.read(9) == b'{\n"info":':
        yield from _our_section(stream, f'"{name}": ['.encode(), kind)
        return
    stream.seek(0)
    data = stream.read(_MAX_WHOLE + 1)
    if len(data) > _MAX_WHOLE:
        raise ValueError("not a line per image and annotation: too large to be read whole")
    sections = decode(dict[str, msgspec.Raw], data, unique=True)
    if name not in sections:
        raise ValueError(f"no {name} are in it")
    yield from decode(list[kind], sections[name])  # type: ignore[valid-type]


def _our_section(stream: BinaryIO, head: bytes, kind: type[T]) -> Iterator[T]:
    """The objects between a section's first line and its last; whatever follows is read to the end."""
    is_inside, last = False, b""
    for line in bounded_lines(stream):
        before, last = last, line.strip()
        if last in (b"],", b"]"):
            is_inside = False
        elif is_inside:
            if before != head and not before.endswith(b","):
                raise ValueError("a comma is missing")
            yield decode(kind, last.removesuffix(b","))
        else:
            is_inside = last == head
    if last != b"}":
        raise ValueError("it ends too early")
