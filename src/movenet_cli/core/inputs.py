"""What an input is to the rest of the program: a file with a name, and what is known once it is open."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Media = Literal["image", "video"]


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to work on.

    Attributes:
        path: where it is.
        name: where its results go, relative to the results folder: `/` between parts, full file name kept.
    """

    path: Path
    name: str


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
