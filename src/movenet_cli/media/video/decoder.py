"""Decodes one video stream: every frame once, in order, with its index and time, the lost ones as well."""

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import Segment
from movenet_cli.errors import SHORTAGE
from movenet_cli.media.video.demux import PacketReader, is_shown, missing_tail
from movenet_cli.media.video.file_end import FileEnd
from movenet_cli.media.video.frame_ledger import CountedLedger, Emitted, FrameLedger, TimedLedger

DAMAGED = "frame is damaged"
ENDS_EARLY = "the file ends early"
UNREADABLE = "the file cannot be read here"

_RAW = frozenset(("h264", "hevc", "vvc"))
"""Formats that are nothing but a codec's own bytes: none of their packets has a time."""

_ONE_PACKET_ONE_FRAME = frozenset(
    [
        "apng",
        "av1",
        "dnxhd",
        "ffv1",
        "gif",
        "h264",
        "hevc",
        "mjpeg",
        "png",
        "prores",
        "rawvideo",
        "vp8",
        "vp9",
    ]
)
"""Codecs in which a packet without its frame is a lost frame."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One frame of the stream: the image, or the reason why there is none.

    Attributes:
        index: position in the stream, from 0.
        time: seconds since the first frame; None when the stream has neither timestamps nor a rate.
        image: the decoder's frame; None when it is lost.
        reason: why it is lost.
        is_doubtful: whether a frame since the last key frame is lost, so that this one may show traces.
    """

    index: int
    time: float | None
    image: av.VideoFrame | None
    reason: str
    is_doubtful: bool


