"""The inputs of a run: finds them, and refuses a run that has none or in which two would share an overlay."""

import logging
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Final

from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.errors import InputError, UsageError
from movenet_cli.io.address import public_address, scheme_of
from movenet_cli.io.numbered_files import is_numbered
from movenet_cli.media.discover import Discovery, discover
from movenet_cli.media.input_table import InputTable
from movenet_cli.media.opening import media_of
from movenet_cli.output.overlay.image import overlay_name
from movenet_cli.settings import DEFAULT_MAX_PIXELS, Settings

log = logging.getLogger(__name__)

_ADDED_SUFFIX: Final[Mapping[Media, str]] = {"image": ".png", "video": ".mp4"}
"""What the name of an overlay has at its end where the input's own suffix does not fit."""


def find_inputs(
    inputs: Sequence[str | InputFile],
    settings: Settings,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    root: str | None = None,
    given: Set[str] = frozenset({"include", "exclude"}),
    overlay: bool = False,
) -> Discovery:
    """Find the files to annotate, and check that their results can exist side by side.

    Args:
        inputs: see `discover`.
        settings: of the run.
        include: see `discover`.
        exclude: see `discover`.
        root: see `discover`.
        given: of `include` and `exclude`, those to warn of when a pattern matches nothing.
        overlay: whether skeletons are drawn.

    Raises:
        InputError: none of the inputs can be used.
        UsageError: two inputs would have the same overlay, or one is not below `root`; or it is not clear
            what the frame rate of numbered images is.
    """
    found = discover(
        inputs,
        include=include,
        exclude=exclude,
        root=root,
        sequence_fps=settings.sequence_rate,
        offline=settings.offline,
    )
    for name, patterns in (("include", include), ("exclude", exclude)):
        for pattern in patterns if name in given else ():
            if pattern in found.unmatched:  # probably a slip
                log.warning("--%s %s matches nothing", name, pattern)
    if not found.files:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in found.missing[:3])
        shown = ", ".join(public_address(each) for each in inputs if isinstance(each, str))
        raise InputError(f"nothing to annotate: {reasons or 'no image or video found in ' + shown}")
    _check_rate(found.files, settings)
    if overlay:
        check_overlays(found.files, settings.max_pixels)
    return found


def input_named(text: str, settings: Settings) -> InputFile:
    """One input by its path, pattern or address; whether a file is there shows when it is opened.

    Raises:
        UsageError: see `discover`.
    """
    if scheme_of(text) is None and not is_numbered(text):
        return InputFile(Path(text), Path(text).name)
    found = discover([text], sequence_fps=settings.sequence_rate, offline=settings.offline)
    return next(iter(found.files)) if len(found.files) == 1 else InputFile(Path(text), Path(text).name)


def _check_rate(files: InputTable, settings: Settings) -> None:
    """`--fps` is the rate of numbered images and the limit for videos: both at once needs a word more."""
    if settings.fps is None or settings.sequence_fps is not None:
        return
    if len({file.sequence is not None for file in files}) > 1:
        raise UsageError(
            f"--fps {settings.fps:g} is the rate of numbered images, but a limit for the other inputs: "
            "add --sequence-fps with the rate of the images"
        )


def check_overlays(files: InputTable, max_pixels: int = DEFAULT_MAX_PIXELS) -> None:
    """Refuse inputs whose overlays collide: a still `a.gif` and `a.gif.png`; videos `a.mov`, `a.mov.mp4`.

    Args:
        files: all of a run.
        max_pixels: see `open_source`.

    Raises:
        UsageError: two inputs would have the same overlay.
    """
    for media, suffix in _ADDED_SUFFIX.items():
        for file, other in files.pairs(suffix):
            if overlay_name(file.name, media) != other.name:
                continue
            if media_of(file, max_pixels) == media_of(other, max_pixels) == media:
                raise UsageError(
                    f"{file.path} and {other.path} would both have the overlay {other.name}; "
                    "rename one, or leave it out with --exclude"
                )
