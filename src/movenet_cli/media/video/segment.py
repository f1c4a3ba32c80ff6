"""A segment of a video as a source: decoded from its key frame on, and nothing else of the file."""

from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from pathlib import Path

from av.error import FFmpegError

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import Segment
from movenet_cli.core.types import Frame
from movenet_cli.errors import SHORTAGE
from movenet_cli.media.pixels.video_image import VideoImage
from movenet_cli.media.video.decoder import StreamDecoder
from movenet_cli.media.video.file_end import FileEnd
from movenet_cli.media.video.prefetch import Prefetcher
from movenet_cli.media.video.source import MOST_B_FRAMES, open_video, orientation_of

_QUEUE_DEPTH = 8
"""Frames that are decoded ahead."""

_PROBES = 4
"""Key frames that are looked at before a video is cut: an encoder makes all of them alike."""


class UnsoundSegmentError(Exception):
    """A segment is not exactly what the whole video has there; the video has to be read in one go."""


def segment_frames(
    path: Path, segment: Segment, overlap: int, max_pixels: int, cancellation: CancellationToken
) -> Generator[Frame, None, None]:
    """The frames of a segment, decoded in a thread of its own, with a few of the next one.

    Args:
        path: of the video.
        segment: of `Source.segments`.
        overlap: how many frames of the next segment are wanted, too.
        max_pixels: larger frames are not decoded.
        cancellation: looked at with every packet.

    Yields:
        Every frame, numbered and timed as in the whole video.

    Raises:
        UnsoundSegmentError: anything is damaged, missing, or not where the index says.
        MediaError: the file cannot be read any more.
    """
    frames = Prefetcher(
        _decoded(path, segment, overlap, max_pixels, cancellation), depth=_QUEUE_DEPTH, name="movenet-decode"
    )
    try:
        yield from frames
    finally:
        frames.close()


def can_be_cut(path: Path, segments: Sequence[Segment]) -> bool:
    """Whether the first segments begin with the frames that their numbers say, as far as their packets tell.

    They do not in an open group of pictures, as HEVC often has them: frames that are shown before the key
    frame come behind it, and need the group before.

    Args:
        path: of the video.
        segments: of `Source.segments`.

    Raises:
        MediaError: the file cannot be read any more.
    """
    container, stream = open_video(path)
    with container:
        for segment in segments[1 : 1 + _PROBES]:
            try:
                _seek(container, stream, segment)
                times = [packet.pts for packet in islice(container.demux(stream), 1 + MOST_B_FRAMES)]
            except (UnsoundSegmentError, FFmpegError):
                return False
            key = times[0] if times else None
            if key is None or any(time is not None and time < key for time in times):
                return False
    return True


def _decoded(
    path: Path, segment: Segment, overlap: int, max_pixels: int, cancellation: CancellationToken
) -> Iterator[Frame]:
    container, stream = open_video(path)
    try:
        context = stream.codec_context
        context.thread_count = 1  # other segments keep the other cores busy
        context.options = {"max_pixels": str(max_pixels), "err_detect": "explode"}
        if segment.number:
            _seek(container, stream, segment)
        decoder = StreamDecoder(container, stream, cancellation, FileEnd.of(path), segment)
        end = None if segment.end is None else segment.end + overlap
        for decoded in decoder:
            if decoder.is_damaged or decoded.image is None or decoded.is_doubtful:
                raise UnsoundSegmentError
            yield Frame(decoded.index, decoded.time, VideoImage(decoded.image, orientation_of(decoded.image)))
            if end is not None and decoded.index + 1 >= end:
                return
        if end is not None or decoder.is_damaged or decoder.broke_off or decoder.remark is not None:
            raise UnsoundSegmentError
    finally:
        container.close()


def _seek(container, stream, segment: Segment) -> None:  # type: ignore[no-untyped-def]
    try:
        container.seek(segment.seek, stream=stream, backward=True, any_frame=False)
    except SHORTAGE:
        raise
    except FFmpegError as error:
        raise UnsoundSegmentError from error
