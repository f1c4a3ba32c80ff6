"""A path in; the media file, open for reading, out."""

from pathlib import Path
from typing import Any, Final

import av
from av.container import InputContainer

_ANY_METADATA: Final[dict[str, Any]] = (
    {"metadata_errors": "replace"} if int(av.__version__.partition(".")[0]) < 19 else {}
)
"""Titles that are not UTF-8 are no reason to fail; later versions of PyAV take them as they are."""


def open_container(path: Path) -> InputContainer:
    """Open a file with FFmpeg; names and contents that look like addresses are not followed.

    Raises:
        av.error.FFmpegError: when it cannot be read, or is of no known format.
    """
    options = {"protocol_whitelist": "file"}
    container: InputContainer = av.open(f"file:{path}", "r", options=options, **_ANY_METADATA)
    return container
