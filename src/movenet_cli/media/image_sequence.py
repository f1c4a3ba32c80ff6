"""Numbered images as the frames of one video: the frames that were asked for, upright."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from movenet_cli.core.inputs import FrameRange, FrameSequence, SourceInfo
from movenet_cli.core.types import FailedFrame, Frame, Size
from movenet_cli.errors import MediaError
from movenet_cli.io.numbered_files import NumberedFiles
from movenet_cli.media.image.source import ImageSource
from movenet_cli.media.image.still import read_still
from movenet_cli.media.interface import Source
from movenet_cli.media.video.prefetch import Prefetcher
from movenet_cli.media.video.selection import Selection

_QUEUE_DEPTH: Final = 2
"""Images that are decoded ahead; each may be large."""

_MOST_NOTES: Final = 3
"""Of single images; a thousand alike would say no more."""


class ImageSequenceSource(Source):
    """Numbered images, the lowest number as frame 0; a number without a file is a frame that failed.

    Args:
        pattern: of the files' names, see `NumberedFiles`.
        sequence: the numbers, and the frame rate.
        frames: which frames are asked for.
        max_pixels: larger images are failed frames, and are not decoded.

    Raises:
        MediaError: when not one of the images can be read.
    """

    def __init__(self, pattern: Path, sequence: FrameSequence, frames: FrameRange, max_pixels: int) -> None:
        self._files = NumberedFiles(pattern)
        self._sequence = sequence
        self._selection = Selection(frames)
        self._max_pixels = max_pixels
        self._prefetcher: Prefetcher[Frame | FailedFrame] | None = None
        self._sizes: dict[Size, int] = {}
        self._notes: list[str] = []
        self._info = self._describe()

    @property
    def info(self) -> SourceInfo:
        """Facts known at opening: of the first image that can be read."""
        return self._info

    @property
    def notes(self) -> tuple[str, ...]:
        """See `Source.notes`."""
        changes = ", ".join(f"{size} from frame {first}" for size, first in self._sizes.items())
        return (*self._notes, *([f"the frame size changes: {changes}"] if len(self._sizes) > 1 else []))

    def frames(self) -> Iterator[Frame | FailedFrame]:
        """See `Source.frames`; to be called once."""
        self._prefetcher = Prefetcher(self._asked_for(), depth=_QUEUE_DEPTH, name="movenet-decode")
        yield from self._prefetcher

    def close(self) -> None:
        """See `Source.close`."""
        if self._prefetcher is not None:
            self._prefetcher.close()

    def _describe(self) -> SourceInfo:
        sequence = self._sequence
        reason = "there is no image"
        for number in range(sequence.first, sequence.last + 1):
            try:
                with contextlib.closing(self._open(number)) as image:
                    info = image.info
            except MediaError as error:
                reason = str(error)
                continue
            count = sequence.last - sequence.first + 1
            return SourceInfo("video", info.width, info.height, info.rotation, sequence.fps, count)
        raise MediaError(f"none of the images can be read; of the last one: {reason}")

    def _asked_for(self) -> Iterator[Frame | FailedFrame]:
        """The selected frames; the other images are not opened."""
        sequence = self._sequence
        for index in range(sequence.last - sequence.first + 1):
            time = index / sequence.fps
            if self._selection.is_over(index, time):
                return
            if self._selection.takes(index, time):
                yield self._frame(index, time)

    def _frame(self, index: int, time: float) -> Frame | FailedFrame:
        try:
            with contextlib.closing(self._open(self._sequence.first + index)) as source:
                (frame,) = source.frames()
                notes = [f"frame {index}: {note}" for note in source.notes]
                self._notes += notes[: max(0, _MOST_NOTES - len(self._notes))]
        except MediaError as error:
            return FailedFrame(index, time, str(error))
        self._sizes.setdefault(frame.image.size, index)
        return Frame(index, time, frame.image)

    def _open(self, number: int) -> ImageSource:
        path = self._files.path(number)
        if not path.exists():
            raise MediaError(f"{path.name} is missing")
        try:
            still = read_still(path, self._max_pixels)
            if still is None:
                raise MediaError("not a still image")
            return ImageSource(*still)
        except MediaError as error:
            raise MediaError(f"{path.name}: {error}") from error
