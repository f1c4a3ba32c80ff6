"""The inputs of a run in; an error out when two of them would have one and the same overlay."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from movenet_cli.errors import MediaError, UsageError
from movenet_cli.sinks.overlay import overlay_name
from movenet_cli.sources.header import read_header
from movenet_cli.sources.interface import InputFile, Media
from movenet_cli.sources.sniff import HEAD_SIZE, sniff

_ADDED: Final[Mapping[Media, str]] = {"image": ".png", "video": ".mp4"}


def check_overlays(files: Sequence[InputFile]) -> None:
    """Refuse a still `a.gif` beside `a.gif.png`, or a video `a.mov` beside `a.mov.mp4`.

    Raises:
        UsageError: two inputs are of the same kind, and an overlay's name is that of another input's.
    """
    known = {file.name: file for file in files}
    for file in files:
        for media, suffix in _ADDED.items():
            other = known.get(file.name + suffix)
            if other is None or overlay_name(file.name, media) != other.name:
                continue
            if _media(file.path) == _media(other.path) == media:
                raise UsageError(
                    f"{file.path} and {other.path} would both have the overlay {other.name}; "
                    "rename one, or leave it out with --exclude"
                )


def _media(path: Path) -> Media | None:
    """What a file will turn out to be; None when it cannot be read."""
    try:
        data = path.read_bytes() if _sniffed(path) == "image" else b""
        is_still = data and not read_header(data).is_animated
    except (OSError, MediaError):
        return None
    return "image" if is_still else "video"


def _sniffed(path: Path) -> Media | None:
    with path.open("rb") as stream:
        return sniff(stream.read(HEAD_SIZE))
