"""A COCO keypoint dataset whose images can be files, also the frames of videos."""

import itertools
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import ClassVar

from movenet_cli import __version__
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name, json_line
from movenet_cli.output.formats.coco import CATEGORY
from movenet_cli.results.export.image_ids import ImageIds, KnownImage
from movenet_cli.results.export.interface import Export, ExportFrame, ExportInput, Person
from movenet_cli.results.export.text import write_list


class CocoDataset(Export):
    """Every frame that could be examined is an image; with `image_ids`, those that are in that file.

    People, boxes and visibility are those of `annotate`'s own `coco.json`.
    """

    default_place: ClassVar[str] = "coco-dataset.json"
    uses: ClassVar[frozenset[str]] = frozenset({"frames", "image_ids"})

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        path = self.settings.image_ids
        ids = None if path is None else ImageIds(path, inputs)
        category = CATEGORY | {"id": 1 if ids is None else ids.category}
        info = {"description": "Human poses found by MoveNet", "version": f"movenet-cli {__version__}"}
        with place.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(f'{{\n"info": {json_line(info)},\n"licenses": [],\n')
            stream.write(f'"categories": [{json_line(category)}],\n"images": [')
            write_list(stream, (_image(*each) for each in self._images(inputs, ids)))
            self.remarks += [] if ids is None else ids.remarks()
            stream.write('],\n"annotations": [')
            write_list(stream, self._annotations(inputs, ids))
            stream.write("]\n}\n")

    def _images(
        self, inputs: Sequence[ExportInput], ids: ImageIds | None
    ) -> Iterator[tuple[ExportFrame, KnownImage]]:
        """Each frame and its image.

        Raises:
            InputError: when there is not one.
        """
        numbers = itertools.count(1)
        count = 0
        for frame in chain.from_iterable(each.pictured() for each in inputs):
            name = self.image_name(frame.header.source, frame.header.info.media, frame.result.index)
            image = ids.find(frame, name) if ids else KnownImage(next(numbers), escape_name(name), None)
            if image is not None:
                count += 1
                yield frame, image
        if not count:
            raise InputError("no frame has an image: all failed, or the names in --image-ids are others")

    def _annotations(
        self, inputs: Sequence[ExportInput], ids: ImageIds | None
    ) -> Iterator[dict[str, object]]:
        numbers = itertools.count(1)
        for frame, image in self._images(inputs, ids):
            for person in frame.people():
                start = {"id": next(numbers), "image_id": image.id, "category_id": ids.category if ids else 1}
                yield start | _person(person)


def _image(frame: ExportFrame, image: KnownImage) -> dict[str, object]:
    width, height = frame.size
    return {"id": image.id, "file_name": image.file_name, "width": width, "height": height}


def _person(person: Person) -> dict[str, object]:
    x0, y0, x1, y1 = person.box
    width, height = round(x1 - x0, 2), round(y1 - y0, 2)
    points = zip(person.keypoints, person.seen, strict=True)
    fields: dict[str, object] = {
        "keypoints": list(chain.from_iterable((x, y, 2 if seen else 0) for (x, y, _), seen in points)),
        "num_keypoints": sum(person.seen),
        "bbox": [x0, y0, width, height],
        "area": round(width * height, 2),
        "iscrowd": 0,
        "score": person.score,
    }
    if person.id is not None:
        fields["track_id"] = person.id
    return fields
