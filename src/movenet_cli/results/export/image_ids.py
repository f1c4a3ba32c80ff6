"""The images of a COCO file of unknown origin: their ids and names, found by the names of our frames."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.core.types import Size
from movenet_cli.core.wording import counted
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name
from movenet_cli.io.strict_json import decode
from movenet_cli.results.export.interface import ExportFrame, ExportInput
from movenet_cli.results.export.selection import frame_name

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class KnownImage:
    """An image of the file: its id, name, and its size where it tells that."""

    id: int | str
    file_name: str
    size: Size | None


class ImageIds:
    """Finds a frame's image in a COCO file: by its name, or else by its last part if that is unique.

    So `val2017/1.jpg` in the file is `1.jpg` here, and the other way round. A frame of a video is called
    `clips/a.mp4#000012`, or as `convert --to coco-dataset` calls it.

    Attributes:
        category: the id of the category with our 17 keypoints.
        left_out: how many frames had no image.
    """

    def __init__(self, path: Path, inputs: Sequence[ExportInput]) -> None:
        """Read the file.

        Args:
            path: the file.
            inputs: all whose frames will be asked for.

        Raises:
            InputError: it cannot be read, or is no COCO file.
        """
        self.left_out = 0
        self._path = path
        images, self.category = _read(path)
        self._images = {image.file_name: image for image in images}
        self._short = _unique((_last_part(image.file_name), image) for image in images)
        ours = Counter(_last_part(each.name) for each in inputs)
        self._ambiguous = {part for part, count in ours.items() if count > 1}

    def find(self, frame: ExportFrame, dataset_name: str) -> KnownImage | None:
        """The frame's image.

        Args:
            frame: one of ours.
            dataset_name: as `Export.image_name` calls it.

        Raises:
            InputError: the image has another size there.
        """
        source, info = frame.header.source, frame.header.info
        names = (frame_name(source, info.media, frame.result.index), escape_name(dataset_name))
        found = next((self._images[name] for name in names if name in self._images), None)
        if found is None and _last_part(source) not in self._ambiguous:
            found = self._short.get(_last_part(names[0]))
        if found is None:
            self.left_out += 1
        elif found.size not in (None, frame.size):
            raise InputError(
                f"{self._path}: {names[0]} is another image there: {found.size}, not {frame.size}"
            )
        return found

    def remarks(self) -> Iterable[str]:
        """What the user should know, once all frames have been asked for."""
        if self.left_out:
            yield f"left out, since {self._path} does not have them: {counted(self.left_out, 'frame')}"


def _read(path: Path) -> tuple[list[KnownImage], int]:
    try:
        document = decode(_Document, path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path} is no COCO file: {error}") from error
    ours = (each.id for each in document.categories if tuple(each.keypoints) == KEYPOINT_NAMES)
    images = [
        KnownImage(
            each.id, each.file_name, Size(each.width, each.height) if each.width and each.height else None
        )
        for each in document.images
    ]
    return images, next(ours, 1)


class _Image(msgspec.Struct):
    id: int | str
    file_name: str
    width: int | None = None
    height: int | None = None


class _Category(msgspec.Struct):
    id: int
    keypoints: list[str] = []


class _Document(msgspec.Struct):
    """What of a COCO file matters here."""

    images: list[_Image]
    categories: list[_Category] = []


def _last_part(name: str) -> str:
    return name.rpartition("/")[2]


def _unique(pairs: Iterable[tuple[str, _T]]) -> dict[str, _T]:
    """The values whose key no other value has."""
    pairs = list(pairs)
    counts = Counter(key for key, _ in pairs)
    return {key: value for key, value in pairs if counts[key] == 1}
