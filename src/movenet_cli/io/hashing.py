"""The sha256 of files and folders: the name under which a model is known in results and caches, and by which
an input or a result is known again."""

import errno
import hashlib
from collections.abc import Callable
from pathlib import Path

_CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    """The sha256 of a model, in hex.

    Of a file: of its bytes. Of a folder: of one line for each file in it, at any depth,
    `<the file's sha256><two spaces><its path from the folder, with "/">` and a line feed, ordered by
    the UTF-8 bytes of the paths; so for ordinary names it is what
    `find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum` prints inside the folder.

    Raises:
        OSError: something cannot be read.
    """
    if not path.is_dir():
        return sha256_of_file(path)
    files = [(file.relative_to(path).as_posix(), file) for file in path.rglob("*") if file.is_file()]
    digest = hashlib.sha256()
    for name, file in sorted(files, key=lambda item: item[0].encode()):
        digest.update(f"{sha256_of_file(file)}  {name}\n".encode())
    return digest.hexdigest()


def sha256_of_file(path: Path, check: Callable[[], None] = lambda: None) -> str:
    """The sha256 of a file's bytes, in hex.

    Args:
        path: of the file.
        check: called every megabyte; may raise to give up.

    Raises:
        OSError: it cannot be read, or is no file.
    """
    check_is_file(path)
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            check()
            digest.update(chunk)
    return digest.hexdigest()


def sha256_of_bytes(content: bytes) -> str:
    """The sha256 of a model that has been read already, in hex; equal to `sha256_of` of its file."""
    return hashlib.sha256(content).hexdigest()


def check_is_file(path: Path) -> None:
    """Keep from opening what is no file: a pipe would be waited for.

    Raises:
        FileNotFoundError: nothing is there, or something else.
    """
    if not path.is_file():
        raise FileNotFoundError(errno.ENOENT, "there is no such file", str(path))
