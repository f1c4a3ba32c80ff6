"""A video file as a source: the frames that were asked for, upright, with their source index and time."""

import contextlib
import itertools
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError
from av.sidedata.sidedata import SideDataContainer
from av.video.frame import PictureType
from av.video.stream import VideoStream

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import FrameRange, Segment, SourceInfo
from movenet_cli.core.types import FailedFrame, Frame, Size
from movenet_cli.errors import SHORTAGE, MediaError
from movenet_cli.io.container import open_container
from movenet_cli.media.image.header import check_pixels
from movenet_cli.media.interface import Source
from movenet_cli.media.pixels.orientation import Orientation
from movenet_cli.media.pixels.video_image import VideoImage
from movenet_cli.media.video.cuts import segments_of
from movenet_cli.media.video.decoder import Decoded, StreamDecoder
from movenet_cli.media.video.file_end import FileEnd
from movenet_cli.media.video.prefetch import Prefetcher
from movenet_cli.media.video.selection import Selection

_QUEUE_DEPTH = 8
"""Frames that are decoded ahead."""

MOST_B_FRAMES = 16
"""No codec has more B-frames in a row."""

_BROKE_OFF = "the file cannot be read to its end; how many frames are lost is not known"


class VideoSource(Source):
    """The first video stream of a file, decoded in a thread of its own while the frames are used.

    Args:
        path: the file.
        frames: which frames are asked for.
        max_pixels: a stream of larger frames is refused before any is decoded.
        cancellation: ends the decoding, see `open_source`.

    Raises:
        MediaError: when the file is no video, has no image, or none that can be decoded.
    """

    def __init__(
        self, path: Path, frames: FrameRange, *, max_pixels: int, cancellation: CancellationToken
    ) -> None:
        self._selection = Selection(frames)
        self._takes_all = frames == FrameRange()
        self._path = path
        self._max_pixels = max_pixels
        self._cancellation = cancellation
        self._prefetcher: Prefetcher[Frame | FailedFrame] | None = None
        self._sizes: dict[Size, int] = {}
        self._first_doubtful: int | None = None
        self._doubtful = 0
        self._is_through = False
        self._end = FileEnd.of(path)
        self._begin(is_damaged=False)
        try:
            check_pixels(self._stream.width, self._stream.height, max_pixels)
            self._decoded = self._all()
            self._info = self._start()
            self._segments = self._cut()
        except BaseException:
            self._container.close()
            raise

    @property
    def info(self) -> SourceInfo:
        """Facts known at opening."""
        return self._info

    @property
    def segments(self) -> tuple[Segment, ...]:
        """See `Source.segments`; only a video of which all frames are asked for is cut."""
        return self._segments

    @property
    def notes(self) -> tuple[str, ...]:
        """See `Source.notes`."""
        remarks = [self._decoder.remark] if self._is_through else []
        if len(self._sizes) > 1:
            sizes = (f"{size} from frame {first}" for size, first in self._sizes.items())
            remarks.append(f"the frame size changes: {', '.join(sizes)}")
        if self._first_doubtful is not None:
            remarks.append(_traces(self._first_doubtful, self._doubtful))
        return tuple(remark for remark in remarks if remark)

    def frames(self) -> Iterator[Frame | FailedFrame]:
        """See `Source.frames`; to be called once."""
        self._prefetcher = Prefetcher(self._asked_for(), depth=_QUEUE_DEPTH, name="movenet-decode")
        yield from self._prefetcher

    def close(self) -> None:
        """See `Source.close`."""
        if self._prefetcher is not None:
            self._prefetcher.close()
        self._decoded = iter(())
        self._container.close()

    def _begin(self, *, is_damaged: bool) -> None:
        """Open the file at its beginning, for a damaged stream with other settings of the decoder."""
        self._container, self._stream = open_video(self._path)
        context = self._stream.codec_context
        # At first as fast as it goes, and strict: with "explode" FFmpeg reports an error that it would
        # otherwise hide. Of a damaged stream it shall show what it can, with one thread, always the same.
        context.thread_type, context.thread_count = "AUTO", 1 if is_damaged else 0
        context.options = {
            "max_pixels": str(self._max_pixels),  # for larger frames later on
            "err_detect": "0" if is_damaged else "explode",
        }
        self._decoder = StreamDecoder(self._container, self._stream, self._cancellation, self._end)

    def _all(self) -> Iterator[Decoded]:
        """Every frame of the stream; from the first sign of damage on, out of a second, careful decoding.

        What FFmpeg makes of damaged data, and which frames it calls damaged, depends on which of its threads
        is faster. So the file is decoded once more, slowly, and the frames that were given already are passed
        over: they came before the damage, and are the same both times.
        """
        # B-frames are made of the frame after them, too: they are held until that one is known to be sound.
        held: list[Decoded] = []
        given = 0
        with contextlib.closing(iter(self._decoder)) as first_try:
            for decoded in first_try:
                held.append(decoded)
                if self._decoder.is_damaged:
                    break
                if len(held) > MOST_B_FRAMES or not _is_b_frame(decoded.image):
                    given += len(held)
                    yield from held
                    held.clear()
        if self._decoder.is_damaged:
            self._container.close()
            self._begin(is_damaged=True)
            yield from itertools.islice(self._decoder, given, None)
        else:
            yield from held

    def _start(self) -> SourceInfo:
        """Decode up to the first image, which knows the rotation and the true size."""
        before: list[Decoded] = []
        for decoded in self._decoded:
            before.append(decoded)
            if decoded.image is not None:
                self._decoded = itertools.chain(before, self._decoded)
                return self._describe(decoded.image)
        raise MediaError("no frame of the video can be decoded")

    def _cut(self) -> tuple[Segment, ...]:
        origin = self._decoder.origin
        if not self._takes_all or self._end.boxes.cut is not None or origin is None:
            return ()
        return segments_of(self._container, self._stream, origin)

    def _describe(self, first: av.VideoFrame) -> SourceInfo:
        turn = orientation_of(first)
        return SourceInfo(
            "video",
            *turn.size(first.width, first.height),
            rotation=turn.rotation,
            fps=_fps(self._stream.average_rate),
            frame_count=self._stream.frames or None,
        )

    def _asked_for(self) -> Iterator[Frame | FailedFrame]:
        """The selected frames; stops decoding when no more are asked for."""
        for decoded in self._decoded:
            if self._selection.is_over(decoded.index, decoded.time):
                return
            if self._selection.takes(decoded.index, decoded.time):
                yield self._frame(decoded)
        self._is_through = True
        yield from self._unread()

    def _unread(self) -> Iterator[FailedFrame]:
        """One lost frame for all of a part that cannot be read, when it might have been asked for."""
        index = self._selection.next_index(self._decoder.count)
        if self._decoder.broke_off and not self._selection.is_over(index, None):
            yield FailedFrame(index, None, _BROKE_OFF)

    def _frame(self, decoded: Decoded) -> Frame | FailedFrame:
        if decoded.image is None:
            return FailedFrame(decoded.index, decoded.time, decoded.reason)
        if decoded.is_doubtful:
            if self._first_doubtful is None:
                self._first_doubtful = decoded.index
            self._doubtful += 1
        image = VideoImage(decoded.image, orientation_of(decoded.image))
        self._sizes.setdefault(image.size, decoded.index)
        return Frame(decoded.index, decoded.time, image)


