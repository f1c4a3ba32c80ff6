"""Storage that refuses for a while: each refusal takes a file from a folder, in whatever process.

As a module of worker processes, it refuses what the environment names.
"""

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.io.atomic import AtomicFile, as_output_error
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.run.workers import worker_process

NAME, REFUSALS = "MOVENET_TEST_REFUSES", "MOVENET_TEST_REFUSALS"


def refusals(folder: Path, count: int) -> Path:
    """A folder of so many refusals."""
    folder.mkdir()
    for number in range(count):
        (folder / str(number)).touch()
    return folder


def refuse(folder: Path, number: int = errno.EIO) -> None:
    """Refuse, if there are refusals left."""
    for path in folder.iterdir():
        path.unlink()
        raise OSError(number, os.strerror(number))


def refuse_files(patch: pytest.MonkeyPatch, name: str, folder: Path, number: int = errno.EIO) -> None:
    """Files of this name cannot be opened for writing."""
    atomic = AtomicFile.__init__

    def open_file(self: AtomicFile, path: Path, *arguments: Any, **options: Any) -> None:
        if path.name == name:
            with as_output_error(path):
                refuse(folder, number)
        atomic(self, path, *arguments, **options)

    patch.setattr(AtomicFile, "__init__", open_file)


class TornFile(io.RawIOBase):
    """A journal of which half of what is written is there when it is refused."""

    def __init__(self, path: Path, folder: Path, after: int) -> None:
        super().__init__()
        self._raw, self._folder, self._after = path.open("ab", buffering=0), folder, after

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def write(self, data: Any) -> int | None:
        self._after -= 1
        if self._after < 0 and any(self._folder.iterdir()):
            self._raw.write(bytes(data)[: len(data) // 2])
            refuse(self._folder)
        return self._raw.write(data)

    def close(self) -> None:
        self._raw.close()
        super().close()


class TornLog(io.BufferedWriter):
    """See `TornFile`."""

    def sync(self) -> None:
        os.fsync(self.fileno())


def tear_journal(patch: pytest.MonkeyPatch, folder: Path, after: int) -> None:
    """The journal cannot be written, from a certain write on."""

    def open_log(self: LocalStorage, path: str) -> Any:
        return TornLog(TornFile(self.root / path, folder, after))

    patch.setattr(LocalStorage, "append", open_log)


def main(descriptor: int) -> None:
    """As the real program of a worker process."""
    refuse_files(pytest.MonkeyPatch(), os.environ[NAME], Path(os.environ[REFUSALS]))
    worker_process.main(descriptor)
