"""The mp4 file of an overlay: H.264 at the source's times, with its sound, that browsers play."""

import contextlib
import errno
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.codec.codec import UnknownCodecError
from av.error import FFmpegError
from av.packet import Packet
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from movenet_cli.errors import MediaError, OutputError
from movenet_cli.io.atomic import MAY_PASS, as_output_error
from movenet_cli.output.overlay.source_streams import NoStreams
from movenet_cli.output.overlay.video_frames import FrameShape

_TICKS: Final = 120_000
"""A second of the file's clock: all common frame times, also of 24000/1001 and 30000/1001 a second, and
milliseconds are whole numbers of it."""

_ENCODER: Final = "libx264"
_OPTIONS: Final = {"preset": "veryfast", "crf": "23", "bf": "0", "x264-params": "mbtree=0"}
"""No B-frames: without reordering every player shows every frame at its time, whatever the rate does.
No macroblock tree: with it, how x264 encodes small images depends on what lay in memory before."""

_MOST_THREADS: Final = 4
_LONGEST_SIDE: Final = 16384
_LONGEST_GAP: Final = 4 * 3600 * _TICKS
"""An mp4 file has 31 bits for the time from one image to the next."""
_END: Final = 0.1
"""Seconds; an overlay that ends so close to its source's end is not cut, and keeps all sound that is left."""

_DISK: Final = MAY_PASS | {
    getattr(errno, name, None)
    for name in ("EACCES", "EBADF", "EDQUOT", "EFBIG", "ENOENT", "ENOSPC", "EPERM", "EROFS")
}


class Mp4Writer:
    """An mp4 file in the making; its index goes to the front when it is finished.

    Args:
        name: the file's final name, for messages.
        path: the file to write, over what is there.
        shape: of the frames.
        source: the input's other streams, open until this is closed.

    Raises:
        OutputError: from any method, when the disk refuses, or there is no encoder.
        MediaError: from any method, when the encoder refuses this video.
    """

    def __init__(self, name: Path, path: Path, shape: FrameShape, source: NoStreams) -> None:
        self._name = name
        self._shape = shape
        self._source = source
        self._start: float | None = None
        self._last = -1
        if max(shape.width, shape.height) > _LONGEST_SIDE:
            raise MediaError(f"an overlay of {shape.width}x{shape.height} pixels is too large for H.264")
        with self._errors():
            self._container = av.open(f"file:{path}", "w", format="mp4", options={"movflags": "+faststart"})
            self._stream = self._video_stream()
            self._sound = source.sound(self._container)

    def write(self, frame: av.VideoFrame, time: float) -> None:
        """Encode one frame, in yuv420p; `time` in seconds since the source's first frame."""
        if self._start is None:
            self._start = time
        self._shorten_gap(time)
        # The encoder takes no two frames at one time; a damaged file may have them.
        self._last = max(self._last + 1, self._tick(time))
        frame.pts, frame.time_base = self._last, Fraction(1, _TICKS)
        with self._errors():
            self._mux(self._stream.encode(frame))

    def finish(self, end: float) -> None:
        """Encode what is left, and complete the file.

        Args:
            end: when the last image ends, seconds since the source's first frame, unless the source
                ends before.
        """
        duration = self._source.duration or end
        is_cut = end < duration - _END
        end = min(end, duration)
        with self._errors():
            for packet in self._stream.encode(None):
                # How long an image stays is known from the one after it; the last has none.
                if packet.pts == self._last:
                    packet.duration = min(max(1, self._tick(end) - self._last), _LONGEST_GAP)
                self._mux([packet])
            self._mux_sound(end - (self._start or 0.0) if is_cut else float("inf"))
            self._container.close()

    def close(self) -> None:
        """Free the encoder; a file that is not finished is broken."""
        with contextlib.suppress(FFmpegError):
            self._container.close()

    def _video_stream(self) -> VideoStream:
        options, location = _OPTIONS, self._shape.chroma_location
        if location is not None:
            options = {**_OPTIONS, "x264-params": f"{_OPTIONS['x264-params']}:chromaloc={location}"}
        stream = self._container.add_stream(_ENCODER, rate=_usable(self._source.rate), options=options)
        stream.width, stream.height, stream.pix_fmt = self._shape.width, self._shape.height, "yuv420p"
        stream.time_base = Fraction(1, _TICKS)
        context = stream.codec_context
        context.time_base = Fraction(1, _TICKS)
        context.thread_count = min(_MOST_THREADS, os.cpu_count() or 1)
        context.color_range = ColorRange.JPEG if self._shape.is_full_range else ColorRange.MPEG
        context.colorspace = self._source.colours.space
        context.color_primaries = self._source.colours.primaries
        context.color_trc = self._source.colours.transfer
        if self._source.pixel_shape is not None:
            context.sample_aspect_ratio = self._source.pixel_shape
        return stream

    def _shorten_gap(self, time: float) -> None:
        """Let the clock go on from the longest time that one image can stay; only damaged files need it."""
        excess = self._tick(time) - self._last - _LONGEST_GAP
        if excess > 0 and self._start is not None:
            self._start += excess / _TICKS

    def _tick(self, time: float) -> int:
        return round((time - (self._start or 0.0)) * _TICKS)

    def _mux(self, packets: "list[Packet[VideoStream]]") -> None:
        """Write video packets, each after the sound that comes before it.

        The muxer could put them in order by itself, but it would keep in memory what comes too early.
        """
        for packet in packets:
            if packet.pts is not None:
                self._mux_sound(packet.pts / _TICKS)
            self._container.mux(packet)

    def _mux_sound(self, until: float) -> None:
        if self._sound is not None:
            for packet in self._sound.until(until):
                self._container.mux(packet)

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        with as_output_error(self._name):
            try:
                yield
            except MemoryError:
                raise
            except FFmpegError as error:
                if error.errno in _DISK:
                    raise OSError(error.errno, error.strerror) from error
                raise MediaError(f"the overlay video cannot be encoded: {error.strerror}") from error
            except UnknownCodecError as error:
                raise OutputError(f"PyAV was built without {_ENCODER}: install its wheel with pip") from error


def _usable(rate: Fraction | None) -> Fraction:
    """A frame rate for the encoder, which makes the images' default duration of it."""
    return rate if rate and 1 / rate * _TICKS <= _LONGEST_GAP else Fraction(25)
