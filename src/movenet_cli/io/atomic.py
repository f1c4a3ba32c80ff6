"""Files that appear complete or not at all, whatever happens to the process or the disk meanwhile."""

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from movenet_cli.core.folder_names import KEYPOINTS, LOCK, OVERLAY
from movenet_cli.errors import MediaError, MovenetError, OutputError

_PREFIX: Final = ".movenet-"
_SUFFIX: Final = ".tmp"
_LEFTOVER: Final = re.compile(r"\.movenet-[0-9a-f]{8}\.tmp")
_OWN: Final = (Path(LOCK).parent, KEYPOINTS, OVERLAY)
_BUFFER: Final = 64 * 1024
_ONLY_THIS_NAME: Final = {
    *(errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL),
    *(errno.EISDIR, errno.ENOTDIR, errno.EEXIST),  # another input's results have this name
}
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
MAY_PASS: Final = {
    getattr(errno, name)
    for name in (
        *("EIO", "ESTALE", "EREMOTEIO", "ETIMEDOUT", "ENOLINK", "ECOMM"),
        *("EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ENETRESET"),
        *("ENOTCONN", "ESHUTDOWN", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET"),
    )
    if hasattr(errno, name)
}
"""What file systems answer whose storage is elsewhere, and away for the moment."""

_NO_FOLDER_SYNC: Final = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}
_GONE: Final = {errno.ENOENT, errno.ENODEV, errno.ESTALE}


class AtomicFile:
    """A new file under a short temporary name in its final folder, renamed when it is complete.

    A context manager: leaving it normally is `close`, leaving it by an exception is `abort`.

    Attributes:
        path: the final name.
        temporary: the name until then.
        stream: the open binary file, for writers that seek.

    Raises:
        OutputError: from any method, when nothing can be written there.
        MediaError: from any method, when only this name of an input cannot be written (too long for the file
            system, or taken by a folder).
    """

    def __init__(
        self, path: Path, root: Path | None = None, *, of_input: bool = True, staged: bool = False
    ) -> None:
        """Open the temporary file.

        Args:
            path: where the file shall appear.
            root: a folder above it that must exist already; folders below it are made. None: all are made.
            of_input: whether the name is made of an input's; else it is the run's own.
            staged: whether the complete file keeps its temporary name, for somebody else to rename.
        """
        self.path = path
        self._of_input = of_input
        self._staged = staged
        self._done = self._is_complete = False
        with self._as_output_error():
            _make_folder(path.parent, root)
            self.temporary = path.parent / f"{_PREFIX}{secrets.token_hex(4)}{_SUFFIX}"
            self.stream: BinaryIO = self.temporary.open("xb", buffering=_BUFFER)

    def write(self, text: str) -> None:
        """Append text, as UTF-8."""
        with self._as_output_error():
            self.stream.write(text.encode())

    def close(self) -> None:
        """Flush to the disk and, unless it is staged, let the file appear in place of an older one."""
        if self._done:
            return
        try:
            with self._as_output_error():
                self.stream.flush()
                os.fsync(self.stream.fileno())
                self.stream.close()
                if not self._staged:
                    self.temporary.replace(self.path)
                self._done = self._is_complete = True
        finally:
            self.abort()

    @property
    def staged(self) -> Path | None:
        """The complete file, when it is staged; None else."""
        return self.temporary if self._staged and self._is_complete else None

    def abort(self) -> None:
        """Remove the temporary file; nothing happens after `close`."""
        if self._done:
            return
        self._done = True
        with contextlib.suppress(OSError):
            self.stream.close()
        with contextlib.suppress(OSError):
            self.temporary.unlink(missing_ok=True)

    def _as_output_error(self) -> contextlib.AbstractContextManager[None]:
        return as_output_error(self.path, of_input=self._of_input)

    def __enter__(self) -> "AtomicFile":
        """Enter the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close after success, abort after an exception."""
        if error is None:
            self.close()
        else:
            self.abort()


def write_file(path: Path, text: str, root: Path | None = None) -> None:
    """Write a whole small text file of the run's own; see `AtomicFile` for the arguments and errors."""
    with AtomicFile(path, root, of_input=False) as file:
        file.write(text)


def remove_staged(temporaries: Iterable[Path | None]) -> None:
    """Remove outputs that nobody will rename."""
    for temporary in temporaries:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder of the run's own where it is missing.

    Raises:
        OutputError: it cannot be made.
    """
    with as_output_error(folder, of_input=False):
        folder.mkdir(parents=True, exist_ok=True)


def sync_folders(root: Path) -> None:
    """Let the names of all files that were closed in a results folder reach the disk.

    Each file's content is there before it has its name, so after a power cut without this a file is whole or
    not there, and done again.

    Raises:
        OutputError: the disk refuses.
    """
    for folder, _ in _own_folders(root):
        with as_output_error(folder, of_input=False):
            sync_folder(folder)


def remove_leftovers(root: Path) -> int:
    """Delete temporary files that a killed run left in a results folder; how many there were.

    Only for the run that holds the folder's lock. What is not part of these results is not looked at: other
    files and folders beside them, and other results folders further down, where another run may be writing.

    Raises:
        OutputError: when one cannot be deleted.
    """
    count = 0
    for folder, names in _own_folders(root):
        for name in names:
            if _LEFTOVER.fullmatch(name):
                with as_output_error(folder / name, of_input=False):
                    (folder / name).unlink(missing_ok=True)
                count += 1
    return count


def _own_folders(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """The folders that results are in, and the names of the files there; links are not followed."""
    try:
        with os.scandir(root) as entries:
            yield root, [entry.name for entry in entries if not entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return
    for place in _OWN:
        if (root / place).is_symlink():
            continue
        for folder, folders, names in os.walk(root / place):
            if Path(folder, LOCK).exists():  # another results folder
                folders.clear()
                continue
            yield Path(folder), names


@contextlib.contextmanager
def as_output_error(path: Path | str, *, of_input: bool = True) -> Iterator[None]:
    """Turn an `OSError` of the block into the error that says what to do about `path`.

    Raises:
        MediaError: when only this name cannot be written, and it is made of an input's (`of_input`).
        OutputError: else.
    """
    try:
        yield
    except OSError as error:
        raise _explained(error, path, of_input) from error


def _explained(error: OSError, path: Path | str, of_input: bool) -> MovenetError:
    what = error.strerror or type(error).__name__
    if of_input and error.errno in _ONLY_THIS_NAME:
        name = Path(path).name
        return MediaError(f"{name}: its results cannot have this name here ({what}); rename the input")
    if error.errno in _FULL:
        advice = "free some space and run the same command again to go on"
    elif error.errno in _FORBIDDEN:
        advice = "choose a folder that you may write to with --output"
    elif error.errno in _GONE:
        advice = "the results folder has vanished; bring it back and run the same command again to go on"
    elif error.errno == errno.EIO:
        advice = "the disk reports an error; check it, or choose another folder with --output"
    else:
        advice = "choose another folder with --output"
    problem = f"cannot write {path}: {what}"
    return OutputError(f"{problem}; {advice}", problem=problem, may_pass=error.errno in MAY_PASS)


def _make_folder(folder: Path, root: Path | None) -> None:
    if folder.is_dir():
        return
    if root is not None and not root.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    folder.mkdir(parents=True, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Let the new name reach the disk; not every file system can be asked to."""
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
