"""An input's content: its status and its sha256, whether it is a file, numbered files or elsewhere."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from movenet_cli.core.inputs import FileStatus, FrameSequence, InputFile
from movenet_cli.io.hashing import sha256_of_file
from movenet_cli.io.numbered_files import NumberedFiles
from movenet_cli.io.remote import remote_status
from movenet_cli.io.stamp import stamp_of


def input_status(file: InputFile | Path, check: Callable[[], None] = lambda: None) -> FileStatus | None:
    """What tells without reading whether an input may have changed; None when nothing does.

    Args:
        file: the input, or the path of a file.
        check: called now and then; may raise to give up.

    Raises:
        OSError: it is not there.
        MediaError: it is elsewhere, and cannot be had.
    """
    if isinstance(file, Path):
        return _status(file)
    if file.status is not None:
        return file.status
    if file.url is not None:
        return remote_status(file.url, check)
    if file.sequence is not None:
        return _status_of_sequence(file.path, file.sequence)
    return _status(file.path)


def input_sha256(file: InputFile | Path, check: Callable[[], None] = lambda: None) -> str:
    """The sha256 of an input's content; of numbered images, of their numbers, hashes and frame rate.

    Args:
        file: an input that is on this machine, or the path of a file.
        check: called every megabyte; may raise to give up.

    Raises:
        OSError: it cannot be read.
    """
    if isinstance(file, Path):
        return sha256_of_file(file, check)
    if file.sequence is None:
        return sha256_of_file(file.path, check)
    digest = hashlib.sha256(f"{file.sequence.fps!r}\n".encode())
    for number, path in _there(file.path, file.sequence):
        digest.update(f"{number} {sha256_of_file(path, check)}\n".encode())
    return digest.hexdigest()


def _status(path: Path) -> FileStatus:
    status = path.stat()
    return FileStatus(status.st_size, status.st_mtime_ns)


def _status_of_sequence(pattern: Path, sequence: FrameSequence) -> FileStatus:
    """All sizes together; the stamp is another one after a change to any of the files, or to their rate."""
    size, lines = 0, [repr(sequence.fps)]
    for number, path in _there(pattern, sequence):
        status = _status(path)
        size += status.size
        lines.append(f"{number} {status.size} {status.stamp}")
    return FileStatus(size, stamp_of("\n".join(lines)))


def _there(pattern: Path, sequence: FrameSequence) -> Iterator[tuple[int, Path]]:
    files = NumberedFiles(pattern)
    for number in range(sequence.first, sequence.last + 1):
        path = files.path(number)
        if path.is_file():
            yield number, path
