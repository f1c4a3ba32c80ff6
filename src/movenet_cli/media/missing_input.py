"""What to say of an input that is no file here: what it seems to be instead, and how to go on."""

import re
from typing import Final

_ADDRESS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_NUMBERED: Final = re.compile(r"%0?\d*d")
_STREAMS: Final = frozenset(("rtsp", "rtsps", "rtmp", "rtmps", "rtp", "udp", "srt", "mms"))


def why_absent(text: str) -> str:
    """The reason for an input that does not exist, with advice where it is not a mere slip."""
    if address := _ADDRESS.match(text):
        return _of_address(address[1].lower(), text)
    if text.isdecimal():
        return "no such file or folder; cameras are not read: record to a file and annotate that"
    if _NUMBERED.search(text):
        pattern = _NUMBERED.sub("*", text)
        return f"no such file or folder; for numbered images give their folder, or a quoted glob: '{pattern}'"
    return "no such file or folder"


def _of_address(scheme: str, text: str) -> str:
    if scheme == "file":
        return f"an address, not a path; give the path alone: {text[len('file://') :]}"
    if scheme in _STREAMS:
        return f"live streams are not read; record to a file first: ffmpeg -i {text} -t 60 clip.mp4"
    return "an address, not a file; inputs are not downloaded: download it and give the file"
