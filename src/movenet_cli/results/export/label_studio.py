"""Tasks for Label Studio with the poses as predictions, and the labelling interface that they fit.

Each person is a rectangle, and each of its keypoints a region inside of that one (`parentID`): so several
people in an image stay apart, in the tool and in its own exports to YOLO. `model_index` gives these exports
the keypoints' order. A keypoint that does not reach the threshold, or lies outside of the image, is left out:
Label Studio has no other way to say that it is not annotated.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.io.json_text import escape_name
from movenet_cli.output.formats.rounding import seconds_number
from movenet_cli.results.export.interface import Export, ExportFrame, ExportInput, Person
from movenet_cli.results.export.text import write_list

_POINT: Final = 0.6
"""A keypoint's width, percent of the image's."""

_LABELS: Final = "\n".join(
    f'    <Label value="{name}" model_index="{index}"/>' for index, name in enumerate(KEYPOINT_NAMES)
)
_INTERFACE: Final = f"""\
<View>
  <RectangleLabels name="person" toName="image">
    <Label value="person"/>
  </RectangleLabels>
  <KeyPointLabels name="keypoint" toName="image">
{_LABELS}
  </KeyPointLabels>
  <Image name="image" value="$image" zoom="true"/>
</View>
"""


class LabelStudio(Export):
    """`tasks.json` to import, and `interface.xml` for the project's settings."""

    default_place: ClassVar[str] = "label-studio"
    is_folder: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"frames", "url_prefix"})

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        (place / "interface.xml").write_text(_INTERFACE, "ascii")
        with (place / "tasks.json").open("w", encoding="utf-8", newline="\n") as stream:
            stream.write("[")
            write_list(stream, (self._task(frame) for each in inputs for frame in each.pictured()))
            stream.write("]\n")

    def _task(self, frame: ExportFrame) -> dict[str, object]:
        header, result = frame.header, frame.result
        name = self.image_name(header.source, header.info.media, result.index)
        people = frame.people()
        prediction = {
            "model_version": f"{header.model.name} {header.model.sha256[:12]}",
            "score": round(sum(person.score for person in people) / max(1, len(people)), 4),
            "result": [
                region
                for number, person in enumerate(people, 1)
                for region in _regions(person, number, frame)
            ],
        }
        data = {
            "image": self.settings.url_prefix + quote(os.fsencode(name)),
            "source": escape_name(header.source),
            "frame": result.index,
            "time": None if result.time is None else seconds_number(result.time),
        }
        return {"data": data, "predictions": [prediction]}


def _regions(person: Person, number: int, frame: ExportFrame) -> Iterator[dict[str, object]]:
    """A person's rectangle, then its keypoints."""
    width, height = frame.size
    x0, y0, x1, y1 = person.box
    size = {"original_width": width, "original_height": height, "image_rotation": 0}
    box = {"x": _percent(x0, width), "y": _percent(y0, height)}
    box |= {"width": _percent(x1 - x0, width), "height": _percent(y1 - y0, height)}
    yield {
        "id": f"person-{number}",
        "from_name": "person",
        "to_name": "image",
        "type": "rectanglelabels",
        **size,
        "score": person.score,
        "value": {**box, "rotation": 0, "rectanglelabels": ["person"]},
    }
    for name, (x, y, score), seen in zip(KEYPOINT_NAMES, person.keypoints, person.seen, strict=True):
        if seen and 0 <= x <= width and 0 <= y <= height:
            place = {"x": _percent(x, width), "y": _percent(y, height), "width": _POINT}
            yield {
                "id": f"person-{number}-{name}",
                "parentID": f"person-{number}",
                "from_name": "keypoint",
                "to_name": "image",
                "type": "keypointlabels",
                **size,
                "score": score,
                "value": {**place, "keypointlabels": [name]},
            }


def _percent(value: float, side: int) -> float:
    return round(100 * value / side, 6)
