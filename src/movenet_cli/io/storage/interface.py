"""The files below one folder, by paths relative to it: on a disk (`local_storage.py`), or in an object store
(`object_storage.py`)."""

import contextlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, ClassVar, Literal, Protocol, TypeAlias

from movenet_cli.core.folder_names import JOURNAL_PARTS
from movenet_cli.errors import OutputError
from movenet_cli.io.atomic import AtomicFile

Kind: TypeAlias = Literal["file", "folder", "link", "other"]


class Log(Protocol):
    """A file that lines are appended to."""

    def write(self, data: bytes, /) -> object:
        """Append."""

    def flush(self) -> object:
        """Let it outlive this process, at once or soon."""

    def sync(self) -> None:
        """Let all that was written be there whatever happens from now on."""

    def close(self) -> None:
        """Flush, and write no more; safe to call twice."""


class Storage(ABC):
    """Files below one folder. Paths are relative to it, with `/` between parts.

    `str` is how messages call the folder. Every file appears complete or not at all. One writer at a time,
    which holds a lock, may work there; workers elsewhere hand it what they have made by `stage`.

    Raises:
        OutputError: from any method that writes, when nothing can be written there.
        MediaError: the same, when only this name of an input's file cannot be had.
    """

    has_only_files: ClassVar[bool] = False
    """Whether there can be neither links nor anything else in a file's place."""

    @abstractmethod
    def place(self, path: str) -> str:
        """How messages call a file."""

    @abstractmethod
    def kind(self, path: str) -> Kind | None:
        """What is there; None when nothing is."""

    @abstractmethod
    def exists(self, path: str) -> bool:
        """Whether anything is there."""

    def is_there(self, path: str) -> bool:
        """The same, also of what others write meanwhile."""
        return self.exists(path)

    @abstractmethod
    def size(self, path: str) -> int | None:
        """Bytes of a file; None when there is none."""

    @abstractmethod
    def names(self, folder: str) -> list[str]:
        """What a folder holds, as it is now; nothing when it is missing."""

    @abstractmethod
    def open(self, path: str) -> BinaryIO:
        """Open a file to read it.

        Raises:
            OSError: it cannot be read.
        """

    @abstractmethod
    def copies(self, paths: Iterable[str]) -> Iterator[Path]:
        """Each file as one of this machine's disk, in order, until the next one is asked for.

        Raises:
            OSError: one cannot be read.
        """

    @abstractmethod
    def on_disk(self, wanted: Callable[[str], bool]) -> AbstractContextManager[Path]:
        """The folder on this machine's disk, to read from: itself, or a copy that goes with the block.

        Args:
            wanted: which files a copy shall have.

        Raises:
            InputError: there is no room for a copy.
        """

    @abstractmethod
    def write(self, path: str) -> AbstractContextManager[AtomicFile]:
        """Write a file of the run's own, which appears when the block is left normally."""

    @abstractmethod
    def append(self, path: str) -> Log:
        """Open a file to append to it."""

    @abstractmethod
    def parts(self, path: str) -> list[str]:
        """The files that go on where a file ends that was appended to, in order."""

    @abstractmethod
    def local_place(self, path: str) -> tuple[Path, Path | None]:
        """Where an `AtomicFile` writes what `stage` takes: its path and root."""

    @abstractmethod
    def stage(self, temporary: Path, check: Callable[[], None]) -> str:
        """Take a complete temporary file, on whichever machine; what `publish` needs.

        Args:
            temporary: from `local_place`.
            check: called now and then; may raise to give up.
        """

    @abstractmethod
    def publish(self, staged: str, path: str) -> None:
        """Give a staged file its name, in place of an older one."""

    @abstractmethod
    def discard(self, staged: Iterable[str]) -> None:
        """Remove staged files that nobody will publish; those that were are no harm."""

    @abstractmethod
    def remove(self, path: str, *, of_input: bool = False) -> None:
        """Remove a file, if it is there.

        Args:
            path: the file.
            of_input: see `AtomicFile`.
        """

    @abstractmethod
    def rename(self, path: str, new: str) -> None:
        """Rename a file of the run's own, to a name that is free."""

    @abstractmethod
    def remove_folder(self, path: str) -> None:
        """Remove a folder of files, as far as it can be; a link is no folder."""

    @abstractmethod
    def remove_leftovers(self) -> int:
        """Remove what killed runs left half-written; how many files. For who holds all the folder alone."""

    @abstractmethod
    def make_folder(self, path: str) -> None:
        """Make a folder of the run's own where it is missing."""

    @abstractmethod
    def lock(self, path: str, *, protects: str) -> AbstractContextManager[None]:
        """Hold a lock alone within the block; see `file_lock`."""

    @abstractmethod
    def shared_lock(self, path: str, *, protects: str) -> AbstractContextManager[None]:
        """Hold a lock that others may share within the block; see `locks.shared_lock`."""

    def remove_empty_folder(self, path: str) -> None:  # noqa: B027 - a store has no folders
        """Remove a folder that nothing is left in."""

    def obstacle(self) -> str | None:
        """What stands where the folder is to be, and is none; None when it is there or can be made."""
        return None

    def missing(self, path: str) -> list[Path]:
        """What is not there yet of a file and the folders above it; for `remove_made`."""
        return []

    def remove_made(self, missing: Iterable[Path]) -> None:  # noqa: B027 - a store leaves no trace
        """Remove a file and empty folders that were made since."""

    def sync(self) -> None:  # noqa: B027 - what a store has taken stays
        """Let the names of all files reach the disk."""

    def sync_folder(self, path: str) -> None:  # noqa: B027
        """The same of one folder."""

    def halt(self) -> None:  # noqa: B027 - a disk makes nobody wait
        """The run is being stopped: whoever waits for the storage gives up."""

    @property
    def ignores_case(self) -> bool:
        """Whether some of what is there shows that `A` and `a` are one name."""
        return False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A small file of the run's own, for whoever makes it; also on another machine."""

    storage: Storage
    path: str

    def exists(self) -> bool:
        """Whether it is there by now; somebody else may have written it."""
        return self.storage.is_there(self.path)

    def read(self) -> bytes | None:
        """What is in it; None when it cannot be read."""
        try:
            with self.storage.open(self.path) as stream:
                return stream.read()
        except OSError:
            return None

    def write(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            OutputError: it cannot be written.
        """
        with self.storage.write(self.path) as file:
            file.stream.write(data)

    def remove(self) -> None:
        """Remove it, as far as it can be."""
        with contextlib.suppress(OutputError):
            self.storage.remove(self.path)


def part_path(path: str, number: int) -> str:
    """The file that holds what was appended to a file, the `number`-th of them."""
    return f"{JOURNAL_PARTS}/{PurePosixPath(path).stem}-{number:06d}.jsonl"


def parts_of(path: str, names: Iterable[str]) -> list[str]:
    """Those of a file, in order, among the names in the folder of such parts."""
    pattern = re.compile(re.escape(PurePosixPath(path).stem) + r"-\d{6,}\.jsonl")
    found = (name for name in names if pattern.fullmatch(name))
    return [f"{JOURNAL_PARTS}/{name}" for name in sorted(found, key=lambda name: (len(name), name))]
