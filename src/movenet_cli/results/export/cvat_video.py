"""CVAT's annotations of tasks of one video each ("CVAT for video 1.1"): a track per person.

A track ends where its person is gone, and goes on when the same id comes back. Without ids, a single-pose
model's person is one track, and people of a multi-pose model are a track each in every frame.
"""

import itertools
import tempfile
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, ClassVar

from movenet_cli.core.types import Size
from movenet_cli.errors import InputError
from movenet_cli.results.export.cvat import LABEL, head, points_of, tag, write_labels
from movenet_cli.results.export.interface import Export, ExportFrame, ExportInput, Person


class CvatVideo(Export):
    """`NAME.xml` for each video, and the `labels.json` that the tasks need; images are left out."""

    default_place: ClassVar[str] = "cvat-video"
    is_folder: ClassVar[bool] = True

    def check(self, inputs: Sequence[ExportInput]) -> None:
        """Refuse a run without videos."""
        if all(each.media == "image" for each in inputs):
            raise InputError("there is no video in these results; use cvat-images for images")

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        write_labels(place)
        for each in inputs:
            if each.media == "image":
                self.left_out.append(each.name)
                continue
            path = place / f"{each.name}.xml"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="\n") as stream, _Tracks() as tracks:
                size = tracks.read(each)
                stream.write(head(each.name, "interpolation", size))
                for number, shapes in enumerate(tracks.shapes()):
                    stream.write(tag("track", id=number, label=LABEL, source="auto") + ">\n")
                    stream.writelines(shapes)
                    stream.write("</track>\n")
                stream.write("</annotations>\n")
        if self.left_out:
            more = f" and {len(self.left_out) - 1:,} more" if len(self.left_out) > 1 else ""
            self.remarks.append(f"left out, since only videos have tracks: {self.left_out[0]}{more}")


class _Tracks:
    """One video's people, sorted by track in a temporary file: memory holds two numbers per shape."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `__exit__`
        self._pieces: dict[Hashable, list[tuple[int, int]]] = {}
        self._present: Mapping[Hashable, Person] = {}
        self._strangers = itertools.count()

    def read(self, video: ExportInput) -> Size | None:
        """Take every frame; the size of the video, when there is a frame."""
        frame = None
        for frame in video.pictured():
            present = {self._key(person, frame): person for person in frame.people()}
            self._end_others(present, frame, frame.result.index)
            for key, person in present.items():
                self._add(key, person, frame, frame.result.index)
            self._present = present
        if frame is None:
            return None
        info, after = frame.header.info, frame.result.index + 1
        if info.frame_count is not None and after < info.frame_count:
            self._end_others({}, frame, after)
        return Size(info.width, info.height)

    def shapes(self) -> Iterator[Iterator[str]]:
        """The shapes of each track, in order."""
        for pieces in self._pieces.values():
            yield map(self._piece, pieces)

    def _key(self, person: Person, frame: ExportFrame) -> Hashable:
        if person.id is not None:
            return person.id
        return "alone" if frame.header.model.kind == "single" else ("stranger", next(self._strangers))

    def _end_others(self, present: Mapping[Hashable, Person], frame: ExportFrame, index: int) -> None:
        for key, person in self._present.items():
            if key not in present:
                self._add(key, person, frame, index, hidden=True)

    def _add(
        self, key: Hashable, person: Person, frame: ExportFrame, index: int, *, hidden: bool = False
    ) -> None:
        points = points_of(person, frame.size, hidden=hidden, keyframe=1)
        text = f'<skeleton frame="{index}" keyframe="1" z_order="0">\n{points}</skeleton>\n'.encode()
        self._pieces.setdefault(key, []).append((self._file.seek(0, 2), len(text)))
        self._file.write(text)

    def _piece(self, piece: tuple[int, int]) -> str:
        start, size = piece
        self._file.seek(start)
        return self._file.read(size).decode()

    def __enter__(self) -> "_Tracks":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
