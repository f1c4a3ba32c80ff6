"""What an export is: the results of a whole folder to one file, or one folder, of another tool."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from movenet_cli.core.inputs import Media
from movenet_cli.core.results import Header
from movenet_cli.core.types import Box, FrameResult, Pose, Size
from movenet_cli.output.formats.rounding import box_row, keypoint_rows, score_number, smoothed_rows
from movenet_cli.results.reading import open_document
from movenet_cli.settings import DEFAULT_URL_PREFIX, TableLayout


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What may be asked of an export; each format says in `uses` what has an effect on it.

    Attributes:
        smoothed: take the smoothed points where there are any.
        layout: of a table: a row per person, or a row per keypoint.
        image_ids: a COCO file whose images' ids and names are taken.
        url_prefix: what stands before an image's name in its address.
    """

    smoothed: bool = False
    layout: TableLayout = "wide"
    image_ids: Path | None = None
    url_prefix: str = DEFAULT_URL_PREFIX


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody seen in a frame, with the digits that documents have.

    Attributes:
        id: the track's number; None when nobody tracks.
        score: of the pose.
        box: x0, y0, x1, y1 in pixels, cut at the edges of the image.
        keypoints: 17 times x, y in pixels and the score; also outside of the image.
        seen: for each keypoint, whether it reaches the run's `min_score`.
    """

    id: int | None
    score: float
    box: Box
    keypoints: Sequence[tuple[float, float, float]]
    seen: Sequence[bool]


@dataclass(frozen=True, slots=True)
class ExportFrame:
    """One frame's result, with what stands at the top of its document.

    Attributes:
        header: of the document.
        result: status and poses.
        smoothed: whether smoothed points replace the others, where there are any.
    """

    header: Header
    result: FrameResult
    smoothed: bool = False

    @property
    def size(self) -> Size:
        """Of the upright frame."""
        return self.result.size or Size(self.header.info.width, self.header.info.height)

    def rows(self, pose: Pose) -> list[tuple[float, float, float]]:
        """17 times x, y and score of a pose of this frame."""
        rows = keypoint_rows(pose)
        places = rows if pose.smoothed is None or not self.smoothed else smoothed_rows(pose.smoothed)
        return [(place[0], place[1], row[2]) for place, row in zip(places, rows, strict=True)]

    def people(self) -> list[Person]:
        """Everybody who counts as a person and has a box."""
        people = []
        for pose in self.header.people(self.result):
            rows = self.rows(pose)
            seen = [score >= self.header.thresholds.min_score for _, _, score in rows]
            if any(seen) and pose.box is not None:
                people.append(Person(pose.id, score_number(pose.score), self._inside(pose.box), rows, seen))
        return people

    def _inside(self, box: Box) -> Box:
        width, height = self.size
        x0, y0, x1, y1 = box_row(box)
        return (_cut(x0, width), _cut(y0, height), _cut(x1, width), _cut(y1, height))


def _cut(value: float, side: int) -> float:
    return min(max(value, 0.0), float(side))


@dataclass(frozen=True, slots=True)
class ExportInput:
    """One input with a sound document, which is read anew by each call of `frames`.

    Attributes:
        name: of the input.
        document: the file.
        media: what it is.
        images: how many frames have an image: all but the failed ones, of those that were chosen.
        most_people: seen in one frame.
        smoothed: see `ExportFrame`; only where there are smoothed points.
        only: the indices of the frames that were chosen; None for all.
        file: where the input itself was when it was annotated; None when that is not known.
    """

    name: str
    document: Path
    media: Media
    images: int
    most_people: int
    smoothed: bool = False
    only: frozenset[int] | None = None
    file: Path | None = None

    def frames(self) -> Iterator[ExportFrame]:
        """Each chosen frame, in order.

        Raises:
            InputError: the document is not what it was any more.
        """
        with open_document(self.document, self.name) as opened:
            for result in opened.frames():
                if self.only is None or result.index in self.only:
                    yield ExportFrame(opened.header, result, self.smoothed)

    def pictured(self) -> Iterator[ExportFrame]:
        """Each chosen frame that has an image, in order; errors as `frames`."""
        return (frame for frame in self.frames() if frame.result.status != "failed")


class Export(ABC):
    """A format; one object per export.

    Attributes:
        default_place: the name of its file or folder, inside of the results folder, when none is given.
        is_folder: whether it is a folder.
        uses: which of `frames` (images can be written beside it), `layout`, `image_ids` and `url_prefix`
            have an effect.
        remarks: lines for the user, complete when it is written.
        left_out: names of inputs that it does not hold, complete when it is written.
    """

    default_place: ClassVar[str]
    is_folder: ClassVar[bool] = False
    uses: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, settings: ExportSettings) -> None:
        """Check that it can be done here.

        Raises:
            UsageError: a library is missing, or the settings do not fit.
            InputError: a file that the settings name cannot be used.
        """
        self.settings = settings
        self.remarks: list[str] = []
        self.left_out: list[str] = []

    def check(self, inputs: Sequence[ExportInput]) -> None:  # noqa: B027 - most have nothing to refuse
        """Refuse inputs before anything is written.

        Raises:
            InputError: these inputs cannot be held, such as two that would share a name.
        """

    def image_name(self, name: str, media: Media, index: int) -> str:
        """What a frame's image is called in the dataset, `/` between parts."""
        return name if media == "image" else f"{name}/{index:06d}.jpg"

    @abstractmethod
    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """Write everything.

        Args:
            inputs: in natural order of their names; at least one.
            place: an empty file, or an empty folder, that gets its name when all is written.

        Raises:
            InputError: a document is not what it was any more.
        """
