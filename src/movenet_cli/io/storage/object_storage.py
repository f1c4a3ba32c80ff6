"""A folder of an object store as a storage: whole objects, a lease for a lock, one listing instead of looks.

What is written is complete on this machine before it is uploaded. A worker on the run's own machine leaves
its files to the run; one elsewhere uploads them below `.movenet/staged`, and the run copies them from there
within the store.
"""

import contextlib
import io
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

from movenet_cli.core.folder_names import JOURNAL_PARTS, STAGED
from movenet_cli.errors import InputError, MediaError, OutputError
from movenet_cli.io.atomic import AtomicFile, as_output_error
from movenet_cli.io.disk_room import DiskRoom
from movenet_cli.io.locks import LockHeldError
from movenet_cli.io.storage.interface import Kind, Storage, parts_of
from movenet_cli.io.storage.lease import Lease, is_held
from movenet_cli.io.storage.object_copies import copies_of, own_folder, temporary_folder
from movenet_cli.io.storage.object_log import ObjectLog
from movenet_cli.io.storage.objects import Objects

_IN_MEMORY: Final = 16 << 20
"""Bytes up to which an object is read without a file."""


class ObjectStorage(Storage):
    """See `Storage`; it can be pickled, and reaches the store with the credentials of where it is used.

    Args:
        url: the folder's address.
        work: the run's folder for temporary files, on the run's machine.

    Raises:
        UsageError: what reaches such addresses is not installed.
    """

    has_only_files: ClassVar[bool] = True

    def __init__(self, url: str, work: Path | None = None) -> None:
        self._url = url
        self._objects = Objects(url)
        self._work = work
        self._leases: list[Lease] = []
        self._listed: dict[str, int] | None = None
        self._lock = threading.Lock()

    def __reduce__(self) -> "tuple[type[ObjectStorage], tuple[str, Path | None]]":
        """What a worker elsewhere needs."""
        return ObjectStorage, (self._url, self._work)

    def __str__(self) -> str:
        """The address without what is secret."""
        return self._objects.name

    def place(self, path: str) -> str:
        """See `Storage.place`."""
        return f"{self}/{path}"

    def kind(self, path: str) -> Kind | None:
        """See `Storage.kind`: there are only files."""
        return "file" if self.exists(path) else None

    def exists(self, path: str) -> bool:
        """See `Storage.exists`."""
        return path in self._sizes

    def is_there(self, path: str) -> bool:
        """See `Storage.is_there`."""
        return self._objects.exists(path)

    def size(self, path: str) -> int | None:
        """See `Storage.size`."""
        return self._sizes.get(path)

    def names(self, folder: str) -> list[str]:
        """See `Storage.names`."""
        return [path.removeprefix(f"{folder}/") for path in self._objects.find(folder)]

    def open(self, path: str) -> BinaryIO:
        """See `Storage.open`."""
        if (self.size(path) or 0) <= _IN_MEMORY:
            return io.BytesIO(self._objects.read(path))
        copy = self._folder() / secrets.token_hex(8)
        try:
            self._objects.fetch(path, copy, self.size(path))
            return copy.open("rb")
        finally:
            with contextlib.suppress(OSError):  # what is open stays readable
                copy.unlink()

    def copies(self, paths: Iterable[str]) -> Iterator[Path]:
        """See `Storage.copies`: fetched side by side.

        Raises:
            InputError: one is not there.
        """
        return copies_of(self._objects, paths, self.size, self._folder())

    @contextlib.contextmanager
    def on_disk(self, wanted: Callable[[str], bool]) -> Iterator[Path]:
        """See `Storage.on_disk`."""
        paths = [path for path in self._sizes if wanted(path) and not {"", ".", ".."} & set(path.split("/"))]
        with temporary_folder() as folder:
            self._work, before = folder, self._work
            try:
                DiskRoom(folder).check(sum(map(self._sizes.__getitem__, paths)))
                for path, copy in zip(paths, self.copies(paths), strict=True):
                    place = folder / "results" / path
                    with as_output_error(place, of_input=False):
                        place.parent.mkdir(parents=True, exist_ok=True)
                        copy.rename(place)
            except MediaError as error:
                raise InputError(f"{self}: {error}") from error
            finally:
                self._work = before
            yield folder / "results"

    @contextlib.contextmanager
    def write(self, path: str) -> Iterator[AtomicFile]:
        """See `Storage.write`."""
        with AtomicFile(*self.local_place(path), of_input=False, staged=True) as file:
            yield file
        try:
            self._put(file.temporary, path)
        finally:
            file.temporary.unlink(missing_ok=True)

    def append(self, path: str) -> ObjectLog:
        """See `Storage.append`: parts are added to what is there."""
        parts = self.parts(path)
        if not self.exists(path):
            for part in parts:  # of a file that was being removed when its run was killed
                self.remove(part)
            return ObjectLog(path, 0, self._save)
        last = int(parts[-1].rpartition("-")[2].partition(".")[0]) if parts else 0
        return ObjectLog(path, last + 1, self._save)

    def parts(self, path: str) -> list[str]:
        """See `Storage.parts`."""
        names = self.names(JOURNAL_PARTS)
        return parts_of(path, names)

    def local_place(self, path: str) -> tuple[Path, None]:
        """See `Storage.local_place`: among the temporary files; only the temporary name is made there."""
        return self._folder() / path.rpartition("/")[2], None

    def stage(self, temporary: Path, check: Callable[[], None]) -> str:
        """See `Storage.stage`: a path here, or of an object, with its size."""
        if temporary.parent == self._work:
            return str(temporary)
        size = temporary.stat().st_size
        staged = f"{STAGED}/{secrets.token_hex(8)}-{size}"
        self._objects.upload(temporary, staged, check)
        temporary.unlink(missing_ok=True)
        return staged

    def publish(self, staged: str, path: str) -> None:
        """See `Storage.publish`."""
        if not staged.startswith(f"{STAGED}/"):
            self._put(Path(staged), path)
            return
        self._check_leases()
        self._objects.copy(staged, path)
        self._sizes[path] = int(staged.rpartition("-")[2])

    def discard(self, staged: Iterable[str]) -> None:
        """See `Storage.discard`."""
        for each in staged:
            with contextlib.suppress(OSError, OutputError):
                if each.startswith(f"{STAGED}/"):
                    self._objects.remove(each)
                else:
                    Path(each).unlink(missing_ok=True)

    def remove(self, path: str, *, of_input: bool = False) -> None:
        """See `Storage.remove`."""
        if of_input and not self.exists(path):
            return  # asked of every file before it is written
        self._check_leases()
        self._objects.remove(path)
        self._sizes.pop(path, None)

    def rename(self, path: str, new: str) -> None:
        """See `Storage.rename`."""
        self._check_leases()
        self._objects.copy(path, new)
        self._sizes[new] = self._sizes.get(path, 0)
        self.remove(path)

    def remove_folder(self, path: str) -> None:
        """See `Storage.remove_folder`."""
        with contextlib.suppress(OutputError):
            for name in self.names(path):
                self.remove(f"{path}/{name}")

    def remove_leftovers(self) -> int:
        """See `Storage.remove_leftovers`."""
        names = self.names(STAGED)
        for name in names:
            self.remove(f"{STAGED}/{name}")
        return len(names)

    def make_folder(self, path: str) -> None:
        """See `Storage.make_folder`: there are none."""

    @contextlib.contextmanager
    def lock(self, path: str, *, protects: str) -> Iterator[None]:
        """See `Storage.lock`."""
        with self._held(path):
            for name in self.names(_holders(path)):
                share = f"{_holders(path)}/{name}"
                if is_held(self._objects, share) is not None:
                    raise LockHeldError(share)
                self._objects.remove(share)
            yield

    @contextlib.contextmanager
    def shared_lock(self, path: str, *, protects: str) -> Iterator[None]:
        """See `Storage.shared_lock`."""
        # Both kinds of holder write first and look then, so that of two at once one sees the other.
        with self._held(f"{_holders(path)}/{secrets.token_hex(8)}"):
            if is_held(self._objects, path) is not None:
                raise LockHeldError(path)
            yield

    def halt(self) -> None:
        """See `Storage.halt`."""
        self._objects.halt()

    @property
    def _sizes(self) -> dict[str, int]:
        """Of all objects below the folder; listed once, and kept up to date by the one who writes."""
        if self._listed is None:
            with self._lock:
                if self._listed is None:
                    self._listed = self._objects.find()
        return self._listed

    def _put(self, source: Path, path: str) -> None:
        self._check_leases()
        size = source.stat().st_size
        self._objects.upload(source, path)
        if self._leases:
            self._sizes[path] = size

    def _save(self, path: str, data: bytes) -> None:
        self._check_leases()
        self._objects.write(path, data)
        self._sizes[path] = len(data)

    def _check_leases(self) -> None:
        """Before anything is changed: go on, or not."""
        for lease in self._leases:
            lease.check()

    @contextlib.contextmanager
    def _held(self, path: str) -> Iterator[None]:
        """Hold a lease, and have a folder for temporary files meanwhile."""
        with contextlib.ExitStack() as stack:
            if self._work is None:
                self._work = stack.enter_context(temporary_folder())
                stack.callback(setattr, self, "_work", None)
            lease = stack.enter_context(Lease(self._objects, path).held())
            self._leases.append(lease)
            stack.callback(self._leases.remove, lease)
            self._listed = None  # another one may have written before
            yield

    def _folder(self) -> Path:
        """Where this process makes temporary files: in the run's folder, where that is."""
        if self._work is not None and self._work.is_dir():
            return self._work
        return own_folder()


def _holders(path: str) -> str:
    """The folder with a lease for each of those that share a lock."""
    return f"{path}-holders"
