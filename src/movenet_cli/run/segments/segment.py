"""One segment of a long video: its results, and what it must have in common with its neighbours.

A segment's results begin `WARM_UP` frames after its key frame, since a pursuit needs them to settle, and end
as many frames after the next one's. The frames in between are looked at twice, from both sides, and tell
whether the two decoders saw the same images, and both pursuits the same person.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import InputFile, Segment, SourceInfo
from movenet_cli.core.types import Frame, FrameResult, Image
from movenet_cli.inference.follow import Follow, Pursuit
from movenet_cli.inference.relay import WARM_UP
from movenet_cli.media.video.segment import segment_frames
from movenet_cli.run.loading import LoadedModels

Tell: TypeAlias = Callable[[str, FrameResult], None]
"""Is told of every result as it comes, with the input's name."""


@dataclass(frozen=True, slots=True)
class Seam:
    """One side of where two segments meet.

    Attributes:
        images: time and checksum of the first and the last image that both segments look at.
        pursuit: what the frame behind them depends on; None when frames do not depend on each other.
    """

    images: tuple[tuple[float | None, int], ...]
    pursuit: Pursuit | None


@dataclass(frozen=True, slots=True)
class SegmentResults:
    """What is known of a segment.

    Attributes:
        results: of its frames, in order.
        start: the seam with the segment before; None for the first one.
        end: the seam with the next one; None for the last one.
    """

    results: tuple[FrameResult, ...]
    start: Seam | None
    end: Seam | None


def annotate_segment(
    models: LoadedModels,
    file: InputFile,
    info: SourceInfo,
    segment: Segment,
    before: Pursuit | None,
    tell: Tell,
    cancellation: CancellationToken,
) -> SegmentResults:
    """Annotate one segment, without ids and smoothing, which need the frames before.

    Args:
        models: the loaded models.
        file: the video.
        info: facts about it.
        segment: the segment.
        before: of the segment before, to go on from; None to start afresh.
        tell: see `Tell`.
        cancellation: looked at with every packet.

    Raises:
        UnsoundSegmentError: the video has to be read in one go.
        MediaError: the file cannot be read any more.
        Cancelled: once the run is cancelled.
    """
    estimator = models.plan.choose(file.name, info).estimator
    pursuer = estimator if isinstance(estimator, Follow) else None
    max_pixels = models.settings.max_pixels
    overlap = 0 if segment.end is None else WARM_UP
    frames = segment_frames(file.path, segment, overlap, max_pixels, cancellation)
    starts, ends, results = _Watch(segment.first), _Watch(segment.end), []
    try:
        watched = ends.watch(starts.watch(frames))
        first = segment.first + (WARM_UP if segment.number else 0)
        if segment.number and (before is not None or pursuer is None):
            last = _pass_over(watched, first)
            if pursuer is not None and before is not None and last is not None:
                pursuer.resume(last, before)
        settled = before
        for _, result in models.engine.results(watched, estimator):
            if result.index >= first:
                tell(file.name, result)
                results.append(result)
            elif result.index == first - 1 and pursuer is not None:
                settled = pursuer.pursuit
    finally:
        frames.close()
    return SegmentResults(
        tuple(results),
        Seam(starts.images, settled) if segment.number else None,
        None if segment.end is None else Seam(ends.images, pursuer.pursuit if pursuer else None),
    )


def _pass_over(frames: Iterator[Frame], first: int) -> Frame | None:
    """Take the frames before `first`; the last one of them."""
    last = None
    for last in frames:
        if last.index == first - 1:
            break
    return last


class _Watch:
    """Notes the first and the last image of an overlap, as the frames pass."""

    def __init__(self, first: int | None) -> None:
        self._indices = () if first is None else (first, first + WARM_UP - 1)
        self.images: tuple[tuple[float | None, int], ...] = ()

    def watch(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """Hand the frames on."""
        for frame in frames:
            if frame.index in self._indices:
                self.images += ((frame.time, _checksum(frame.image)),)
            yield frame


def _checksum(image: Image) -> int:
    """Of the brightness where it is stored by itself, of all colours else, and of the size."""
    stored = image.yuv()
    pixels = image.rgb() if stored is None else stored.planes[0]
    return zlib.crc32(np.ascontiguousarray(pixels).tobytes(), image.width)
