"""The inputs of a run in; an error out when two of them would have one and the same overlay."""

from collections.abc import Mapping, Sequence
from typing import Final

from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.errors import UsageError
from movenet_cli.media.opening import media_of
from movenet_cli.output.overlay.image import overlay_name
from movenet_cli.settings import DEFAULT_MAX_PIXELS

_ADDED: Final[Mapping[Media, str]] = {"image": ".png", "video": ".mp4"}


def check_overlays(files: Sequence[InputFile], max_pixels: int = DEFAULT_MAX_PIXELS) -> None:
    """Refuse a still `a.gif` beside `a.gif.png`, or a video `a.mov` beside `a.mov.mp4`.

    Args:
        files: all of a run.
        max_pixels: see `open_source`.

    Raises:
        UsageError: two inputs are of the same kind, and an overlay's name is that of another input's.
    """
    known = {file.name: file for file in files}
    for file in files:
        for media, suffix in _ADDED.items():
            other = known.get(file.name + suffix)
            if other is None or overlay_name(file.name, media) != other.name:
                continue
            if media_of(file.path, max_pixels) == media_of(other.path, max_pixels) == media:
                raise UsageError(
                    f"{file.path} and {other.path} would both have the overlay {other.name}; "
                    "rename one, or leave it out with --exclude"
                )
