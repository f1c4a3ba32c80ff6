"""Reads one video stream's packets out of a container, over damage, with timestamps that never start over."""

from collections.abc import Collection, Iterator
from typing import TypeGuard

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.errors import SHORTAGE
from movenet_cli.media.video.truncation import Extent

_UNREADABLE = (FFmpegError, IndexError)
"""What PyAV raises for damaged data, and for a packet of a stream that the header did not announce."""
_MOST_ERRORS = 100
"""Errors in a row after which the rest of the file is given up."""
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
        cancellation: looked at with every packet of any stream.
        has_index: the container lists every packet of the stream before they are read, as an mp4 does.
        first: place in that list of the first packet that will be read.

    Attributes:
        count: packets of the stream that were read or, by the index, passed over.
        skipped: decoding times of packets that were passed over, to be taken out by who uses them.
        gave_up: the end of the file was not reached.
        broke_off: a part could not be read, and nothing says how many packets were in it.
        extent: how far the packets reach.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        cancellation: CancellationToken,
        *,
        has_index: bool,
        first: int = 0,
    ) -> None:
        self._container = container
        self._stream = stream
        self._cancellation = cancellation
        self._has_index = has_index
        self._errors = 0
        self._was_interrupted = False
        self._disk_failed = False
        self._shift = 0
        self._last_dts: int | None = None
        self._step = 1
        self.count = first
        self.skipped: list[int] = []
        self.gave_up = False
        self.broke_off = False
        self.extent = Extent(container, stream)

    def __iter__(self) -> Iterator["Packet[VideoStream]"]:
        """The packets in the order of the file."""
        while self._errors < _MOST_ERRORS:
            try:
                yield from self._until_error()
            except SHORTAGE:  # noqa: PERF203
                raise
            except _UNREADABLE as error:
                # The demuxer goes on behind what it could not read. Unless an index lists what was there,
                # nobody knows how many packets that were when the disk fails.
                self._errors += 1
                self._was_interrupted = True
                self._disk_failed |= isinstance(error, OSError)
                self.broke_off |= self._disk_failed and not self._has_index
            else:
                return
        self.gave_up = True
        self.broke_off |= not self._has_index

    def _until_error(self) -> Iterator["Packet[VideoStream]"]:
        # All streams are read, not the video's alone: how far the sound reaches tells of a file that was cut.
        for packet in self._container.demux():
            self._cancellation.check()
            self._errors = 0
            if packet.size and self._is_ours(packet):
                if self._was_interrupted and self._has_index:
                    self._pass_over(packet)
                self._was_interrupted = False
                self.count += 1
                self._continue_time(packet)
                yield packet

    def _is_ours(self, packet: "Packet[Stream]") -> TypeGuard["Packet[VideoStream]"]:
        self.extent.add(packet)
        return packet.stream_index == self._stream.index

    def _pass_over(self, packet: "Packet[VideoStream]") -> None:
        """After an error: what the index lists before this packet was lost.

        The place in the file identifies a packet in the index; times may repeat.
        """
        entries = self._stream.index_entries
        for place in range(self.count, len(entries)):
            if entries[place].pos == packet.pos:
                passed = entries[self.count : place]
                self.skipped += [entry.timestamp for entry in passed if not entry.is_discard]
                self.count = place
                return
        self.broke_off |= self._disk_failed

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
    stream: VideoStream,
    packet_count: int,
    readable: int,
    offset: int,
    recent: Collection[int | None],
    unlisted: Collection[int] = (),
) -> list[int]:
    """Presentation times of the samples that an mp4's index lists where nothing can be read.

    The index has decoding times only; shifted, they are the presentation times in another order.

    Args:
        stream: after reading to the end.
        packet_count: packets read from it.
        readable: bytes; what does not lie wholly within them is missing.
        offset: presentation time less decoding time of the first frame.
        recent: presentation times of the last packets that were read.
        unlisted: decoding times of samples that a whole index would list behind the others.
    """
    rest = [
        entry.timestamp + offset
        for entry in stream.index_entries[packet_count:]
        if entry.pos + entry.size > readable and not entry.is_discard
    ]
    rest += [time + offset for time in unlisted]
    if not rest:
        return []
    before = stream.index_entries[max(0, packet_count - _REORDERING) : packet_count]
    missing = sorted({entry.timestamp + offset for entry in before}.union(rest).difference(recent))
    return missing if len(missing) == len(rest) else rest
