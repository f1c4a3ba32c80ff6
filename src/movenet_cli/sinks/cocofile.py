"""Results to COCO: one line per frame for each input, and those lines to one keypoint dataset for the run.

An annotation is a person with at least one keypoint that reaches the threshold. Every keypoint keeps its x
and y, also with v = 0: nothing is dropped, and tools that compare detections by OKS read them whatever v says.
A frame without anybody, and one that failed, is an image without annotations; its `status` tells which.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any, ClassVar, Final

from movenet_cli import __version__
from movenet_cli.errors import InputError
from movenet_cli.poses import FrameResult, Pose
from movenet_cli.sinks.files import AtomicFile
from movenet_cli.sinks.interface import Encoder, Header, Summary
from movenet_cli.sinks.jsontext import escape_name, json_line
from movenet_cli.sinks.rounding import box_row, finite, keypoint_rows
from movenet_cli.skeleton import EDGE_INDICES, KEYPOINT_NAMES

CATEGORY: Final = {
    "id": 1,
    "name": "person",
    "supercategory": "person",
    "keypoints": list(KEYPOINT_NAMES),
    "skeleton": [[a + 1, b + 1] for a, b in EDGE_INDICES],
}


class CocoEncoder(Encoder):
    """One input's part of the dataset: a line `{"image": …, "annotations": […]}` per frame, without ids."""

    suffix: ClassVar[str] = ".jsonl"

    def __init__(self, header: Header) -> None:
        super().__init__(header)
        self._name = escape_name(header.source)

    def begin(self) -> str:
        """Nothing: every line stands for itself."""
        return ""

    def frame(self, result: FrameResult) -> str:
        """The frame as an image, with its people."""
        info = self.header.info
        image = {
            "file_name": self._name if info.media == "image" else f"{self._name}#{result.index:06d}",
            "width": info.width,
            "height": info.height,
            "status": result.status,
        }
        people = (annotation(pose, self.header.min_score) for pose in result.poses)
        return json_line({"image": image, "annotations": [one for one in people if one]}) + "\n"

    def end(self, summary: Summary) -> str:
        """Nothing."""
        return ""


def annotation(pose: Pose, min_score: float) -> dict[str, object] | None:
    """The person as a COCO annotation without ids; None when no keypoint reaches `min_score`."""
    rows = keypoint_rows(pose)
    seen = sum(score >= min_score for _, _, score in rows)
    if not seen or pose.box is None:
        return None
    x0, y0, x1, y1 = box_row(pose.box)
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
        "score": finite(pose.score, 4),
    }
    if pose.id is not None:
        fields["track_id"] = pose.id
    return fields


def combine(fragments: Iterable[Path], out: Path) -> None:
    """Write one dataset from the inputs' parts, in their order; memory does not grow with their number.

    Args:
        fragments: files that `CocoEncoder` wrote; the list is gone through twice.
        out: the dataset's file.

    Raises:
        InputError: when a part is missing or broken.
        OutputError: when the dataset cannot be written.
    """
    paths = list(fragments)
    write_dataset(lambda: chain.from_iterable(map(_read_fragment, paths)), out)


def write_dataset(records: Callable[[], Iterable[dict[str, Any]]], out: Path) -> None:
    """Write one dataset from what `CocoEncoder` gives for each frame; ids are counted from 1.

    Args:
        records: called twice, gives the same values both times.
        out: the dataset's file.
    """
    info = {"description": "Human poses found by MoveNet", "version": f"movenet-cli {__version__}"}
    with AtomicFile(out) as file:
        file.write(f'{{\n"info": {json_line(info)},\n"licenses": [],\n')
        file.write(f'"categories": [{json_line(CATEGORY)}],\n"images": [')
        images = ({"id": number, **record["image"]} for number, record in enumerate(records(), 1))
        _write_list(file, images)
        file.write('],\n"annotations": [')
        _write_list(file, _numbered_annotations(records()))
        file.write("]\n}\n")


def _numbered_annotations(records: Iterable[dict[str, Any]]) -> Iterator[dict[str, object]]:
    numbers = count(1)
    for image_id, record in enumerate(records, 1):
        for fields in record["annotations"]:
            yield {"id": next(numbers), "image_id": image_id, **fields}


def _write_list(file: AtomicFile, values: Iterable[dict[str, object]]) -> None:
    separator = "\n"
    for value in values:
        file.write(separator + json_line(value))
        separator = ",\n"
    file.write("\n")


def _read_fragment(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}; run annotate again with --overwrite") from error
