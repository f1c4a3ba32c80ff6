"""A SLEAP project, `.slp`: every person as a predicted instance, with the score of each keypoint.

The file is HDF5 of format 1.4. SLEAP counts pixels from the centre of the first one, we from its corner; so
half a pixel is taken off. A keypoint that does not reach the threshold is not `visible`; its place is kept.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from movenet_cli import __version__
from movenet_cli.core.skeleton import EDGE_INDICES, FLIP_PAIRS, KEYPOINT_COUNT, KEYPOINT_NAMES
from movenet_cli.errors import UsageError
from movenet_cli.io.json_text import escape_name
from movenet_cli.results.export.interface import Export, ExportFrame, ExportInput, ExportSettings, Person

_FRAME: Final = [
    *(("frame_id", "u8"), ("video", "u4"), ("frame_idx", "u8")),
    *(("instance_id_start", "u8"), ("instance_id_end", "u8")),
]
_INSTANCE: Final = [
    *(("instance_id", "i8"), ("instance_type", "u1"), ("frame_id", "u8"), ("skeleton", "u4")),
    *(("track", "i4"), ("from_predicted", "i8"), ("score", "f4")),
    *(("point_id_start", "u8"), ("point_id_end", "u8"), ("tracking_score", "f4")),
]
_POINT: Final = [("x", "f8"), ("y", "f8"), ("visible", "?"), ("complete", "?")]
_PREDICTED_POINT: Final = [*_POINT, ("score", "f8")]

_PREDICTED: Final = 1
"""The type of an instance that a model found."""

_GROUP: Final = 4096
"""Rows that are held in memory before they are written."""


class Sleap(Export):
    """See above; images are videos of one frame."""

    default_place: ClassVar[str] = "sleap.slp"

    def __init__(self, settings: ExportSettings) -> None:
        super().__init__(settings)
        try:
            import h5py  # noqa: PLC0415 - for this alone
        except ImportError as error:
            raise UsageError("a SLEAP project needs h5py: pip install h5py") from error
        self._h5py: Any = h5py

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        with self._h5py.File(place, "w") as file:
            project = _Project(file)
            for video, each in enumerate(inputs):
                project.add(video, each)
            project.close()
            strings = self._h5py.string_dtype()
            rows: dict[str, Sequence[object]] = {
                "videos_json": project.videos,
                "tracks_json": [[0, name] for name in project.tracks],
                "suggestions_json": [],
                "sessions_json": [],
            }
            for name, values in rows.items():
                file.create_dataset(name, data=[json.dumps(each) for each in values], dtype=strings)
            metadata = file.create_group("metadata")
            metadata.attrs["format_id"] = 1.4
            metadata.attrs["json"] = np.bytes_(json.dumps(_metadata()))


class _Project:
    """Frames, instances and points as growing tables.

    Attributes:
        videos: what `videos_json` tells of each.
        tracks: names, in the order of their numbers; of one id in several videos there is one.
    """

    def __init__(self, file: Any) -> None:
        self.videos: list[dict[str, object]] = []
        self.tracks: dict[str, int] = {}
        self._frames = _Table(file, "frames", _FRAME)
        self._instances = _Table(file, "instances", _INSTANCE)
        self._points = _Table(file, "pred_points", _PREDICTED_POINT)
        _Table(file, "points", _POINT)

    def add(self, video: int, each: ExportInput) -> None:
        """Take all frames of an input."""
        frame, count = None, 0
        for frame in each.pictured():
            number, first = self._frames.count, self._instances.count
            for person in frame.people():
                self._add_person(number, person)
            self._frames.add((number, video, frame.result.index, first, self._instances.count))
            count = max(frame.header.info.frame_count or 0, frame.result.index + 1)
        self.videos.append(_video(each, frame, count))

    def close(self) -> None:
        """Write what is still held."""
        for table in (self._frames, self._instances, self._points):
            table.flush()

    def _add_person(self, frame: int, person: Person) -> None:
        track = -1
        if person.id is not None:
            track = self.tracks.setdefault(f"person_{person.id}", len(self.tracks))
        start = self._points.count
        for (x, y, score), seen in zip(person.keypoints, person.seen, strict=True):
            self._points.add((x - 0.5, y - 0.5, seen, False, score))
        end = start + KEYPOINT_COUNT
        self._instances.add(
            (self._instances.count, _PREDICTED, frame, 0, track, -1, person.score, start, end, np.nan)
        )


class _Table:
    """A dataset of records that grows in groups of rows.

    Attributes:
        count: rows that have been added.
    """

    def __init__(self, file: Any, name: str, fields: list[tuple[str, str]]) -> None:
        self._type: npt.DTypeLike = np.dtype(fields)
        self._dataset = file.create_dataset(
            name, shape=(0,), maxshape=(None,), dtype=self._type, chunks=(_GROUP,)
        )
        self._rows: list[tuple[object, ...]] = []
        self.count = 0

    def add(self, row: tuple[object, ...]) -> None:
        """Append a row."""
        self._rows.append(row)
        self.count += 1
        if len(self._rows) == _GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        self._dataset.resize((self.count,))
        self._dataset[self.count - len(self._rows) :] = np.array(self._rows, self._type)
        self._rows.clear()


def _video(each: ExportInput, frame: ExportFrame | None, count: int) -> dict[str, object]:
    """What SLEAP wants to know of a video, or of an image as a video of one frame."""
    path = escape_name(each.name if each.file is None else str(each.file))
    backend: dict[str, object] = {"filename": path} if each.media == "video" else {"filenames": [path]}
    if frame is not None:
        width, height = frame.header.info.width, frame.header.info.height
        backend |= {"shape": [count, height, width, 3], "grayscale": False}
        if frame.header.info.fps is not None:
            backend["fps"] = frame.header.info.fps
    return {"filename": path, "backend": backend}


def _metadata() -> dict[str, object]:
    """The skeleton, as SLEAP serialises graphs: edges of type 1 are limbs, those of type 2 symmetries."""
    limbs = _links(EDGE_INDICES, 1)
    for index, link in enumerate(limbs):
        link["edge_insert_idx"] = index
    skeleton = {
        "directed": True,
        "graph": {"name": "person", "num_edges_inserted": len(limbs)},
        "links": [*limbs, *_links(chain.from_iterable(((a, b), (b, a)) for a, b in FLIP_PAIRS), 2)],
        "multigraph": True,
        "nodes": [{"id": index} for index in range(KEYPOINT_COUNT)],
    }
    return {
        "version": "2.0.0",
        "skeletons": [skeleton],
        "nodes": [{"name": name, "weight": 1.0} for name in KEYPOINT_NAMES],
        **{name: [] for name in ("videos", "tracks", "suggestions")},
        "negative_anchors": {},
        "provenance": {"movenet_cli": __version__},
    }


def _links(pairs: Iterable[tuple[int, int]], kind: int) -> list[dict[str, Any]]:
    """Edges of one type; the type is written out once, and referred to by its number after that."""
    first = {"py/reduce": [{"py/type": "sleap.skeleton.EdgeType"}, {"py/tuple": [kind]}]}
    return [
        {"key": 0, "source": a, "target": b, "type": {"py/id": kind} if index else first}
        for index, (a, b) in enumerate(pairs)
    ]
