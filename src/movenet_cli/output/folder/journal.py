"""The journal of a results folder, `journal.jsonl`: which results are ours, and what they were made of.

Lines are only ever appended. Before an input is begun, a line tells which files may come of it; after they
are complete, a line tells what they are. Of two lines for one input the later holds. A line that was torn by
a crash, or is damaged, counts as not there: that input is done again.
"""

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final, Literal

from movenet_cli.errors import InputError, MediaError, OutputError
from movenet_cli.io.atomic import AtomicFile, as_output_error
from movenet_cli.io.lines import LineTooLongError, bounded_lines
from movenet_cli.output.folder.entries import Entry, Fingerprint, Output, fingerprint, parsed, written
from movenet_cli.output.folder.records import (
    Begun,
    Record,
    ResultSettings,
    RunFile,
    is_beginning,
    parse_record,
    record_line,
)

log = logging.getLogger(__name__)

JOURNAL_NAME: Final = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A model that an earlier run used: hash, runtime, kind, and whether it takes inputs of any size."""

    sha256: str
    runtime: str
    kind: Literal["single", "multi"]
    is_flexible: bool


class Journal:
    """The journal of one results folder; safe to use from several threads.

    Opening it only reads; the first record that is added writes. Memory holds one line (about 500 bytes) per
    input.

    Raises:
        OutputError: from any method, when the folder cannot be read or written, or the file is no journal.
    """

    def __init__(self, folder: Path) -> None:
        """Read what is there; lines that are damaged or overtaken go when the first record is added."""
        self._folder = folder
        self._path = folder / JOURNAL_NAME
        self._lock = threading.RLock()  # what is noted may look things up while it is made
        self._lines: dict[str, bytes] = {}
        self._settings: dict[str, ResultSettings] = {}
        self._begun: dict[str, bytes] = {}
        self._files: dict[str, Output | None] = {}
        self._stream: BinaryIO | None = None
        self._is_tidy = True
        with self._as_output_error():
            if self._path.exists():
                self._is_tidy = not self._load()

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

    def settings(self, key: str) -> ResultSettings | None:
        """The settings that a key stands for; None when nobody wrote them down, as in version 0.1.0."""
        return self._settings.get(key)

    def find_model(self, name: str, sha256: str | None) -> UsedModel | None:
        """What an earlier run knew of a model: of this file, or when that is not known, of this name."""
        for settings in self._settings.values():
            values = settings.values
            for position, model in enumerate(values["models"]):
                if model[1] == sha256 or (sha256 is None and model[0] == name):
                    return UsedModel(model[1], model[2], values["kinds"][position], "input_size" in values)
        return None

    def begun(self, name: str) -> Begun | None:
        """What an earlier run set out to do with the input and did not finish."""
        with self._lock:
            line = self._begun.get(name)
        return None if line is None else _parsed_begun(line)

    def all_begun(self) -> Iterator[Begun]:
        """All inputs that were begun and not finished."""
        with self._lock:
            lines = list(self._begun.values())
        return map(_parsed_begun, lines)

    def vouches_for(self, name: str, path: str) -> bool:
        """Whether a file is a result of the input: finished, begun, or converted from its documents."""
        entry, begun = self.get(name), self.begun(name)
        if entry is not None and (path in entry.outputs or path in self._files):
            return True
        return begun is not None and path in begun.outputs

    def knows_file(self, path: str) -> bool:
        """Whether a file of the run itself is known to be ours."""
        return path in self._files

    def file(self, path: str) -> Output | None:
        """What was last written as a file of the run itself; None when that is not known."""
        return self._files.get(path)

    def add(self, entry: Entry) -> None:
        """Record a finished input; its outputs must be complete."""
        line = written(entry)
        with self._lock, self._as_output_error():
            self._append(line)
            self._take(entry, line)
            if self._stream is not None:
                self._stream.flush()

    def note(self, records: Iterable[Record]) -> None:
        """Record anything: settings (once), inputs that are begun, files of the run, entries anew."""
        with self._lock, self._as_output_error():
            for record in records:
                if not (isinstance(record, ResultSettings) and record.key in self._settings):
                    line = written(record) if isinstance(record, Entry) else record_line(record)
                    self._append(line)
                    self._take(record, line)
            if self._stream is not None:
                self._stream.flush()

    def sync(self) -> None:
        """Let all lines so far reach the disk."""
        with self._as_output_error():
            if self._stream is not None:
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
            if self._stream is not None:
                self._stream.close()

    def _as_output_error(self) -> contextlib.AbstractContextManager[None]:
        return as_output_error(self._path, of_input=False)

    def _load(self) -> bool:
        """Take in the file; whether it holds anything that is not needed any more.

        Raises:
            OutputError: it is somebody else's file.
        """
        count = damaged = 0
        is_cut = False  # a run was killed while it wrote the last line
        try:
            with self._path.open("rb") as stream:
                for line in bounded_lines(stream):
                    count += 1
                    is_cut = not line.endswith(b"\n") and is_beginning(line)
                    damaged += not self._take_line(line)
        except LineTooLongError:
            damaged += 1
            count += 1
        if count == damaged > is_cut:
            raise OutputError(
                f"{self._path} is not a journal of movenet; move it away, "
                "or choose another folder with --output"
            )
        if damaged > is_cut:
            lines = "a line is" if damaged - is_cut == 1 else f"{damaged - is_cut} lines are"
            log.warning("%s: %s damaged; the inputs recorded there are done again", self._path, lines)
        kept = len(self._lines) + len(self._settings) + len(self._begun) + len(self._files)
        return count != kept

    def _take_line(self, line: bytes) -> bool:
        """Take in one line; whether it is sound."""
        try:
            if line.endswith(b"\n"):
                self._take(parse_record(line), line)
                return True
        except InputError:
            pass
        return False

    def _take(self, record: Record, line: bytes) -> None:
        if isinstance(record, ResultSettings):
            self._settings[record.key] = record
        elif isinstance(record, Begun):
            self._begun[record.name] = line
        elif isinstance(record, RunFile):
            self._files[record.path] = record.output
        else:
            self._lines[record.name] = line
            if not record.is_open:
                self._begun.pop(record.name, None)

    def _append(self, data: bytes) -> None:
        """Write at the end; the first time of all, the file is opened, and tidied when it needs to be."""
        if self._stream is None:
            if not self._is_tidy:
                self._compact()
            self._stream = self._open()
        self._stream.write(data)

    def _open(self) -> BinaryIO:
        return self._path.open("ab")

    def _compact(self) -> None:
        """Write the file anew with only what holds."""
        with AtomicFile(self._path, of_input=False) as file:
            for settings in self._settings.values():
                file.stream.write(record_line(settings))
            for path, output in self._files.items():
                file.stream.write(record_line(RunFile(path, output)))
            for line in self._lines.values():
                file.stream.write(line)
            for line in self._begun.values():
                file.stream.write(line)


def _parsed_begun(line: bytes) -> Begun:
    record = parse_record(line)
    assert isinstance(record, Begun)  # noqa: S101 - it was when it was taken in
    return record


def read_journal(folder: Path) -> Iterator[Entry]:
    """The entries of a results folder's journal as they stand, without changing it; later lines overtake.

    Raises:
        InputError: when there is none, or it is damaged.
    """
    return (record for record in read_records(folder) if isinstance(record, Entry))


def read_records(folder: Path) -> Iterator[Record]:
    """All that a results folder's journal holds, as `read_journal`."""
    try:
        with (folder / JOURNAL_NAME).open("rb") as stream:
            yield from map(parse_record, bounded_lines(stream))
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
