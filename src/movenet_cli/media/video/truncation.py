"""Whether a video file is shorter than its header says, by how far its packets reach."""

from fractions import Fraction
from typing import Final

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

_STATES_DURATION: Final = frozenset(("flv", "matroska,webm"))
"""Formats with a duration in their header; of others libavformat may give an estimate."""
_UNFINISHED: Final = 2**30
"""From so many frames on, the header was never completed."""
_SLACK: Final = 0.5
"""Seconds by which whole files' declarations may be off."""
_COUNTED_SLACK: Final = 0.5
"""The same where frames are counted, in frames."""


class Extent:
    """How far the packets of a file reach, compared with what its header promises.

    Only where a format's header says so itself: an mp4's index is checked sample by sample elsewhere.

    Args:
        container: an open input.
        stream: its video stream.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._counted = _counted_seconds(container, stream)
        self._declared = self._counted or _declared_seconds(container, stream)
        self._video = stream.index
        self._ends: dict[int, int] = {}
        self._bases: dict[int, Fraction] = {}
        self._longest_gap = 0
        self._is_end_told = True

    def add(self, packet: "Packet[Stream]") -> None:
        """Take note of a packet of any stream."""
        start = packet.dts if packet.pts is None else packet.pts
        if start is None:
            return
        place, end = packet.stream_index, start + (packet.duration or 0)
        if place == self._video:
            self._is_end_told = bool(packet.duration)
        before = self._ends.get(place)
        if before is None:
            self._bases[place] = packet.time_base or Fraction(0)
        elif place == self._video:
            self._longest_gap = max(self._longest_gap, end - before)
        self._ends[place] = end if before is None else max(before, end)

    @property
    def remark(self) -> str | None:
        """What to say once the file is read to its end; None when it is no shorter than it says."""
        if self._declared is None or self._video not in self._ends:
            return None
        # A whole file's last frame may be as long as the longest one, and its duration need not be written.
        gap = float(self._longest_gap * self._bases[self._video])
        if self._counted is None:
            # The header gives one duration for all streams: the longest of them must reach it.
            end = max(float(end * self._bases[place]) for place, end in self._ends.items())
            slack = max(_SLACK, gap)
        else:
            last = float(self._ends[self._video] * self._bases[self._video])
            end = last if self._is_end_told else last + gap
            slack = _COUNTED_SLACK * gap
        if self._declared - end <= slack:
            return None
        return (
            f"the file says that it lasts {self._declared:.1f} s, but ends after {end:.1f} s: "
            "it may have been cut off"
        )


def _counted_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """Of formats whose header has the number of frames, all of one duration."""
    frames = {"avi": stream.frames, "mxf": stream.duration or 0}.get(container.format.name, 0)
    return float(frames * (stream.time_base or 0)) if 0 < frames < _UNFINISHED else None


def _declared_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    # Where libavformat had to estimate, it gives every stream that duration, too.
    if container.format.name in _STATES_DURATION and container.duration and stream.duration is None:
        return container.duration / 1e6
    return None
