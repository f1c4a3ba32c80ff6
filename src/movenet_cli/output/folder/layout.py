"""Where a run's results lie in its folder: paths relative to the folder, `/` between parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args

from movenet_cli.core.folder_names import DATASET, OVERLAY, RUN
from movenet_cli.core.inputs import Media
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.output.overlay.image import overlay_name

MEDIA: Final[tuple[Media, ...]] = get_args(Media)
"""The kinds of input."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What one run writes.

    Attributes:
        formats: names from the table of formats.
        overlay: whether skeletons are drawn, too.
    """

    formats: Sequence[str]
    overlay: bool

    @property
    def folders(self) -> list[str]:
        """The folders of the inputs' files."""
        return [*(FORMATS[name].folder for name in self.formats), *([OVERLAY] if self.overlay else [])]

    @property
    def run_files(self) -> list[str]:
        """The files of the run as a whole."""
        return [RUN, *([DATASET] if "coco" in self.formats else [])]

    def texts(self, name: str) -> dict[str, str]:
        """An input's files that its name alone tells of, all but the overlay, each with its format."""
        return {_place(name, each): each for each in self.formats}

    def files(self, name: str, media: Media) -> dict[str, str]:
        """All of an input's files, each with its format."""
        overlay = {f"{OVERLAY}/{overlay_name(name, media)}": OVERLAY} if self.overlay else {}
        return self.texts(name) | overlay

    def possible(self, name: str) -> list[str]:
        """All files that may come of an input whose kind is not known before it is opened."""
        return list(dict.fromkeys(path for media in MEDIA for path in self.files(name, media)))


def dataset_part(name: str) -> str:
    """An input's part of the dataset."""
    return _place(name, "coco")


def _place(name: str, format_name: str) -> str:
    return f"{FORMATS[format_name].folder}/{name}{FORMATS[format_name].encoder.suffix}"