class StreamDecoder:
    """Decodes one video stream, packet by packet; a packet that cannot be decoded never ends the stream.

    Packets before the first key frame, which nobody can decode, are no frames.

    Args:
        container: an open input.
        stream: its video stream.
        cancellation: looked at with every packet.
        end: what the file itself tells of its end.
        segment: where the container has been put, to be decoded from there on; None for its beginning.

    Attributes:
        is_damaged: whether anything so far shows damage, other than an end that is cut off.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        cancellation: CancellationToken,
        end: FileEnd,
        segment: Segment | None = None,
    ) -> None:
        self.is_damaged = False
        self._end = end
        self._stream = stream
        self._codec = stream.codec_context.name
        self._has_index = "mp4" in container.format.name
        self._container = container
        first_packet = segment.entry if segment else 0
        self._reader = PacketReader(
            container, stream, cancellation, has_index=self._has_index, first=first_packet
        )
        self._ledger = self._open_ledger(container)
        self._first_key: Packet[VideoStream] | None = None
        self._recent: deque[int | None] = deque(maxlen=64)
        self._index = segment.first if segment else 0
        self._lost_since_key = False
        self._first: int | None = segment.origin if segment else None

    def __iter__(self) -> Generator[Decoded, None, None]:
        """Every frame of the stream, once, in presentation order."""
        # A packet that may be cut is held back until the next one comes: in the middle of a file it is
        # decoded as far as it goes, at its end it is half a frame, and FFmpeg would make up the other half.
        incomplete = None
        for packet in self._reader:
            self._expect_skipped()
            if incomplete is not None:
                yield from self._decode(incomplete)
            may_be_cut = packet.is_corrupt or self._end.is_in_frame
            incomplete = packet if may_be_cut else None
            if incomplete is None:
                yield from self._decode(packet)
        self._expect_cut_off(incomplete)
        yield from self._drain(None)
        # Where a packet may be less than a frame, the ledger counts a frame as lost only after an error.
        if incomplete is not None and not self._ledger.is_strict:
            yield from self._placed(self._ledger.failed())
        yield from self._placed(self._ledger.ended())

    @property
    def count(self) -> int:
        """Frames given so far."""
        return self._index

    @property
    def origin(self) -> int | None:
        """Presentation time of the first frame, in units of the stream; None before it, or without times."""
        return self._first

    @property
    def broke_off(self) -> bool:
        """Whether, once every frame was given, an unknown number of others is known to be lost."""
        return self._reader.broke_off

    @property
    def remark(self) -> str | None:
        """What to say of the file as a whole once every frame was given; None for nothing."""
        lost = self._reader.broke_off or self._reader.gave_up  # which the frames tell already
        return None if lost else self._end.remark or self._reader.extent.remark

    def _open_ledger(self, container: InputContainer) -> FrameLedger[av.VideoFrame]:
        # AVI has no presentation times: what libavformat gives are positions in decoding order.
        name = container.format.name
        is_counted = name in _RAW or (name == "avi" and self._stream.codec_context.has_b_frames)
        kind = CountedLedger if is_counted else TimedLedger
        return kind(is_strict=self._codec in _ONE_PACKET_ONE_FRAME)

    def _decode(self, packet: "Packet[VideoStream]") -> Iterator[Decoded]:
        timestamp = self._timestamp(packet)
        if self._first_key is None and packet.is_keyframe:
            self._first_key = packet
        # The ledger is told first: when the decoder fails, the frame must be missing.
        if self._is_expected(packet):
            self._ledger.expect(timestamp)
        self._recent.append(timestamp)
        yield from self._drain(packet)

    def _drain(self, packet: "Packet[VideoStream] | None") -> Iterator[Decoded]:
        """Send a packet, or at the end None, and take what comes out."""
        try:
            frames = self._stream.codec_context.decode(packet)
        except SHORTAGE:
            raise
        except FFmpegError:
            # Before the first key frame errors are the rule, where a recording begins in the middle.
            self.is_damaged |= self._first_key is not None
            yield from self._placed(self._ledger.failed())
            return
        for frame in frames:
            # Two packets may be one frame where fields are coded apart.
            self._ledger.is_strict &= not frame.interlaced_frame
            yield from self._placed(self._ledger.arrived(frame.pts, frame))

    def _timestamp(self, packet: "Packet[VideoStream]") -> int | None:
        return packet.pts if isinstance(self._ledger, TimedLedger) else packet.dts

    def _is_expected(self, packet: "Packet[VideoStream]") -> bool:
        """Whether a frame has to come of this packet."""
        first = self._first_key
        # Frames that are shown before the first key frame refer to others that the file does not have.
        if first is None or not is_shown(packet, self._codec):
            return False
        return packet.pts is None or first.pts is None or packet.pts >= first.pts

    def _expect_skipped(self) -> None:
        """Let the ledger expect what the reader passed over, as a disk may lose some blocks in the middle."""
        offset = self._offset()
        if offset is not None:
            for timestamp in self._reader.skipped:
                self._ledger.expect(timestamp + offset, UNREADABLE)
        self._reader.skipped.clear()

    def _expect_cut_off(self, incomplete: "Packet[VideoStream] | None") -> None:
        """Let the ledger expect what was cut off: half a packet, and those that only the index tells of."""
        if incomplete is not None:
            self._recent.append(self._timestamp(incomplete))
            self._ledger.expect(self._recent[-1], ENDS_EARLY)
        self._reader.broke_off |= self._end.is_in_fragment
        offset = self._offset()
        if offset is None:
            return
        # The size that the file has now: it may have shrunk since it was opened.
        readable, reason = (0, UNREADABLE) if self._reader.gave_up else (self._container.size, ENDS_EARLY)
        unlisted = self._end.unlisted(self._stream)
        missing = missing_tail(self._stream, self._reader.count, readable, offset, self._recent, unlisted)
        for timestamp in missing:
            self._ledger.expect(timestamp, reason)
        self._reader.broke_off |= self._reader.gave_up and not missing  # as in an mp4 of fragments

    def _offset(self) -> int | None:
        """Presentation time less decoding time of the first frame; None without an index, or before it."""
        first = self._first_key
        if not self._has_index or first is None or first.pts is None or first.dts is None:
            return None
        return first.pts - first.dts

    def _placed(self, emitted: Iterator[Emitted[av.VideoFrame]]) -> Iterator[Decoded]:
        """Number the frames and tell their times."""
        for one in emitted:
            image, reason = one.item, one.reason
            if image is not None and image.is_corrupt:
                image, reason = None, DAMAGED
            if image is None:
                self.is_damaged |= reason != ENDS_EARLY
                self._lost_since_key = True
            elif image.key_frame:
                self._lost_since_key = False
            yield Decoded(self._index, self._time(one.timestamp), image, reason, self._lost_since_key)
            self._index += 1

    def _time(self, timestamp: int | None) -> float | None:
        if timestamp is None:
            rate = self._stream.average_rate
            return round(float(self._index / rate), 6) if rate else None
        if self._first is None:
            self._first = timestamp
        return round(float((timestamp - self._first) * (self._stream.time_base or 0)), 6)
