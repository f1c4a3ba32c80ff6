"""The sound of an overlay: the source's audio packets on the overlay's clock, copied or encoded as AAC."""

import logging
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet

from movenet_cli.output.overlay.trial_mux import TrialMux

log = logging.getLogger(__name__)

_COPIED: Final = frozenset(("aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"))
"""Codecs that players expect in an mp4 file."""

_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
_BITS_PER_CHANNEL: Final = 96_000
_SEEK_FROM: Final = 10.0
"""Seconds; a part that starts later is sought instead of read up to."""


class Soundtrack:
    """The audio of a video, cut at the overlay's start, read only as far as asked for.

    What cannot be read of it ends it, with a warning: an overlay without sound is still an overlay.

    Args:
        container: the source.
        stream: its audio stream.
        output: the mp4 file, no packet written yet.
        first: the time of the source's first frame on the source's clock, seconds.
        start: seconds from there to the overlay's first frame; at 0 all sound is kept, also what is before.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: AudioStream,
        output: OutputContainer,
        first: Fraction,
        start: float,
    ) -> None:
        self._container = container
        self._stream = stream
        self._zero = first + Fraction(start)
        self._is_cut = start > 0
        if start > _SEEK_FROM:
            self._seek(float(first) + start - 1)
        self._packets = self._copied(output) if _fits_mp4(stream) else self._encoded(output)
        self._next: tuple[float, Packet[AudioStream]] | None = None

    def until(self, end: float) -> "Iterator[Packet[AudioStream]]":
        """The packets, not given yet, that start before `end`, seconds on the overlay's clock."""
        while (each := self._peek()) is not None and each[0] < end:
            self._next = None
            yield each[1]

    def _peek(self) -> "tuple[float, Packet[AudioStream]] | None":
        if self._next is None:
            try:
                self._next = next(self._packets, None)
            except (FFmpegError, ValueError) as error:
                log.warning("%s: the overlay's sound ends early: %s", self._container.name, error)
        return self._next

    def _seek(self, seconds: float) -> None:
        try:
            self._container.seek(int(seconds * 1_000_000))
        except FFmpegError:
            log.debug("%s: cannot seek; reading from the start", self._container.name)

    def _demuxed(self) -> "Iterator[Packet[AudioStream]]":
        """The stream's packets; those of streams that the file's header did not announce are passed over."""
        while True:
            try:
                yield from self._container.demux(self._stream)
            # PyAV looks each packet's stream up in a list that it made when the file was opened.
            except IndexError:  # noqa: PERF203
                continue
            else:
                return

    def _copied(self, output: OutputContainer) -> "Iterator[tuple[float, Packet[AudioStream]]]":
        target = output.add_stream_from_template(self._stream)
        return self._accepted(self._shifted(target), target)

    def _accepted(
        self, packets: "Iterator[tuple[float, Packet[AudioStream]]]", target: AudioStream
    ) -> "Iterator[tuple[float, Packet[AudioStream]]]":
        """Packets without those that are so damaged that an mp4 file does not take them."""
        trial = TrialMux(self._stream)
        for at, packet in packets:
            if trial.takes(packet):
                packet.stream = target
                yield at, packet
            else:
                log.debug("%s: a packet of sound is broken", self._container.name)

    def _shifted(self, target: AudioStream) -> "Iterator[tuple[float, Packet[AudioStream]]]":
        """Packets on the overlay's clock; before the cut only the one that the decoder needs to get going."""
        last = None
        for packet in self._demuxed():
            at = packet.dts if packet.pts is None else packet.pts
            if at is None or not packet.size:
                continue
            base = packet.time_base
            # A decoder needs the packet before the first one that is heard: it overlaps with the next.
            if self._is_cut and (at + 2 * (packet.duration or 0)) * base <= self._zero:
                continue
            at -= round(self._zero / base)
            if last is not None and at <= last:  # a muxer takes no step back
                continue
            last = packet.pts = packet.dts = at
            packet.stream = target
            yield float(at * base), packet

    def _encoded(self, output: OutputContainer) -> "Iterator[tuple[float, Packet[AudioStream]]]":
        source = self._stream.codec_context
        rate = source.sample_rate if source.sample_rate in _RATES else 48_000
        target = output.add_stream("aac", rate=rate)
        target.codec_context.layout = "mono" if source.channels == 1 else "stereo"
        target.codec_context.bit_rate = _BITS_PER_CHANNEL * target.codec_context.channels
        return self._recoded(target)

    def _recoded(self, target: AudioStream) -> "Iterator[tuple[float, Packet[AudioStream]]]":
        """AAC packets on the overlay's clock, none that steps back, as where the source's clock did."""
        last: int | None = None
        for packet in self._encoded_packets(target):
            if packet.pts is not None and (last is None or packet.pts > last):
                last = packet.pts
                yield float(packet.pts * packet.time_base), packet

    def _encoded_packets(self, target: AudioStream) -> "Iterator[Packet[AudioStream]]":
        latest: int | None = None
        for frame in self._frames():
            base = frame.time_base
            if frame.pts is None or base is None or (latest is not None and frame.pts <= latest):
                continue  # the encoder takes no step back
            latest = frame.pts
            frame.pts -= round(self._zero / base)
            if not self._is_cut or frame.pts * base + Fraction(frame.samples, frame.sample_rate) > 0:
                yield from target.encode(frame)
        yield from target.encode(None)

    def _frames(self) -> Iterator[AudioFrame]:
        """The decoded sound, without what cannot be decoded of it."""
        for packet in self._demuxed():
            try:
                frames = packet.decode()
            except FFmpegError as error:  # noqa: PERF203
                log.debug("%s: a packet of sound is broken: %s", self._container.name, error)
            else:
                yield from frames


def _fits_mp4(stream: AudioStream) -> bool:
    """Whether an mp4 file takes the stream as it is."""
    if stream.codec_context.codec.canonical_name not in _COPIED:
        return False
    try:
        TrialMux(stream)
    except (FFmpegError, ValueError):
        return False
    return True
