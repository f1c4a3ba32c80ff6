"""An open container in; one video stream's packets out, with timestamps that never start over."""

from collections.abc import Collection, Iterator

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

_UNREADABLE = (FFmpegError, IndexError)
"""What PyAV raises for damaged data, and for a packet of a stream that the header did not announce."""
_MOST_ERRORS = 100
_MOST_BACKWARD = 0.1
"""Seconds that decoding times may jump back within one recording."""
_VP8_SHOWN = 0x10
_REORDERING = 16
"""No codec shows a frame more packets later than this."""


class PacketReader:
    """Reads to the end of the file, over whatever cannot be read.

    Args:
        container: an open input.
        stream: its video stream.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        self._shift = 0
        self._last_dts: int | None = None
        self._step = 1
        self.count = 0

    def __iter__(self) -> Iterator["Packet[VideoStream]"]:
        """The packets in the order of the file."""
        errors = 0
        while errors < _MOST_ERRORS:
            try:
                for packet in self._container.demux(self._stream):
                    errors = 0
                    if packet.size:
                        self.count += 1
                        self._continue_time(packet)
                        yield packet
            except _UNREADABLE:  # noqa: PERF203
                errors += 1
            else:
                return

    def _continue_time(self, packet: "Packet[VideoStream]") -> None:
        """Where recordings were strung together, let the next one's clock go on from the last one's."""
        if packet.dts is None:
            return
        dts = packet.dts + self._shift
        if self._last_dts is not None:
            if (dts - self._last_dts) * (packet.time_base or 0) < -_MOST_BACKWARD:
                self._shift += self._last_dts + self._step - dts
            elif dts > self._last_dts:
                self._step = dts - self._last_dts
        self._last_dts = packet.dts + self._shift
        if self._shift:
            packet.dts += self._shift
            packet.pts = None if packet.pts is None else packet.pts + self._shift


def is_shown(packet: "Packet[VideoStream]", codec: str) -> bool:
    """Whether a packet has a frame to show: not one outside the edit list, nor a VP8 reference-only frame."""
    if packet.is_discard:
        return False
    return codec != "vp8" or bool(memoryview(packet)[0] & _VP8_SHOWN)


def missing_tail(
    stream: VideoStream, packet_count: int, file_size: int, offset: int, recent: Collection[int | None]
) -> list[int]:
    """Presentation times of the samples that an mp4's index lists beyond the end of a truncated file.

    The index has decoding times only; shifted, they are the presentation times in another order.

    Args:
        stream: after reading to the end.
        packet_count: packets read from it.
        file_size: bytes.
        offset: presentation time less decoding time of the first frame.
        recent: presentation times of the last packets that were read.
    """
    rest = [
        entry.timestamp + offset
        for entry in stream.index_entries[packet_count:]
        if entry.pos + entry.size > file_size and not entry.is_discard
    ]
    if not rest:
        return []
    before = stream.index_entries[max(0, packet_count - _REORDERING) : packet_count]
    missing = sorted({entry.timestamp + offset for entry in before}.union(rest).difference(recent))
    return missing if len(missing) == len(rest) else rest
