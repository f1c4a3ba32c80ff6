"""A folder of a disk as a storage: files get their names by renaming, and locks are the file system's."""

import contextlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from movenet_cli.core.folder_names import JOURNAL_PARTS, LOCK
from movenet_cli.io.atomic import (
    AtomicFile,
    as_output_error,
    make_folder,
    remove_leftovers,
    remove_staged,
    sync_folder,
    sync_folders,
)
from movenet_cli.io.locks import file_lock, shared_lock
from movenet_cli.io.storage.interface import Kind, Storage, parts_of


@dataclass(frozen=True, slots=True)
class LocalStorage(Storage):
    """A folder of a disk.

    Attributes:
        root: the folder; it may be missing.
    """

    root: Path

    def __str__(self) -> str:
        """Its path."""
        return str(self.root)

    def place(self, path: str) -> str:
        """See `Storage.place`."""
        return str(self.root / path)

    def kind(self, path: str) -> Kind | None:
        """See `Storage.kind`."""
        try:
            mode = os.lstat(self.root / path).st_mode
        except OSError:  # missing; whatever else is wrong shows when it is written
            return None
        if stat.S_ISREG(mode):
            return "file"
        return "link" if stat.S_ISLNK(mode) else "folder" if stat.S_ISDIR(mode) else "other"

    def exists(self, path: str) -> bool:
        """See `Storage.exists`."""
        return os.path.lexists(f"{self.root}/{path}")

    def size(self, path: str) -> int | None:
        """See `Storage.size`."""
        try:
            return os.stat(f"{self.root}/{path}").st_size  # noqa: PTH116 - a Path for every file is slow
        except OSError:
            return None

    def names(self, folder: str) -> list[str]:
        """See `Storage.names`."""
        try:
            return os.listdir(self.root / folder)  # noqa: PTH208 - only names are wanted
        except OSError:
            return []

    def open(self, path: str) -> BinaryIO:
        """See `Storage.open`."""
        return (self.root / path).open("rb")

    def copies(self, paths: Iterable[str]) -> Iterator[Path]:
        """See `Storage.copies`: the files themselves."""
        return (self.root / path for path in paths)

    def on_disk(self, wanted: Callable[[str], bool]) -> AbstractContextManager[Path]:
        """See `Storage.on_disk`."""
        return contextlib.nullcontext(self.root)

    def write(self, path: str) -> AbstractContextManager[AtomicFile]:
        """See `Storage.write`."""
        return AtomicFile(self.root / path, self.root, of_input=False)

    def append(self, path: str) -> "_LocalLog":
        """See `Storage.append`."""
        return _LocalLog(self.root / path)

    def parts(self, path: str) -> list[str]:
        """See `Storage.parts`: only a copy of an object store's folder has any."""
        return parts_of(path, self.names(JOURNAL_PARTS))

    def local_place(self, path: str) -> tuple[Path, Path | None]:
        """See `Storage.local_place`: in the file's own folder."""
        return self.root / path, self.root

    def stage(self, temporary: Path, check: Callable[[], None]) -> str:
        """See `Storage.stage`: it lies where it is wanted already."""
        return str(temporary)

    def publish(self, staged: str, path: str) -> None:
        """See `Storage.publish`."""
        with as_output_error(self.root / path):
            Path(staged).replace(self.root / path)

    def discard(self, staged: Iterable[str]) -> None:
        """See `Storage.discard`."""
        remove_staged(map(Path, staged))

    def remove(self, path: str, *, of_input: bool = False) -> None:
        """See `Storage.remove`."""
        with as_output_error(self.root / path, of_input=of_input):
            (self.root / path).unlink(missing_ok=True)

    def rename(self, path: str, new: str) -> None:
        """See `Storage.rename`."""
        with as_output_error(self.root / path, of_input=False):
            (self.root / path).rename(self.root / new)

    def remove_folder(self, path: str) -> None:
        """See `Storage.remove_folder`."""
        folder = self.root / path
        if not folder.is_symlink() and folder.is_dir():
            remove_staged(folder.iterdir())
            with contextlib.suppress(OSError):
                folder.rmdir()

    def remove_leftovers(self) -> int:
        """See `Storage.remove_leftovers`."""
        return remove_leftovers(self.root)

    def make_folder(self, path: str) -> None:
        """See `Storage.make_folder`."""
        make_folder(self.root / path)

    def lock(self, path: str, *, protects: str) -> AbstractContextManager[None]:
        """See `Storage.lock`."""
        return file_lock(self.root / path, protects=protects)

    def shared_lock(self, path: str, *, protects: str) -> AbstractContextManager[None]:
        """See `Storage.shared_lock`."""
        return shared_lock(self.root / path, protects=protects)

    def remove_empty_folder(self, path: str) -> None:
        """See `Storage.remove_empty_folder`."""
        with contextlib.suppress(OSError):
            (self.root / path).rmdir()

    def obstacle(self) -> str | None:
        """See `Storage.obstacle`."""
        paths = map(str, (self.root, *self.root.parents))
        there = next(filter(os.path.exists, paths), "")  # a Path raises where it may not look
        return None if not there or os.path.isdir(there) else there  # noqa: PTH112

    def missing(self, path: str) -> list[Path]:
        """See `Storage.missing`."""
        file = self.root / path
        return [each for each in (file, *file.parents) if not each.exists()]

    def remove_made(self, missing: Iterable[Path]) -> None:
        """See `Storage.remove_made`; innermost first."""
        for path in missing:
            with contextlib.suppress(OSError):
                if path.is_dir():
                    path.rmdir()
                else:
                    path.unlink()

    def sync(self) -> None:
        """See `Storage.sync`."""
        sync_folders(self.root)

    def sync_folder(self, path: str) -> None:
        """See `Storage.sync_folder`."""
        folder = self.root / path
        with as_output_error(folder, of_input=False):
            if folder.is_dir():
                sync_folder(folder)

    @property
    def ignores_case(self) -> bool:
        """See `Storage.ignores_case`; False as long as there is nothing to try it on."""
        return (self.root / LOCK).exists() and (self.root / LOCK.upper()).exists()


class _LocalLog:
    """A file that is appended to."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("ab")
        self.write = self._stream.write
        self.flush = self._stream.flush
        self.close = self._stream.close

    def sync(self) -> None:
        """See `Log.sync`."""
        os.fsync(self._stream.fileno())
