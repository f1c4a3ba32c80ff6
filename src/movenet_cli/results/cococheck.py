"""A `coco.json` of unknown origin to the frames it tells of, or to what is wrong with its ids and numbers."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, get_args

from movenet_cli.errors import InputError
from movenet_cli.poses import Status
from movenet_cli.results.lines import bounded_lines
from movenet_cli.results.strictjson import strict_json
from movenet_cli.skeleton import KEYPOINT_COUNT

Images = Counter[tuple[str, str]]
"""How many images there are, by `source_of` their name and by status."""

_MAX_WHOLE: Final = 64 * 1024 * 1024
_SECTIONS: Final = {b'"images": [': "images", b'"annotations": [': "annotations"}


_FRAME_NUMBER: Final = re.compile(r"#\d{6,}\Z")


def source_of(file_name: str) -> str:
    """An image's name without the number that a video's frame has behind it."""
    return _FRAME_NUMBER.sub("", file_name)


def check_coco(path: Path) -> Images:
    """Go through the dataset; in our layout (a line per image and annotation) with little memory.

    Raises:
        InputError: at the first image or annotation that is not as it must be.
    """
    found: Images = Counter()
    images = annotations = 0
    try:
        with path.open("rb") as stream:
            for section, item in _items(stream):
                if section == "images":
                    images += 1
                    _check_image(item, images)
                    found[source_of(item["file_name"]), item["status"]] += 1
                else:
                    annotations += 1
                    _check_annotation(item, annotations, images)
    except (OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        place = f"after {images} images and {annotations} annotations"
        raise InputError(f"{path}: broken {place}: {type(error).__name__}: {reason}") from error
    return found


def _items(stream: BinaryIO) -> Iterator[tuple[str, dict[str, Any]]]:
    if stream.readline(3) == b"{\n" and stream.read(7) == b'"info":':
        yield from _our_items(stream)
        return
    stream.seek(0)
    data = stream.read(_MAX_WHOLE + 1)
    if len(data) > _MAX_WHOLE:
        raise ValueError("not a line per image and annotation: too large to be read whole")
    document = strict_json(data)
    for section in ("images", "annotations"):
        for item in document[section]:
            yield section, item


def _our_items(stream: BinaryIO) -> Iterator[tuple[str, dict[str, Any]]]:
    section, last = None, b""
    for line in bounded_lines(stream):
        before, last = last, line.strip()
        if last in (b"],", b"]"):
            section = None
        elif section is not None:
            if before not in _SECTIONS and not before.endswith(b","):
                raise ValueError("a comma is missing")
            yield section, strict_json(last.removesuffix(b","))
        else:
            section = _SECTIONS.get(last)
    if last != b"}":
        raise ValueError("it ends too early")


def _check_image(image: dict[str, Any], number: int) -> None:
    if image["id"] != number:
        raise ValueError(f"image {number} has the id {image['id']!r}")
    if not (isinstance(image["file_name"], str) and min(image["width"], image["height"]) > 0):
        raise ValueError(f"image {number} has no name or size")
    if image["status"] not in get_args(Status):
        raise ValueError(f"image {number} has the status {image['status']!r}")


def _check_annotation(fields: dict[str, Any], number: int, images: int) -> None:
    if fields["id"] != number or not 1 <= fields["image_id"] <= images or fields["category_id"] != 1:
        raise ValueError(f"annotation {number} has a wrong id, image_id or category_id")
    keypoints, bbox = fields["keypoints"], fields["bbox"]
    numbers = [*keypoints, *bbox, fields["area"], fields["score"]]
    if len(keypoints) != 3 * KEYPOINT_COUNT or len(bbox) != 4 or not all(map(math.isfinite, numbers)):
        raise ValueError(f"annotation {number} has wrong keypoints, bbox, area or score")
    if fields["num_keypoints"] != sum(v > 0 for v in keypoints[2::3]):
        raise ValueError(f"annotation {number} has a wrong num_keypoints")
