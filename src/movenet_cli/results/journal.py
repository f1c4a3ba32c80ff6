"""Which inputs are done, and from what: `journal.jsonl` of a results folder, one line per finished input.

Lines are only ever appended, after the outputs they speak of are complete; of two lines for one input the
later holds. A line that was torn by a crash, or is damaged, counts as not there: that input is done again.
"""

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from movenet_cli.errors import InputError, MediaError
from movenet_cli.results.entries import Entry, Fingerprint, fingerprint, parsed, written
from movenet_cli.results.lines import LineTooLongError, bounded_lines
from movenet_cli.sinks.files import AtomicFile, as_output_error

log = logging.getLogger(__name__)

JOURNAL_NAME: Final = "journal.jsonl"


class Journal:
    """The journal of one results folder, open for appending; safe to use from several threads.

    Memory holds one line (about 500 bytes) per input.

    Raises:
        OutputError: from any method, when the folder cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        """Read what is there, drop lines that are damaged or overtaken, and open the file for appending."""
        self._folder = folder
        self._path = folder / JOURNAL_NAME
        self._lock = threading.Lock()
        self._lines: dict[str, bytes] = {}
        with self._as_output_error():
            if self._path.exists() and self._load():
                self._compact()
            self._stream: BinaryIO = self._path.open("ab")

    def get(self, name: str) -> Entry | None:
        """What is known of the input."""
        with self._lock:
            line = self._lines.get(name)
        return None if line is None else parsed(line)

    def entries(self) -> Iterator[Entry]:
        """All inputs, in the order in which they were first finished."""
        with self._lock:
            lines = list(self._lines.values())
        return map(parsed, lines)

    def add(self, entry: Entry) -> None:
        """Record a finished input; its outputs must be complete."""
        line = written(entry)
        with self._lock, self._as_output_error():
            self._stream.write(line)
            self._stream.flush()
            self._lines[entry.name] = line

    def sync(self) -> None:
        """Let all lines so far reach the disk."""
        with self._as_output_error():
            os.fsync(self._stream.fileno())

    def up_to_date(
        self,
        name: str,
        path: Path,
        key: str,
        outputs: Sequence[str],
        check: Callable[[], None] = lambda: None,
    ) -> Entry | None:
        """The entry of an input that need not be done again; None when it must be.

        A file that was touched but has the same content is recorded with its new time.

        Args:
            name: of the input.
            path: of the input.
            key: of this run.
            outputs: the paths that this run would write, relative to the results folder.
            check: called every megabyte that is read of the input; may raise to give up.

        Raises:
            MediaError: when the input cannot be read.
        """
        entry = self.get(name)
        if entry is None or not is_up_to_date(entry, key, outputs, self._folder):
            return None
        now = same_content(entry, path, check)
        if now is None or now == entry.fingerprint:
            return entry if now else None
        touched = replace(entry, fingerprint=now)
        self.add(touched)
        return touched

    def close(self) -> None:
        """Close the file; safe to call twice."""
        with self._as_output_error():
            self._stream.close()

    def _as_output_error(self) -> contextlib.AbstractContextManager[None]:
        return as_output_error(self._path, of_input=False)

    def _load(self) -> bool:
        """Fill `_lines`; whether the file holds anything else."""
        count = 0
        try:
            with self._path.open("rb") as stream:
                for line in bounded_lines(stream):
                    count += 1
                    self._take(line)
        except LineTooLongError:
            log.warning("%s is damaged; inputs recorded behind the damage are done again", self._path)
            return True
        return count != len(self._lines)

    def _take(self, line: bytes) -> None:
        try:
            if line.endswith(b"\n"):
                self._lines[parsed(line).name] = line
        except InputError:
            log.warning("%s: a damaged line is left out; its input is done again", self._path)

    def _compact(self) -> None:
        with AtomicFile(self._path, of_input=False) as file:
            for line in self._lines.values():
                file.stream.write(line)


def read_journal(folder: Path) -> Iterator[Entry]:
    """The entries of a results folder's journal as they stand, without changing it; later lines overtake.

    Raises:
        InputError: when there is none, or it is damaged.
    """
    try:
        with (folder / JOURNAL_NAME).open("rb") as stream:
            for line in bounded_lines(stream):
                yield parsed(line)
    except (OSError, LineTooLongError) as error:
        raise InputError(f"cannot read {folder / JOURNAL_NAME}: {error}") from error


def is_up_to_date(entry: Entry, key: str, outputs: Sequence[str], folder: Path) -> bool:
    """Whether the entry was made with `key`, and all `outputs` are there with the size it tells.

    The input itself is not looked at: see `same_content`.
    """
    if entry.failed or entry.key != key or not entry.outputs.keys() >= set(outputs):
        return False
    return all(_size(folder / output) == entry.outputs[output].size for output in outputs)


def same_content(entry: Entry, path: Path, check: Callable[[], None] = lambda: None) -> Fingerprint | None:
    """The input's fingerprint now, when its content is the recorded one; None when it is not.

    Content is read only when the time of the last change differs while the size does not.

    Raises:
        MediaError: when the input cannot be read.
    """
    old = entry.fingerprint
    try:
        status = path.stat()
    except OSError as error:
        raise MediaError(f"cannot read it: {error.strerror}") from error
    if old is None or status.st_size != old.size:
        return None
    if status.st_mtime_ns == old.mtime_ns:
        return old
    now = fingerprint(path, check)
    return now if now.sha256 == old.sha256 else None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
