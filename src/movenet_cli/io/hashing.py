"""The one sha256 of the project: of bytes, of files, and of a model, which may be a folder."""

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

_CHUNK = 1 << 20

_SAMPLES = 64
_SAMPLE_SIZE = 1 << 16
"""Bytes of each part of a file that `sample_of_file` looks at."""


def sha256_of_bytes(content: bytes) -> str:
    """The sha256 of bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path, check: Callable[[], None] = lambda: None) -> str:
    """The sha256 of a file's bytes, in hex.

    Args:
        path: the file.
        check: called every megabyte; may raise to give up.

    Raises:
        OSError: it cannot be read, or is not a file.
    """
    check_is_file(path)
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            check()
            digest.update(chunk)
    return digest.hexdigest()


def sample_of_file(path: Path) -> str:
    """A hash of a file's size, time of change and parts of its content, in hex: quick, however large it is.

    It tells a file from another one, and from what it was before it was written to.

    Raises:
        OSError: it cannot be read, or is not a file.
    """
    check_is_file(path)
    status = path.stat()
    size = status.st_size
    digest = hashlib.sha256(f"{size} {status.st_mtime_ns}".encode())
    with path.open("rb") as stream:
        for number in range(_SAMPLES):
            stream.seek(max(0, size - _SAMPLE_SIZE) * number // (_SAMPLES - 1))
            digest.update(stream.read(_SAMPLE_SIZE))
    return digest.hexdigest()


def sha256_of_model(path: Path) -> str:
    """The sha256 of a model's file or folder, in hex: the name under which results and caches know it.

    Of a file: of its bytes. Of a folder: of one line for each file in it, at any depth,
    `<the file's sha256><two spaces><its path from the folder, with "/">` and a line feed, ordered by
    the bytes of the paths (UTF-8); so for ordinary names it is what
    `find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum` prints inside the folder.

    Raises:
        OSError: something cannot be read.
    """
    if not path.is_dir():
        return sha256_of_file(path)
    files = {
        os.fsencode(file.relative_to(path).as_posix()): file for file in path.rglob("*") if file.is_file()
    }
    lines = [b"%b  %b\n" % (sha256_of_file(files[name]).encode(), name) for name in sorted(files)]
    return sha256_of_bytes(b"".join(lines))


def check_is_file(path: Path) -> None:
    """Keep from opening what is no file: a pipe would be waited for.

    Raises:
        FileNotFoundError: nothing is there, or something else.
    """
    if not path.is_file():
        raise FileNotFoundError(errno.ENOENT, "there is no such file", str(path))
