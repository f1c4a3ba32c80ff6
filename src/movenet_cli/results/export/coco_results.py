"""COCO's keypoint results: a list of people, each with the id of its image in somebody's COCO file."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import ClassVar

from movenet_cli.errors import InputError, UsageError
from movenet_cli.results.export.image_ids import ImageIds
from movenet_cli.results.export.interface import Export, ExportInput, ExportSettings
from movenet_cli.results.export.text import write_list


class CocoResults(Export):
    """What `loadRes` of pycocotools takes; the third number of a keypoint is its score."""

    default_place: ClassVar[str] = "coco-results.json"
    uses: ClassVar[frozenset[str]] = frozenset({"image_ids"})

    def __init__(self, settings: ExportSettings) -> None:
        super().__init__(settings)
        if settings.image_ids is None:
            raise UsageError(
                "coco-results are results for the images of a COCO file: name it with --image-ids"
            )
        self._path = settings.image_ids

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        ids = ImageIds(self._path, inputs)
        with place.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write("[")
            write_list(stream, self._people(inputs, ids))
            stream.write("]\n")
        self.remarks += ids.remarks()

    def _people(self, inputs: Sequence[ExportInput], ids: ImageIds) -> Iterator[dict[str, object]]:
        count = 0
        for frame in chain.from_iterable(each.pictured() for each in inputs):
            name = self.image_name(frame.header.source, frame.header.info.media, frame.result.index)
            image = ids.find(frame, name)
            if image is None:
                continue
            count += 1
            for person in frame.people():
                yield {
                    "image_id": image.id,
                    "category_id": ids.category,
                    "keypoints": list(chain.from_iterable(person.keypoints)),
                    "score": person.score,
                }
        if not count:
            raise InputError(f"{self._path} has none of these images: its names are others")
