"""CVAT's annotations of a task of images ("CVAT for images 1.1"); frames of videos are images, too."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from movenet_cli.io.json_text import escape_name
from movenet_cli.results.export.cvat import LABEL, head, points_of, tag, write_labels
from movenet_cli.results.export.interface import Export, ExportFrame, ExportInput


class CvatImages(Export):
    """`annotations.xml` with a skeleton per person, and the `labels.json` that the task needs."""

    default_place: ClassVar[str] = "cvat-images"
    is_folder: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"frames"})

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        write_labels(place)
        frames = (frame for each in inputs for frame in each.pictured())
        with (place / "annotations.xml").open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(head("movenet", "annotation"))
            for number, frame in enumerate(frames):
                stream.writelines(self._lines(number, frame))
            stream.write("</annotations>\n")

    def _lines(self, number: int, frame: ExportFrame) -> list[str]:
        source, media = frame.header.source, frame.header.info.media
        name = escape_name(self.image_name(source, media, frame.result.index))
        width, height = frame.size
        start = tag("skeleton", label=LABEL, source="auto", z_order=0) + ">\n"
        people = (f"{start}{points_of(person, frame.size)}</skeleton>\n" for person in frame.people())
        return [tag("image", id=number, name=name, width=width, height=height) + ">\n", *people, "</image>\n"]
