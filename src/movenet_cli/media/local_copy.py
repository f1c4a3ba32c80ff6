"""Copies of inputs that are elsewhere, each for as long as it is worked on."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import BinaryIO, Final

from movenet_cli.core.inputs import InputFile
from movenet_cli.errors import InputError, MediaError, UsageError
from movenet_cli.io.disk_room import DiskRoom, write_failed
from movenet_cli.io.remote import copy_remote
from movenet_cli.io.work_folder import work_folder

_CHUNK: Final = 1 << 20


@contextlib.contextmanager
def local_copy(file: InputFile, check: Callable[[], None] = lambda: None) -> Iterator[InputFile]:
    """The input as a file of this machine; a copy, in the folder for temporary files, goes with the block.

    Args:
        file: the input; one that is here already is given as it is.
        check: called several times a second while it is copied; may raise to give up.

    Raises:
        MediaError: it cannot be had whole, or there is no room for it.
    """
    if file.url is None:
        yield file
        return
    with _copies_folder() as folder:
        path = folder / f"copy{PurePath(file.name).suffix}"
        try:
            status = copy_remote(file.url, path, check)
        except UsageError as error:  # on another machine than the one that found it
            raise MediaError(str(error)) from error
        yield replace(file, path=path, url=None, status=status)


@contextlib.contextmanager
def copy_of_stream(stream: BinaryIO, name: str) -> Iterator[InputFile]:
    """An image or video that comes through a pipe, as an input; the copy goes with the block.

    Args:
        stream: read to its end.
        name: of the input.

    Raises:
        InputError: nothing comes, or there is no room for it.
    """
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(_copies_folder())
            path = folder / f"copy{PurePath(name).suffix}"
            size = _write(stream, path)
        except MediaError as error:
            raise InputError(f"standard input: {error}") from error
        if not size:
            raise InputError("standard input is empty: no image or video came")
        yield InputFile(path, name, origin="standard input")


def _write(stream: BinaryIO, path: Path) -> int:
    """Copy a stream; how many bytes came."""
    size, room = 0, DiskRoom(path.parent)
    try:
        with path.open("wb") as copy:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                room.check(size)
                copy.write(chunk)
    except OSError as error:
        raise write_failed(error, path.parent) from error
    return size


@contextlib.contextmanager
def _copies_folder() -> Iterator[Path]:
    """A folder for one copy, where TMPDIR says; those of killed runs are removed first.

    Raises:
        MediaError: it cannot be made.
    """
    with contextlib.ExitStack() as stack:
        try:
            parent = Path(tempfile.gettempdir())
            folder = stack.enter_context(work_folder(parent))
        except OSError as error:
            raise write_failed(error, Path(tempfile.tempdir or ".") / "copy") from error
        yield folder
