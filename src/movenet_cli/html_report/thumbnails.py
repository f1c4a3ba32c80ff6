"""Thumbnails: small JPEG images of inputs, images and frames of videos, and of overlays."""

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from av.error import FFmpegError

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.types import ByteArray, Size
from movenet_cli.errors import MediaError
from movenet_cli.html_report.statistics import InputReview
from movenet_cli.io.container import open_container
from movenet_cli.media.image.still import read_still
from movenet_cli.media.pixels.orientation import Orientation
from movenet_cli.settings import DEFAULT_MAX_PIXELS

SIDE: Final = 320
"""Longer side in pixels."""

_QUALITY: Final = 78
_REDUCED: Final = {
    8: cv2.IMREAD_REDUCED_COLOR_8,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    1: cv2.IMREAD_COLOR,
}
"""OpenCV's flag for decoding at a fraction of the size, which is much quicker for JPEG."""

_COVER: Final = av.stream.Disposition.attached_pic
"""A stream that is a music file's cover image."""

_MAX_FRAMES: Final = 300
"""Frames of a video to decode in search of the right one."""
_MAX_SEEK: Final = 1e9
"""Seconds; FFmpeg cannot seek further."""
_NEAR: Final = 1e-3
"""Seconds by which the time of a frame may be off; results have four decimals."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small JPEG, and whether people are drawn in it already."""

    data: bytes
    is_drawn: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """Which frame of a video to take.

    Attributes:
        time: seconds; None where results do not tell.
        start: time of the first frame that an overlay has.
    """

    time: float | None
    start: float

    @classmethod
    def of(cls, review: InputReview) -> "Moment":
        """The frame to know an input by."""
        return cls(review.start if review.best is None else review.best.result.time, review.start or 0.0)


def make_thumbnail(
    info: SourceInfo, moment: Moment, path: Path | None, overlay: Path | None
) -> Thumbnail | None:
    """A thumbnail of the input, else of its overlay.

    Args:
        info: the input's size and rotation.
        moment: which frame.
        path: the input; None when it is not there.
        overlay: None when there is none.
    """
    size = Size(info.width, info.height)

    def choices() -> Iterator[tuple[bytes | None, bool]]:
        if info.media == "image":
            yield image_thumbnail(path, size), False
            yield image_thumbnail(overlay, size), True
        elif moment.time is None:  # nobody knows of which frame the people are
            yield video_thumbnail(overlay, size, 0.0), True
            yield video_thumbnail(path, size, 0.0, info.rotation), True
        else:
            yield video_thumbnail(path, size, moment.time, info.rotation), False
            yield video_thumbnail(overlay, size, moment.time - moment.start), True

    return next((Thumbnail(data, is_drawn) for data, is_drawn in choices() if data is not None), None)


def image_thumbnail(path: Path | None, size: Size) -> bytes | None:
    """A small JPEG of an image.

    Args:
        path: the image, if there is one.
        size: of the whole image, upright.

    Returns:
        None when it is not there, cannot be read, or has another shape.
    """
    if path is None:
        return None
    try:
        still = read_still(path, max(DEFAULT_MAX_PIXELS, size.width * size.height))
        if still is None:
            return None
        data, header = still
        if header.orientation.size(header.width, header.height) != size and header.format != "TIFF":
            return None
        factor = next(factor for factor in _REDUCED if max(size) >= factor * SIDE or factor == 1)
        flags = _REDUCED[factor] | cv2.IMREAD_IGNORE_ORIENTATION
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except (MediaError, cv2.error):
        return None
    return None if bgr is None else _encoded(header.orientation.apply(np.asarray(bgr, np.uint8)), size)


def video_thumbnail(path: Path | None, size: Size, time: float, rotation: int = 0) -> bytes | None:
    """A small JPEG of a video's frame.

    Args:
        path: the video, if there is one.
        size: of the upright image.
        time: of the frame, seconds from the video's first frame.
        rotation: degrees clockwise from stored to upright.

    Returns:
        None when it is not there, cannot be read, or is far from any frame to start decoding at.
    """
    if path is None or not path.is_file():
        return None
    for seeks in (True, False):  # some containers, such as MPEG-TS, only find frames that are too late
        with contextlib.suppress(FFmpegError, MediaError):
            frame = _frame_at(path, min(max(0.0, time), _MAX_SEEK), seeks=seeks)
            if frame is not None:
                bgr = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                return _encoded(_orientation(frame, rotation).apply(bgr), size)
    return None


def _frame_at(path: Path, time: float, *, seeks: bool) -> av.VideoFrame | None:
    """The frame that is shown at a time, unless it is far from where decoding begins, or before that."""
    shown: av.VideoFrame | None = None
    with open_container(path) as file:
        stream = next((each for each in file.streams.video if not each.disposition & _COVER), None)
        if stream is None:
            return None
        start = float(stream.start_time * stream.time_base) if stream.start_time and stream.time_base else 0.0
        if seeks:
            file.seek(int((start + time) * 1_000_000))
        for count, frame in enumerate(file.decode(stream)):
            if (frame.time or 0.0) > start + time + _NEAR:
                break
            if count == _MAX_FRAMES:
                return None
            shown = frame
        return shown


def _orientation(frame: av.VideoFrame, rotation: int) -> Orientation:
    """How a frame is turned upright: by its display matrix, which tells what is mirrored, too."""
    side_data: Any = frame.side_data
    with contextlib.suppress(KeyError, ValueError, struct.error):
        a, b, _, c, d = struct.unpack_from("=5i", bytes(side_data["DISPLAYMATRIX"]))
        return Orientation.of_matrix(a, b, c, d)
    return Orientation(rotation)


def _encoded(bgr: ByteArray, size: Size) -> bytes:
    """The image at the size of a thumbnail, with the shape of `size`, as JPEG."""
    scale = min(1.0, SIDE / max(size))
    small = (max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    resized = cv2.resize(bgr, small, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", resized, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    return data.tobytes()
