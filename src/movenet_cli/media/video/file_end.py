"""How a video file ends, by its own bytes: FFmpeg does not tell a GIF or an mp4 index that was cut off."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from av.video.stream import VideoStream

from movenet_cli.io.mp4_boxes import Boxes, read_boxes
from movenet_cli.media.video.gif_end import GifEnd, gif_end

_NO_END_MARK: Final = "the file has no end mark: it may have been cut off"
_CUT_INDEX: Final = "the file was cut off in its index: sound may be missing"


@dataclass(frozen=True, slots=True)
class FileEnd:
    """How a file ends.

    Attributes:
        boxes: of an mp4 or QuickTime file; of other formats nothing is known of them.
        gif: of a GIF file; `whole` for other formats.
    """

    boxes: Boxes
    gif: GifEnd

    @classmethod
    def of(cls, path: Path) -> "FileEnd":
        """Look at a file before FFmpeg does.

        Raises:
            MediaError: when it cannot be read, or its index cannot be true.
        """
        boxes = read_boxes(path)
        boxes.check()
        return cls(boxes, gif_end(path))

    @property
    def is_in_frame(self) -> bool:
        """Whether the last packet is a part of a frame, though FFmpeg does not say so."""
        return self.gif == "in a frame"

    @property
    def is_in_fragment(self) -> bool:
        """Whether nothing says how many frames were in what is missing."""
        return self.boxes.cut == b"moof"

    @property
    def remark(self) -> str | None:
        """What to say when all frames are there all the same."""
        if self.gif == "without its end mark":
            return _NO_END_MARK
        return None if self.boxes.cut is None else _CUT_INDEX

    def unlisted(self, stream: VideoStream) -> list[int]:
        """Decoding times of the frames that the index counts, while the rest of its tables is cut off.

        Args:
            stream: the video stream.
        """
        # FFmpeg lists the samples that every table of the index has. The table of times stands first: when
        # the others are cut off, it still tells when the rest would have come.
        listed = len(stream.index_entries)
        if self.boxes.cut is None or not 0 < listed < stream.frames:
            return []
        times = list(islice(self.boxes.times(stream.frames), listed - 1, stream.frames))
        return [stream.index_entries[-1].timestamp + time - times[0] for time in times[1:]]
