"""The files beside a large page, thumbnails and data; of a small page they become part.

They are in `NAME-files/GENERATION/` beside `NAME.html`, and every page has a generation of its own. The older
page keeps its files until the newer one has taken its name, so whenever the program is killed, a page that
can be opened has all of its files. What is left over goes with the next page.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from types import TracebackType
from typing import Final
from urllib.parse import quote

from movenet_cli.errors import OutputError
from movenet_cli.io.atomic import as_output_error, make_folder
from movenet_cli.io.locks import LockHeldError, file_lock

MOST_INLINE: Final = 4_000_000
"""Bytes of side files that are put into the page instead."""

_MARK: Final = ".movenet-report"
"""The file that tells that a folder is ours, and is locked while a page is made."""

_GENERATION: Final = re.compile(r"\.[0-9a-f]{8}")
"""Hidden, so that `annotate` does not take the thumbnails in it for inputs."""

_FILE: Final = re.compile(r"\d+\.jpg|\d+\.js|rows-\d+\.js")
"""What we put into it, and nothing else is ever deleted."""


class SideFiles:
    """A page's side files; a context manager, which removes them again unless the page was written.

    Attributes:
        inline: the files by name, while they are small enough to be part of the page; None from then on.
    """

    def __init__(self, page: Path) -> None:
        """For the page that will be at `page`."""
        self._folder = page.parent / f"{page.stem}-files"
        self._generation = self._folder / f".{secrets.token_hex(4)}"
        self._room = MOST_INLINE
        self._stack = contextlib.ExitStack()
        self._names: list[str] = []
        self._is_kept = False
        self.inline: dict[str, bytes] | None = {}

    @property
    def folder(self) -> Path | None:
        """Where they are; None while they are part of the page."""
        return self._folder if self.inline is None else None

    @property
    def link(self) -> str:
        """What stands before a file's name in its address."""
        return "".join(f"{quote(os.fsencode(path.name))}/" for path in (self._folder, self._generation))

    def add(self, name: str, data: bytes) -> None:
        """Add a file: `NAME.jpg`, or JSON as `NAME.js`.

        Raises:
            OutputError: it cannot be written, or the folder is not ours.
        """
        if self.inline is None:
            self._write(name, data)
            return
        self.inline[name] = data
        self._room -= len(data)
        if self._room < 0:
            files, self.inline = self.inline, None
            self._open_folder()
            for each, content in files.items():
                self._write(each, content)

    def close(self, pool: Executor) -> None:
        """Let all of it reach the disk; many at once take little more time than one."""
        with as_output_error(self._generation, of_input=False):
            for _ in pool.map(_sync, [self._generation / name for name in self._names]):
                pass

    def keep(self) -> None:
        """The page is there: remove the files of older ones."""
        self._is_kept = True
        if self.inline is not None and not _is_ours(self._folder):
            return
        with contextlib.suppress(OSError, LockHeldError):
            if self.inline is not None:
                self._lock()
            for folder in _generations(self._folder):
                if folder != self._generation:
                    _remove(folder)
            if self.inline is not None:
                (self._folder / _MARK).unlink()
                self._folder.rmdir()

    def _open_folder(self) -> None:
        if os.path.lexists(self._folder) and not _is_ours(self._folder):
            raise OutputError(
                f"{self._folder} exists and is not made by movenet; move it away, "
                "or choose another file with --output"
            )
        make_folder(self._folder)
        try:
            with as_output_error(self._folder, of_input=False):
                self._lock()
                self._generation.mkdir()
        except LockHeldError as error:
            raise OutputError(
                f"another process is making this report, in {self._folder}: wait until it has ended"
            ) from error

    def _lock(self) -> None:
        self._stack.enter_context(file_lock(self._folder / _MARK, protects=str(self._folder)))

    def _write(self, name: str, data: bytes) -> None:
        if name.endswith(".js"):  # a page that was opened by double-click may load scripts, and no JSON
            data = f'(self.movenetData ??= {{}})["{name}"] = '.encode() + data + b";\n"
        with as_output_error(self._generation / name, of_input=False):
            (self._generation / name).write_bytes(data)
        self._names.append(name)

    def __enter__(self) -> "SideFiles":
        """Enter the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what no page refers to."""
        if not self._is_kept and self.inline is None:
            _remove(self._generation)
        self._stack.close()


def _is_ours(folder: Path) -> bool:
    """Whether a folder was made for a page, or is empty; links lead elsewhere, and are not ours."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return (folder / _MARK).is_file() or next(folder.iterdir(), None) is None


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _generations(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if _GENERATION.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                yield folder / entry.name


def _remove(generation: Path) -> None:
    """Delete the files that we make; the folder stays if anything else is in it."""
    with contextlib.suppress(OSError):
        for path in list(generation.iterdir()):
            if _FILE.fullmatch(path.name):
                path.unlink()
        generation.rmdir()