def open_video(path: Path) -> tuple[av.container.InputContainer, VideoStream]:
    """Open a file and its video stream.

    Raises:
        MediaError: it is no video, has no image, or is in a codec that is not known.
    """
    try:
        container = open_container(path)
    except SHORTAGE:
        raise
    except FFmpegError as error:
        raise MediaError("not a video that can be read, or its index is missing") from error
    try:
        return container, _pick(container)
    except BaseException:
        container.close()
        raise


def _fps(rate: Fraction | None) -> float | None:
    """Frames a second to three decimals; of a very slow series three digits that are not 0."""
    if rate is None or rate <= 0:
        return None
    return round(float(rate), 3) if rate >= 1 else float(f"{float(rate):.3g}")


def _pick(container: av.container.InputContainer) -> VideoStream:
    """The first video stream that is no cover image."""
    stream = next((stream for stream in container.streams.video if not _is_cover(stream)), None)
    if stream is None:
        raise MediaError("no video in this file")
    if stream.codec_context is None:
        raise MediaError("the video's codec is not known here")
    return stream


def _is_cover(stream: VideoStream) -> bool:
    """Whether a stream is a music file's cover image."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _traces(first: int, count: int) -> str:
    which = f"frame {first}" if count == 1 else f"{count:,} frames from frame {first} on"
    return f"{which} may show traces of lost ones, until the next key frame"


def _is_b_frame(frame: av.VideoFrame | None) -> bool:
    return frame is not None and frame.pict_type == PictureType.B


def orientation_of(frame: av.VideoFrame) -> Orientation:
    """How a frame is turned upright; by its display matrix, nine 32-bit numbers row by row."""
    # Not `frame.side_data`, which the frame keeps, and which keeps the frame: megabytes that wait for the
    # garbage collector.
    side_data: Any = SideDataContainer(frame)  # type: ignore[call-arg]  # its stub has no constructor
    try:
        matrix = side_data["DISPLAYMATRIX"]
    except KeyError:
        return Orientation()
    except ValueError:  # beside it there is something that this version of PyAV has no name for
        return Orientation(round(-frame.rotation / 90) % 4 * 90)
    a, b, _, c, d = struct.unpack_from("=5i", bytes(matrix))
    return Orientation.of_matrix(a, b, c, d)
