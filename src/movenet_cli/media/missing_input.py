"""What to say of an input that is no file here: what it seems to be instead, and how to go on."""

from typing import Final

from movenet_cli.io.address import public_address, scheme_of

LIVE_STREAMS: Final = frozenset(("rtsp", "rtsps", "rtmp", "rtmps", "rtp", "udp", "srt", "mms"))
"""Schemes of what has no end."""


def why_absent(text: str) -> str:
    """The reason for an input that does not exist, with advice where it is not a mere slip."""
    if scheme_of(text) in LIVE_STREAMS:
        shown = public_address(text)
        return f"live streams are not read; record to a file first: ffmpeg -i {shown} -t 60 clip.mp4"
    if text.isdecimal():
        return "no such file or folder; cameras are not read: record to a file and annotate that"
    return "no such file or folder"
