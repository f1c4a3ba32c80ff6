"""Inputs without documents, as far as the dataset or its parts tell: no times, no scores of keypoints."""

from collections.abc import Collection, Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import UNSET

from movenet_cli.core.folder_names import DATASET
from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.natural_order import natural_path_key
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.skeleton import KEYPOINT_COUNT
from movenet_cli.core.types import FrameResult, Pose, Size, Thresholds
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name, unescape_name
from movenet_cli.results.dataset import CocoAnnotation, Images, read_dataset, read_dataset_part, source_of
from movenet_cli.results.finding import find_files

UNKNOWN_MODEL: Final = ModelInfo("unknown model", "single", None, "", "")
_SEEN: Final = 0.5
"""Between 0 and 1, the scores that keypoints get here: COCO tells only which ones were seen."""


class CocoResults:
    """One input's images in a dataset, to be read like a `reading.Document`.

    Attributes:
        header: what its first image tells.
        summary: counts of the frames that have been read.
    """

    def __init__(self, name: str, images: Images) -> None:
        """Read the first image.

        Raises:
            InputError: there is none, or it is broken.
        """
        first, people = next(images, (None, []))
        if first is None:
            raise InputError(f"{name} has no frames")
        self._images = chain([(first, people)], images)
        self._is_video = first.file_name != escape_name(name)
        info = SourceInfo("video" if self._is_video else "image", first.width, first.height)
        self.header = Header(name, info, UNKNOWN_MODEL, Size(0, 0), {}, Thresholds(_SEEN))
        self.summary = Summary()

    def frames(self) -> Iterator[FrameResult]:
        """Every frame, in order, once.

        Raises:
            InputError: at the first image that is not as it must be.
        """
        for image, people in self._images:
            number = image.file_name.rpartition("#")[2] if self._is_video else "0"
            index = int(number) if number.isdecimal() else 0
            result = FrameResult(index, None, image.status, tuple(map(_pose, people)))
            self.summary.add(result)
            yield result


def find_coco_results(folder: Path, known: Collection[str]) -> Iterator[tuple[str, Images]]:
    """Inputs of a results folder that have no documents, by name; each must be read before the next.

    Args:
        folder: the results folder.
        known: names of the inputs with documents. Without any, and without parts, the dataset itself is read.

    Raises:
        InputError: the dataset is broken.
    """
    parts = {name: path for path, name in find_files(folder, "coco") if name not in known}
    for name in sorted(parts, key=natural_path_key):
        yield name, read_dataset_part(parts[name])
    dataset = folder / DATASET
    if not parts and not known and dataset.is_file():
        for source, images in groupby(read_dataset(dataset), lambda pair: source_of(pair[0].file_name)):
            yield _name(source, dataset), images


def _name(source: str, dataset: Path) -> str:
    try:
        return unescape_name(source)
    except ValueError as error:
        raise InputError(f"{dataset}: {error}") from error


def _pose(person: CocoAnnotation) -> Pose:
    rows = np.array(person.keypoints, np.float32).reshape(KEYPOINT_COUNT, 3)
    rows[:, 2] = rows[:, 2] > 0
    x, y, width, height = person.bbox
    track = None if person.track_id is UNSET else person.track_id
    return Pose(rows, person.score, (x, y, x + width, y + height), track)
