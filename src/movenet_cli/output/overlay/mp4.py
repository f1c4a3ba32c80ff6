"""RGB images with times and a source's sound in, an H.264 mp4 file that browsers play out."""

import contextlib
import errno
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.codec.codec import UnknownCodecError
from av.error import FFmpegError
from av.packet import Packet
from av.video.reformatter import ColorRange, VideoReformatter
from av.video.stream import VideoStream

from movenet_cli.core.types import ByteArray, Size
from movenet_cli.errors import MediaError, OutputError
from movenet_cli.io.atomic import as_output_error
from movenet_cli.output.overlay.source_streams import Original

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

_DISK: Final = {
    getattr(errno, name, None)
    for name in ("EACCES", "EBADF", "EDQUOT", "EFBIG", "EIO", "ENOENT", "ENOSPC", "EPERM", "EROFS", "ESTALE")
}


class Mp4Writer:
    """An mp4 file in the making; its index goes to the front when it is finished.

    Images of another size than the first one's are scaled to fit into it; odd sizes grow by repeating the
    last row or column.

    Args:
        name: the file's final name, for messages.
        path: the file to write, over what is there.
        size: of the first image.
        original: the source, open until this is closed.

    Raises:
        OutputError: from any method, when the disk refuses, or there is no encoder.
        MediaError: from any method, when the encoder refuses this video.
    """

    def __init__(self, name: Path, path: Path, size: Size, original: Original) -> None:
        self._name = name
        self._size = size
        self._original = original
        self._start: float | None = None
        self._last = -1
        if max(size) > _LONGEST_SIDE:
            raise MediaError(f"an overlay of {size} pixels is too large for H.264")
        with self._errors():
            self._container = av.open(f"file:{path}", "w", format="mp4", options={"movflags": "+faststart"})
            self._stream = self._video_stream()
            self._sound = original.sound(self._container)
        self._reformatter = VideoReformatter()

    def write(self, pixels: ByteArray, time: float) -> None:
        """Encode one image.

        Args:
            pixels: (height, width, 3) uint8 RGB.
            time: seconds since the source's first frame.
        """
        if self._start is None:
            self._start = time
        frame = av.VideoFrame.from_numpy_buffer(self._fitted(pixels), "rgb24")
        frame = self._reformatter.reformat(
            frame,
            format="yuv420p",
            dst_colorspace=self._original.colours.matrix,
            dst_color_range=ColorRange.MPEG,
        )
        self._shorten_gap(time)
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
        duration = self._original.duration or end
        is_cut = end < duration - _END
        end = min(end, duration)
        with self._errors():
            for packet in self._stream.encode(None):
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
        stream = self._container.add_stream(_ENCODER, rate=_usable(self._original.rate), options=_OPTIONS)
        width, height = self._size
        stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
        stream.time_base = Fraction(1, _TICKS)
        context = stream.codec_context
        context.time_base = Fraction(1, _TICKS)
        context.thread_count = min(_MOST_THREADS, os.cpu_count() or 1)
        context.color_range = ColorRange.MPEG
        context.colorspace = self._original.colours.space
        context.color_primaries = self._original.colours.primaries
        context.color_trc = self._original.colours.transfer
        if self._original.pixel_shape is not None:
            context.sample_aspect_ratio = self._original.pixel_shape
        return stream

    def _shorten_gap(self, time: float) -> None:
        """Let the clock go on from the longest time that one image can stay; only damaged files need it."""
        excess = self._tick(time) - self._last - _LONGEST_GAP
        if excess > 0 and self._start is not None:
            self._start += excess / _TICKS

    def _tick(self, time: float) -> int:
        return round((time - (self._start or 0.0)) * _TICKS)

    def _mux(self, packets: "list[Packet[VideoStream]]") -> None:
        """Write video packets, each after the sound that comes before it."""
        for packet in packets:
            if packet.pts is not None:
                self._mux_sound(packet.pts / _TICKS)
            self._container.mux(packet)

    def _mux_sound(self, until: float) -> None:
        if self._sound is not None:
            for packet in self._sound.until(until):
                self._container.mux(packet)

    def _fitted(self, pixels: ByteArray) -> ByteArray:
        """The image at the file's size, its sides even."""
        width, height = self._size
        if pixels.shape[:2] != (height, width):
            pixels = _letterboxed(pixels, width, height)
        if width % 2 or height % 2:
            pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        return np.ascontiguousarray(pixels)

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


def _letterboxed(pixels: ByteArray, width: int, height: int) -> ByteArray:
    """The image scaled into `width` by `height`, aspect ratio kept, centred on black."""
    ratio = min(width / pixels.shape[1], height / pixels.shape[0])
    inner = max(1, round(pixels.shape[1] * ratio)), max(1, round(pixels.shape[0] * ratio))
    canvas = np.zeros((height, width, 3), np.uint8)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(
        pixels, inner, interpolation=cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    )
    return canvas
