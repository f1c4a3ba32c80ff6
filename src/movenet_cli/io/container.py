"""The one way to open a media file with FFmpeg: as what its content is, and nothing else along with it."""

from pathlib import Path
from typing import Any, Final

import av
from av.container import InputContainer
from av.error import InvalidDataError

from movenet_cli.errors import MediaError
from movenet_cli.io.mp4_boxes import read_boxes

FORMATS: Final = (
    "apng,asf,av1,avi,dirac,dnxhd,dv,flv,gif,gxf,h261,h263,h264,hevc,ivf,m4v,matroska,mjpeg,mov,mpeg,mpegts,"
    "mpegvideo,mxf,nut,obu,ogg,rm,vc1,vvc,wtv,yuv4mpegpipe"
)
"""FFmpeg's names of the formats that are tried: all hold their images themselves. Playlists and numbered
images, which lead to other files, are not among them."""

_INVALID_DATA: Final = 1094995529
"""FFmpeg's number of the error."""
_ANY_METADATA: Final[dict[str, Any]] = (
    {"metadata_errors": "replace"} if int(av.__version__.partition(".")[0]) < 19 else {}
)
"""Titles that are not UTF-8 are no reason to fail; later versions of PyAV take them as they are."""


def open_container(path: Path) -> InputContainer:
    """Open a file with FFmpeg; no other file or address is opened, whatever its name or content says.

    Raises:
        av.error.FFmpegError: when it cannot be read, is of none of `FORMATS`, or has an index that cannot be
            true, for which FFmpeg would take any amount of memory.
    """
    try:
        read_boxes(path).check()
    except MediaError as error:
        raise InvalidDataError(_INVALID_DATA, str(error), str(path)) from error
    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    container: InputContainer = av.open(f"file:{path}", "r", options=options, **_ANY_METADATA)
    return container
