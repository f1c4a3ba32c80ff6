"""A new file or folder that appears complete under its name or not at all, and never replaces anything."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from movenet_cli.errors import OutputError
from movenet_cli.io.atomic import AtomicFile, as_output_error
from movenet_cli.io.work_folder import work_folder


@contextlib.contextmanager
def new_file(place: Path) -> Iterator[Path]:
    """A file to write to, which gets its name when the block ends normally.

    Raises:
        OutputError: something is there already, or it cannot be written.
    """
    if os.path.lexists(place):
        raise _is_there(place)
    with AtomicFile(place, of_input=False) as file, as_output_error(place, of_input=False):
        yield file.temporary


@contextlib.contextmanager
def new_folder(place: Path) -> Iterator[Path]:
    """The same for a folder; an empty one may be there already."""
    with as_output_error(place, of_input=False):
        if os.path.lexists(place) and not (place.is_dir() and not any(place.iterdir())):
            raise _is_there(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        with work_folder(place.parent) as work:
            folder = work / place.name
            folder.mkdir()
            yield folder
            _sync(folder)
            if place.is_dir():
                place.rmdir()
            folder.rename(place)


def _sync(folder: Path) -> None:
    """Let all content reach the disk before the name does."""
    for parent, _, names in os.walk(folder):
        for name in names:
            with Path(parent, name).open("rb+") as stream:
                os.fsync(stream.fileno())


def _is_there(place: Path) -> OutputError:
    return OutputError(f"{place} is there already: remove it, or name another place")
