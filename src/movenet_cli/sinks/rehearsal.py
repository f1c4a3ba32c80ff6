"""A stream and its packets in; whether an mp4 file takes them out, found out by writing one to nowhere."""

from typing import Any, Final

import av
from av.audio.stream import AudioStream
from av.error import FFmpegError
from av.packet import Packet

_FORGET: Final = {"movflags": "frag_every_frame+empty_moov"}
"""Nothing is kept in memory of what was written."""


class Rehearsal:
    """An mp4 file that is never there, to which a stream is copied before it goes to the real one.

    The real one writes its streams' packets in turns: an error there may come late, and ends the file.

    Args:
        stream: of an open input.

    Raises:
        FFmpegError: mp4 does not take such a stream; or ValueError.
    """

    def __init__(self, stream: AudioStream) -> None:
        self._container = av.open(_Nowhere(), "w", format="mp4", options=_FORGET)
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
