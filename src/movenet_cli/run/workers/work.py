"""Work items and what comes of them: values that may be sent to another process or machine."""

from dataclasses import dataclass
from typing import TypeAlias

from movenet_cli.core.inputs import InputFile, Segment, SourceInfo
from movenet_cli.inference.follow import Pursuit
from movenet_cli.io.storage.interface import StoredFile
from movenet_cli.output.interface import Order, Written
from movenet_cli.run.segments.segment import Seam


@dataclass(frozen=True, slots=True)
class InputWork:
    """Annotate an input, or find that it is a video to be cut.

    Attributes:
        file: the input; one that is elsewhere is copied where it is worked on.
        order: what is to be made of it.
        cut_from: videos of at least so many frames are cut where they can be; None for no video.
    """

    file: InputFile
    order: Order
    cut_from: int | None = None


@dataclass(frozen=True, slots=True)
class CutWork:
    """Find the segments of a long video, of which some are to be done here.

    Attributes:
        file: the video.
        order: what is to be made of it in the end.
    """

    file: InputFile
    order: Order


@dataclass(frozen=True, slots=True)
class SegmentWork:
    """Annotate a segment, unless that has been done.

    Attributes:
        file: the video.
        info: facts about it.
        segment: the segment.
        place: where its results go.
        before: of the segment before, to go on from; None to start afresh.
        content: sha256 of the video, where that is known.
    """

    file: InputFile
    info: SourceInfo
    segment: Segment
    place: StoredFile
    before: Pursuit | None = None
    content: str | None = None


@dataclass(frozen=True, slots=True)
class JoinWork:
    """Put a video's results together, of its segments' in order.

    Attributes:
        file: the video.
        order: what is to be made of it.
        info: facts about it.
        segments: it was cut into.
        places: where the segments' results are.
    """

    file: InputFile
    order: Order
    info: SourceInfo
    segments: tuple[Segment, ...]
    places: tuple[StoredFile, ...]


Work: TypeAlias = InputWork | CutWork | SegmentWork | JoinWork


def order_of(work: Work) -> Order | None:
    """What is to be made of the input; a segment has no order of its own."""
    return None if isinstance(work, SegmentWork) else work.order


@dataclass(frozen=True, slots=True)
class CutVideo:
    """A video whose segments can be annotated side by side.

    Attributes:
        order: for its content.
        info: facts about it.
        segments: in order.
    """

    order: Order
    info: SourceInfo
    segments: tuple[Segment, ...]

    @property
    def mark(self) -> StoredFile:
        """What is there once a segment turned out not to be what the index says."""
        return self.order.segment_place(self.info.media, 0, "unsound")

    @property
    def is_done(self) -> bool:
        """Whether the results of all segments are there, as they are when each is started afresh."""
        numbers = (segment.number for segment in self.segments)
        return all(self.order.segment_place(self.info.media, number, "").exists() for number in numbers)


@dataclass(frozen=True, slots=True)
class SegmentDone:
    """A segment's results are in their place.

    Attributes:
        start: see `SegmentResults`.
        end: the same.
    """

    start: Seam | None
    end: Seam | None


@dataclass(frozen=True, slots=True)
class UpToDate:
    """An input whose content only its copy told has all its results.

    Attributes:
        order: for its content.
    """

    order: Order


@dataclass(frozen=True, slots=True)
class Uncut:
    """A video turned out not to be what its index says: it has to be read in one go."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing could be made of an input.

    Attributes:
        reason: one line for the user.
        order: for the content that was read, when it was.
        is_bug: whether the fault is ours.
    """

    reason: str
    order: Order | None = None
    is_bug: bool = False


Done: TypeAlias = Written | CutVideo | SegmentDone | UpToDate | Uncut | Failed
