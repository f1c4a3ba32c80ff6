"""Whether a GIF file ends as it should: FFmpeg takes an image that was cut off for a whole one."""

from pathlib import Path
from typing import BinaryIO, Final, Literal

from movenet_cli.errors import MediaError

GifEnd = Literal["whole", "in a frame", "without its end mark"]

_EXTENSION, _IMAGE, _TRAILER = b"!", b",", b";"
_PALETTE: Final = 0x80


def gif_end(path: Path) -> GifEnd:
    """Walk over the blocks, as in the specification of GIF89a; a file of another format is `whole`.

    Raises:
        MediaError: when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return _end(file)
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}") from error


def _end(file: BinaryIO) -> GifEnd:
    head = file.read(13)
    if not head.startswith(b"GIF8"):
        return "whole"
    if len(head) < 13:
        return "in a frame"
    file.seek(_palette_size(head[10]), 1)
    while (kind := file.read(1)) in (_EXTENSION, _IMAGE):
        if kind == _EXTENSION:
            file.seek(1, 1)
            if not _pass_over(file):
                return "without its end mark"
        else:
            place = file.read(9)
            if len(place) < 9:
                return "in a frame"
            file.seek(_palette_size(place[8]) + 1, 1)
            if not _pass_over(file):
                return "in a frame"
    return "without its end mark" if not kind else "whole"  # whatever else follows is no image


def _palette_size(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & _PALETTE else 0


def _pass_over(file: BinaryIO) -> bool:
    """Go behind a block's data; whether they are there to their end."""
    while length := file.read(1):
        if length == b"\0":
            return True
        file.seek(length[0], 1)
    return False
