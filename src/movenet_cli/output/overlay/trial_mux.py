"""A trial mux: whether an mp4 file takes a stream and its packets, found out by writing one to nowhere."""

from typing import Any, Final

import av
from av.audio.stream import AudioStream
from av.error import FFmpegError
from av.packet import Packet

_HEADER_FROM_PACKET: Final = frozenset(("ac3", "eac3"))
"""Codecs whose part of the file's header is made of their first packet."""


class TrialMux:
    """An mp4 file that nobody keeps, which a stream's packets go to before they go to the real one.

    The real file interleaves its streams: what is wrong with a packet may come out many packets later, and
    then the whole file is lost. Here it comes out at once, and costs that packet.

    Args:
        stream: of an open input.

    Raises:
        FFmpegError: mp4 does not take such a stream; or ValueError.
    """

    def __init__(self, stream: AudioStream) -> None:
        is_late = stream.codec_context.codec.canonical_name in _HEADER_FROM_PACKET
        # With every frame a fragment of its own, the muxer keeps nothing in memory for an index at the end.
        flags = "frag_every_frame+" + ("delay_moov" if is_late else "empty_moov")
        self._container = av.open(_Nowhere(), "w", format="mp4", options={"movflags": flags})
        self._stream = self._container.add_stream_from_template(stream)
        self._container.start_encoding()

    def takes(self, packet: "Packet[Any]") -> bool:
        """Whether a packet can be written; it is this file's from then on."""
        packet.stream = self._stream
        try:
            self._container.mux_one(packet)
        except (FFmpegError, ValueError):
            return False
        return True


class _Nowhere:
    """A file that swallows everything."""

    def write(self, data: bytes) -> int:
        return len(data)
