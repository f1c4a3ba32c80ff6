"""The format `coco`: each input's part of the dataset, and the run's one dataset that is made of the parts.

An annotation is a person with at least one keypoint that reaches the threshold. Its box ends at the edges of
the image; every keypoint keeps its x and y, also outside it and with v = 0: nothing is dropped, and tools
that compare detections by OKS read them whatever v is. A frame without anybody, and one that failed, is an
image without annotations; its `status` tells which.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count
from pathlib import Path
from typing import ClassVar, Final

from movenet_cli import __version__
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.skeleton import EDGE_INDICES, KEYPOINT_NAMES
from movenet_cli.core.types import FrameResult, Pose, Size, Thresholds
from movenet_cli.errors import InputError
from movenet_cli.io.atomic import AtomicFile
from movenet_cli.io.json_text import escape_name, json_line
from movenet_cli.output.formats.rounding import box_row, keypoint_rows, score_number
from movenet_cli.output.interface import Encoder

_SEPARATOR: Final = "\t"
"""Between a line's objects; inside of JSON text a tab is always escaped."""

CATEGORY: Final = {
    "id": 1,
    "name": "person",
    "supercategory": "person",
    "keypoints": list(KEYPOINT_NAMES),
    "skeleton": [[a + 1, b + 1] for a, b in EDGE_INDICES],
}


class CocoEncoder(Encoder):
    """One input's part: a line per frame, the image and its annotations as JSON between tabs, without ids."""

    suffix: ClassVar[str] = ".coco"

    def __init__(self, header: Header) -> None:
        super().__init__(header)
        self._name = escape_name(header.source)

    def begin(self) -> str:
        """Nothing: every line stands for itself."""
        return ""

    def frame(self, result: FrameResult) -> str:
        """The frame as an image, with its people."""
        info = self.header.info
        size = result.size or Size(info.width, info.height)
        image = {
            "file_name": self._name if info.media == "image" else f"{self._name}#{result.index:06d}",
            "width": size.width,
            "height": size.height,
            "status": result.status,
        }
        poses = result.poses if result.status == "ok" else ()
        people = (annotation(pose, self.header.thresholds, size) for pose in poses)
        objects = (image, *(person for person in people if person is not None))
        return _SEPARATOR.join(map(json_line, objects)) + "\n"

    def end(self, summary: Summary) -> str:
        """Nothing."""
        return ""


def annotation(pose: Pose, thresholds: Thresholds, size: Size) -> dict[str, object] | None:
    """The person as a COCO annotation without ids; None when the pose is nobody.

    Args:
        pose: the person.
        thresholds: what counts as a keypoint that is seen, and as a person.
        size: of the image.
    """
    rows, person_score, min_score = keypoint_rows(pose), score_number(pose.score), thresholds.min_score
    seen = sum(score >= min_score for _, _, score in rows)
    if not seen or pose.box is None or not thresholds.is_person(pose):
        return None
    x0, y0, x1, y1 = (
        min(max(value, 0.0), float(side)) for value, side in zip(box_row(pose.box), size * 2, strict=True)
    )
    width, height = round(x1 - x0, 2), round(y1 - y0, 2)
    fields: dict[str, object] = {
        "category_id": 1,
        "keypoints": list(
            chain.from_iterable((x, y, 2 if score >= min_score else 0) for x, y, score in rows)
        ),
        "num_keypoints": seen,
        "bbox": [x0, y0, width, height],
        "area": round(width * height, 2),
        "iscrowd": 0,
        "score": person_score,
    }
    if pose.id is not None:
        fields["track_id"] = pose.id
    return fields


def combine(parts: Callable[[], Iterable[Path]], file: AtomicFile) -> None:
    """Write one dataset from the inputs' parts, in their order; memory does not grow with their size.

    Args:
        parts: called twice; files that `CocoEncoder` wrote, each of them read before the next one is asked
            for. Ids are counted from 1 through all of them.
        file: the dataset's.

    Raises:
        InputError: when a part is missing or broken.
        OutputError: when the dataset cannot be written.
    """
    info = {"description": "Human poses found by MoveNet", "version": f"movenet-cli {__version__}"}
    file.write(f'{{\n"info": {json_line(info)},\n"licenses": [],\n')
    file.write(f'"categories": [{json_line(CATEGORY)}],\n"images": [')
    _write_list(file, _images(parts()))
    file.write('],\n"annotations": [')
    _write_list(file, _annotations(parts()))
    file.write("]\n}\n")


def _images(paths: Iterable[Path]) -> Iterator[str]:
    for number, (image, *_) in enumerate(_read_parts(paths), 1):
        yield f'{{"id": {number}, {image[1:]}'


def _annotations(paths: Iterable[Path]) -> Iterator[str]:
    numbers = count(1)
    for image_number, (_, *people) in enumerate(_read_parts(paths), 1):
        for person in people:
            yield f'{{"id": {next(numbers)}, "image_id": {image_number}, {person[1:]}'


def _write_list(file: AtomicFile, objects: Iterable[str]) -> None:
    separator = "\n"
    for text in objects:
        file.write(separator + text)
        separator = ",\n"
    file.write("\n")


def _read_parts(paths: Iterable[Path]) -> Iterator[list[str]]:
    return chain.from_iterable(map(read_part, paths))


def read_part(path: Path) -> Iterator[list[str]]:
    """Each frame's image, then its annotations, as the JSON objects' text.

    Raises:
        InputError: when the part is missing or broken.
    """
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            yield from map(frame_objects, lines)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}; run annotate again with --overwrite") from error


def frame_objects(line: str) -> list[str]:
    """A line of `CocoEncoder` cut into its image and its annotations; ValueError when it is none."""
    objects = line.removesuffix("\n").split(_SEPARATOR)
    if not line.endswith("}\n") or not all(text.startswith('{"') for text in objects):
        raise ValueError("a line is damaged")
    return objects
