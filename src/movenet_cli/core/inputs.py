"""What an input is to the rest of the program: where it is, its name, and what is known once it is open."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Media = Literal["image", "video"]


@dataclass(frozen=True, slots=True)
class FrameSequence:
    """Numbered images that are the frames of one video; a number in between without a file is a lost frame.

    Attributes:
        first: the lowest number.
        last: the highest number.
        fps: frames a second.
    """

    first: int
    last: int
    fps: float


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What tells without reading a file whether it may have changed.

    Attributes:
        size: bytes.
        stamp: another number after every change: the time of the last one in nanoseconds, or, where there
            is no such time, a number made of what there is instead.
    """

    size: int
    stamp: int


@dataclass(frozen=True, slots=True)
class InputFile:
    """An input to work on: a file, numbered images, or a file elsewhere that is copied when its turn comes.

    Attributes:
        path: where the file is. Of numbered images their pattern, such as `frames/frame_%05d.png`. Of a file
            elsewhere nothing that exists.
        name: where its results go, relative to the results folder: `/` between parts, full file name kept.
        sequence: which numbers there are, of numbered images.
        url: of a file elsewhere; may hold secrets, so it is neither shown nor written down. None once `path`
            is a copy of the file.
        origin: what results say of where the input is, when `path` does not tell.
        status: of a copy, what was said of the file where it came from; None when `path` tells.
    """

    path: Path
    name: str
    sequence: FrameSequence | None = None
    url: str | None = field(default=None, repr=False)
    origin: str | None = None
    status: FileStatus | None = None


class Inputs(Protocol):
    """The inputs of a run, in its order; there may be millions, so they need not be in memory."""

    def __len__(self) -> int:
        """How many there are."""

    def __iter__(self) -> Iterator[InputFile]:
        """One after the other."""


@dataclass(frozen=True, slots=True)
class FrameRange:
    """Which frames of a video are asked for; an image is always taken whole.

    Attributes:
        stride: every n-th frame of the source, counted from its first one.
        fps: at most so many frames a second, by timestamps; None for all.
        start: first moment, seconds, or a frame index when `start_frame` is given instead.
        end: moment before which to stop, seconds; None for the end.
        start_frame: index of the first frame; None when `start` rules.
        end_frame: index of the frame before which to stop; None when `end` rules.
        max_frames: stop after so many frames; None for no limit.
    """

    stride: int = 1
    fps: float | None = None
    start: float | None = None
    end: float | None = None
    start_frame: int | None = None
    end_frame: int | None = None
    max_frames: int | None = None


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known of an input once it is open.

    Attributes:
        media: `image` or `video`.
        width: of the upright image, pixels.
        height: of the upright image, pixels.
        rotation: degrees clockwise that the stored pixels were turned to stand upright: 0, 90, 180 or 270.
        fps: true average frame rate; None for an image or when the container does not say.
        frame_count: frames the container declares, never trusted as a bound; None when it does not say.
    """

    media: Media
    width: int
    height: int
    rotation: int = 0
    fps: float | None = None
    frame_count: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a video that a decoder of its own can decode, from a key frame on.

    Attributes:
        number: of the segment, from 0.
        first: index of the key frame in the video.
        end: index of the next segment's key frame; None for the last one.
        entry: place of the key frame in the container's index.
        seek: its presentation time, in units of the stream.
        origin: presentation time of the video's first frame, in the same units.
    """

    number: int
    first: int
    end: int | None
    entry: int
    seek: int
    origin: int
