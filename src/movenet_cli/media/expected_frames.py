"""How many frames of an input to expect, by what its header declares: an estimate, for progress only."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from av.container import InputContainer
from av.error import FFmpegError

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.io.container import open_container
from movenet_cli.media.sniff import IMAGE_SUFFIXES, media_by_suffix

_MICROSECONDS: Final = 10**6
"""FFmpeg's unit of a container's duration."""


@dataclass(frozen=True, slots=True)
class Expected:
    """How many frames to expect of an input.

    Attributes:
        frames: so many.
        is_exact: false when it rests on what a header declares.
    """

    frames: int
    is_exact: bool = False


def expected_frames(file: InputFile, wanted: FrameRange) -> Expected | None:
    """Look at a name, or else at a video's header; no frame is decoded for it.

    Returns:
        None when nothing is declared, or the file is no video that can be read here.
    """
    path, sequence = file.path, file.sequence
    if sequence is not None:
        count = sequence.last - sequence.first + 1
        return Expected(_in_range(count, Fraction(sequence.fps), wanted))
    if file.url is not None:
        return Expected(1, is_exact=True) if media_by_suffix(file.name) == "image" else None
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return Expected(1, is_exact=True)
    try:
        with open_container(path) as container:
            declared = _declared(container)
    except (FFmpegError, OSError, ValueError):
        return None
    return None if declared is None else Expected(_in_range(*declared, wanted))


def _declared(container: InputContainer) -> tuple[int, Fraction] | None:
    """Number of frames and frames a second."""
    if not container.streams.video:
        return None
    stream = container.streams.video[0]
    rate = stream.average_rate
    if rate is None or rate <= 0:
        return None
    if stream.frames > 0:
        return stream.frames, rate
    if stream.duration is not None and stream.time_base is not None:
        seconds = stream.duration * stream.time_base
    elif container.duration is not None:
        seconds = Fraction(container.duration, _MICROSECONDS)
    else:
        return None
    return max(1, round(seconds * rate)), rate


def _in_range(count: int, rate: Fraction, wanted: FrameRange) -> int:
    """How many of `count` frames, evenly `rate` a second, are asked for."""
    first = wanted.start_frame if wanted.start_frame is not None else math.ceil((wanted.start or 0) * rate)
    end = count
    if wanted.end_frame is not None:
        end = min(end, wanted.end_frame)
    elif wanted.end is not None:
        end = min(end, math.ceil(wanted.end * rate))
    span = max(0, end - first)
    taken = math.ceil(span / wanted.stride)
    if wanted.fps is not None:
        taken = min(taken, math.ceil(span / rate * wanted.fps))
    return taken if wanted.max_frames is None else min(taken, wanted.max_frames)
