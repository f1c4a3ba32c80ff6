"""The source's streams: what an overlay takes over besides pixels (rate, colours, pixel shape, sound)."""

import logging
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from movenet_cli.errors import SHORTAGE, MediaError
from movenet_cli.io.container import open_container
from movenet_cli.output.overlay.soundtrack import Soundtrack

log = logging.getLogger(__name__)

_BT709: Final = 1
_UNKNOWN: Final = 2
_BT601: Final = 6
_MATRICES: Final = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
"""libavutil's number of a colour space to libswscale's number of its matrix, of those that both know."""

_HD_ROWS: Final = 720


@dataclass(frozen=True, slots=True)
class Colours:
    """How RGB becomes YUV, and what the file says of it; numbers as in libavutil (ITU-T H.273).

    Attributes:
        matrix: libswscale's number of the conversion.
        space: the file's matrix coefficients.
        primaries: the file's colour primaries.
        transfer: the file's transfer characteristics.
    """

    matrix: int
    space: int
    primaries: int
    transfer: int


class NoStreams:
    """The input of a video overlay that is made of images, which have no sound and say nothing of a video.

    Args:
        rate: frames a second.

    Attributes:
        rate: average frames a second; None when the container does not say.
        colours: those of the images.
        pixel_shape: width to height of one upright pixel; None for square ones or when unknown.
        duration: seconds from the first frame to the end; None when unknown.
    """

    def __init__(self, rate: Fraction | None = None) -> None:
        self.rate = rate
        self.colours = Colours(_MATRICES[_BT709], _BT709, _BT709, _BT709)
        self.pixel_shape: Fraction | None = None
        self.duration: float | None = None

    def sound(self, output: OutputContainer) -> Soundtrack | None:
        """The sound from the overlay's first frame on, added to an output that has no packet yet."""
        return None

    def close(self) -> None:
        """Free the file."""


class SourceStreams(NoStreams):
    """The input of a video overlay, opened a second time, for its sound and what its header says.

    Args:
        path: the file.
        start: seconds from its first frame to the overlay's first one.
        rotation: degrees clockwise by which its images were turned upright.

    Raises:
        MediaError: when it cannot be opened, or is no video any more.
    """

    def __init__(self, path: Path, start: float, rotation: int) -> None:
        super().__init__()
        try:
            self._container = open_container(path)
        except SHORTAGE:
            raise
        except FFmpegError as error:
            raise MediaError("the video cannot be opened again for its sound") from error
        stream = self._video()
        self._start = start
        self._first = (stream.start_time or 0) * (stream.time_base or Fraction(0))
        self.rate = stream.average_rate
        self.colours = _colours(stream)
        self.pixel_shape = _pixel_shape(stream, rotation)
        self.duration = self._duration(stream)

    def sound(self, output: OutputContainer) -> Soundtrack | None:
        """The sound from `start` on, added to an output that has no packet yet; None when there is none."""
        stream = self._container.streams.best("audio")
        if stream is None:
            return None
        if stream.codec_context is None:
            log.warning(
                "%s: the overlay is silent: the sound's codec is not known here", self._container.name
            )
            return None
        if not stream.sample_rate:  # type: ignore[attr-defined]
            return None
        return Soundtrack(self._container, stream, output, self._first, self._start)  # type: ignore[arg-type]

    def close(self) -> None:
        """Free the file."""
        self._container.close()

    def _video(self) -> VideoStream:
        stream = next((each for each in self._container.streams.video if not _is_cover(each)), None)
        if stream is None or stream.codec_context is None:
            self._container.close()
            raise MediaError("the video is no video any more: it changed while it was read")
        return stream

    def _duration(self, stream: VideoStream) -> float | None:
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        if self._container.duration is not None:
            return self._container.duration / 1e6
        return None


def _is_cover(stream: VideoStream) -> bool:
    """Whether a stream is a still image of a music file's cover."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _colours(stream: VideoStream) -> Colours:
    """The source's own, so that every player treats both files alike.

    What has no YUV of its own (GIF, PNG) gets BT.709. Where nothing is said, decoders take BT.601; players do
    so only for small images, so this is stated for those and left open for large ones.
    """
    context = stream.codec_context
    known = (int(context.color_primaries), int(context.color_trc))
    space = int(context.colorspace)
    if space in _MATRICES:
        return Colours(_MATRICES[space], space, *known)
    if space == _UNKNOWN and "yuv" in (context.pix_fmt or ""):
        stated = _UNKNOWN if min(stream.height, stream.width) >= _HD_ROWS else _BT601
        return Colours(_MATRICES[_BT601], stated, *known)
    return Colours(_MATRICES[_BT709], _BT709, _BT709, _BT709)


def _pixel_shape(stream: VideoStream, rotation: int) -> Fraction | None:
    shape = stream.codec_context.sample_aspect_ratio or stream.sample_aspect_ratio
    if not shape or shape == 1:
        return None
    return 1 / shape if rotation in (90, 270) else shape
