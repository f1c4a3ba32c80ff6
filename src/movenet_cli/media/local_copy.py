"""Copies of inputs that are elsewhere, each for as long as it is worked on, where that is done."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import BinaryIO, Final

from movenet_cli.core.inputs import FileStatus, InputFile
from movenet_cli.errors import InputError, MediaError, UsageError
from movenet_cli.io.disk_room import DiskRoom, write_failed
from movenet_cli.io.hashing import sha256_of_bytes, sha256_of_file
from movenet_cli.io.remote import copy_remote
from movenet_cli.io.shared_folder import alone_in, remove_unused, share, shared_folder
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
        status = _copy(file.url, path, check)
        yield replace(file, path=path, url=None, status=status)


@contextlib.contextmanager
def shared_copy(
    file: InputFile, content: str | None, check: Callable[[], None] = lambda: None
) -> Iterator[InputFile]:
    """As `local_copy`; one copy is for all workers of this machine, and outlives the block for a while.

    Args:
        file: the input.
        content: sha256 that a copy must have; known of an input that is elsewhere.
        check: called several times a second while it is copied, or while somebody else does that.

    Raises:
        MediaError: it cannot be had whole, is of another content, or there is no room for it.
    """
    if file.url is None or content is None:
        yield file
        return
    parent, suffix = Path(tempfile.gettempdir()), PurePath(file.name).suffix
    with contextlib.ExitStack() as stack:
        try:
            remove_unused(parent)
            folder = stack.enter_context(shared_folder(parent, _key(content, file.name), check))
            path, part = folder / f"copy{suffix}", folder / f"part{suffix}"
            with alone_in(folder, check):
                if not path.exists():
                    _copy(file.url, part, check)
                    if sha256_of_file(part, check) != content:
                        part.unlink()
                        raise MediaError("it changed while it was read; run the same command again")
                    part.rename(path)
        except OSError as error:
            raise write_failed(error, parent / "copy") from error
        yield replace(file, path=path, url=None)


def share_copy(copy: InputFile, content: str) -> bool:
    """Leave what `local_copy` gave to `shared_copy`; whether the workers of this machine can share it."""
    return share(copy.path.parent, _key(content, copy.name))


def remove_shared_copies() -> None:
    """Remove the copies that nobody on this machine uses at the moment."""
    remove_unused(Path(tempfile.gettempdir()), kept=0)


def _copy(url: str, path: Path, check: Callable[[], None]) -> FileStatus | None:
    try:
        return copy_remote(url, path, check)
    except UsageError as error:  # on another machine than the one that found it
        raise MediaError(str(error)) from error


def _key(content: str, name: str) -> str:
    """Of a copy that may be shared: by one user's workers, of one content, with one suffix."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    return sha256_of_bytes(f"{user} {content} {PurePath(name).suffix}".encode("utf-8", "surrogatepass"))[:32]


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
            remove_unused(parent)
            folder = stack.enter_context(work_folder(parent))
        except OSError as error:
            raise write_failed(error, Path(tempfile.tempdir or ".") / "copy") from error
        yield folder
