"""A container's video stream in; its frames in order out, each with its index and time, lost ones too."""

from collections.abc import Iterator
from dataclasses import dataclass

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from movenet_cli.sources.ledger import Ledger

UNDECODABLE = "frame could not be decoded"
DAMAGED = "frame is damaged"

_ONE_PACKET_ONE_FRAME = frozenset(
    (
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
    )
)
_MOST_DEMUX_ERRORS = 100


@dataclass(frozen=True, slots=True)
class Decoded:
    """One frame of the stream: the picture, or the reason why there is none.

    Attributes:
        index: position in the stream, from 0.
        time: seconds since the first frame; None when the stream has neither timestamps nor a rate.
        picture: the decoder's frame; None when it is lost.
        reason: why it is lost.
    """

    index: int
    time: float | None
    picture: av.VideoFrame | None
    reason: str = ""


class StreamDecoder:
    """Decodes one video stream, packet by packet; a packet that cannot be decoded never ends the stream.

    Args:
        container: an open input.
        stream: its video stream.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        # AVI has no presentation times: what libavformat gives are positions in decoding order.
        self._is_timed = container.format.name != "avi"
        self._ledger = Ledger(is_strict=stream.codec_context.name in _ONE_PACKET_ONE_FRAME)
        self._index = 0
        self._first: int | None = None
        self._last: int | None = None

    def __iter__(self) -> Iterator[Decoded]:
        """Every frame of the stream, once, in presentation order."""
        for packet in self._packets():
            yield from self._decode(packet)
        for pts in self._ledger.lost_before(None):
            yield self._lost(pts, UNDECODABLE)

    def _packets(self) -> Iterator["Packet[VideoStream]"]:
        """The packets, then the empty one that flushes the decoder; reading errors are stepped over."""
        errors = 0
        while errors < _MOST_DEMUX_ERRORS:
            try:
                for packet in self._container.demux(self._stream):
                    errors = 0
                    yield packet
            except FFmpegError:  # noqa: PERF203
                errors += 1
            else:
                return

    def _decode(self, packet: "Packet[VideoStream]") -> Iterator[Decoded]:
        pts = packet.pts if self._is_timed else None
        if pts is not None and not packet.is_discard:
            self._ledger.sent(pts)
        try:
            frames = packet.decode()
        except FFmpegError:
            if pts is None and packet.size:
                yield self._lost(None, UNDECODABLE)
            else:
                self._ledger.failed()
            return
        for frame in frames:
            yield from self._deliver(frame)

    def _deliver(self, frame: av.VideoFrame) -> Iterator[Decoded]:
        """The frame, after those due before it; one that comes after its turn is dropped."""
        pts = frame.pts if self._is_timed else None
        if pts is not None:
            for lost in self._ledger.lost_before(pts):
                yield self._lost(lost, UNDECODABLE)
            if self._last is not None and pts <= self._last:
                return
        if frame.is_corrupt:
            yield self._lost(pts, DAMAGED)
        else:
            yield Decoded(*self._place(pts), frame)

    def _lost(self, pts: int | None, reason: str) -> Decoded:
        return Decoded(*self._place(pts), None, reason)

    def _place(self, pts: int | None) -> tuple[int, float | None]:
        """The next frame's index and time."""
        index = self._index
        self._index += 1
        if pts is None:
            rate = self._stream.average_rate
            return index, round(float(index / rate), 6) if rate else None
        self._last = pts
        if self._first is None:
            self._first = pts
        return index, round(float((pts - self._first) * (self._stream.time_base or 0)), 6)
