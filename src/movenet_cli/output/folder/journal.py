"""The journal of a results folder, `journal.jsonl`: which files are ours, and what they were made of.

Its lines are only ever appended, each a record of `records.py`. Before an input is started, a line tells
which files may come of it; after they are complete, an entry tells what they are. Of two lines for one input
the later holds. A line that was torn by a crash, or is damaged, counts as not there: its input is done again.

A run writes the lines (`folder_outputs.py`), and `convert` adds to them. The next run reads them to decide
what it may keep (`planner.py`), `validate` to compare them with the files.

A shard of a run (`shards.py`) writes a journal of its own, and of the folder's reads what concerns its own
inputs. Whoever opens the folder's journal reads the shards' behind it; the first line that is added there
takes them in.
"""

import contextlib
import logging
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final, cast

from movenet_cli.core.shard import Shard
from movenet_cli.errors import InputError, OutputError
from movenet_cli.io.atomic import as_output_error
from movenet_cli.io.lines import LineTooLongError, bounded_lines
from movenet_cli.io.storage.interface import Log, Storage
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.io.storage.open_storage import open_storage
from movenet_cli.output.folder.journal_lines import JournalLines
from movenet_cli.output.folder.output_file import Output
from movenet_cli.output.folder.records import (
    Entry,
    Record,
    RunFile,
    StartedInput,
    is_beginning,
    parse_record,
    record_line,
)
from movenet_cli.output.folder.result_settings import ResultSettings, UsedModel
from movenet_cli.output.folder.shards import (
    SHARD_JOURNAL,
    SHARD_LOCK,
    remove_shards,
    shard_file,
    shard_files,
)

log = logging.getLogger(__name__)

JOURNAL_NAME: Final = "journal.jsonl"


class Journal:
    """The journal of one results folder; safe to use from several threads.

    Opening it only reads; the first record that is added writes. What it holds of
    the inputs is kept on the disk.

    Args:
        folder: the results folder.
        shard: whose own journal it is; None for the folder's.
        shared: names of inputs that concern all shards, whichever they belong to.

    Raises:
        OutputError: from any method, when the folder cannot be read or written, or the file is no journal.
    """

    def __init__(
        self, folder: Path | Storage, shard: Shard | None = None, shared: frozenset[str] = frozenset()
    ) -> None:
        """Read what is there; lines that are damaged or overtaken go when the first record is added."""
        self._storage = open_storage(folder)
        self._shard = shard
        self._shared = shared
        self._path = JOURNAL_NAME
        self._lock = threading.RLock()  # a record that is being added may be made of a look into the journal
        self._inputs = JournalLines()
        self._files = JournalLines()
        self._settings: dict[str, ResultSettings] = {}
        self._stream: Log | None = None
        self._is_tidy = True
        self._is_broken = False
        self._read_all()

    def _read_all(self) -> None:
        shards = [path for _, path in shard_files(self._storage, SHARD_JOURNAL)]
        if self._shard is not None:
            self._read(self._path)
            self._path = shard_file(self._shard, SHARD_JOURNAL)
            self._is_tidy = not self._read(self._path)
            return
        is_untidy = [self._read(path) for path in (self._path, *shards)]
        self._is_tidy = not (any(is_untidy) or shards)

    def _read(self, path: str) -> bool:
        """Read one file, if it is there, and its parts; whether they hold what is not needed any more."""
        if not self._storage.exists(path):
            return False
        parts = self._storage.parts(path)
        is_untidy = [self._load(each) for each in (path, *parts)]
        return any(is_untidy) or bool(parts)

    def get(self, name: str) -> Entry | None:
        """What is recorded of the input."""
        line = self._inputs.get(name).done
        return None if line is None else cast(Entry, _parsed(line))

    def entries(self) -> Iterator[Entry]:
        """All inputs, in the order in which they were first finished."""
        return (cast(Entry, parse_record(line)) for line in self._inputs.done())

    def started(self, name: str) -> StartedInput | None:
        """What an earlier run set out to do with the input and did not finish."""
        line = self._inputs.get(name).begun
        return None if line is None else cast(StartedInput, _parsed(line))

    def all_started(self) -> Iterator[StartedInput]:
        """All inputs that were started and not finished."""
        return (cast(StartedInput, parse_record(line)) for line in self._inputs.begun())

    def is_writer_of(self, name: str) -> bool:
        """Whether nobody else writes results of the input meanwhile."""
        return self._shard is None or self._shard.has(name)

    def settings(self, key: str) -> ResultSettings | None:
        """The settings that a key stands for; None when nobody wrote them down, as in version 0.1.0."""
        return self._settings.get(key)

    def find_model(self, name: str, sha256: str | None) -> UsedModel | None:
        """What an earlier run knew of a model: of this file, or when that is not known, of this name."""
        found = (settings.find_model(name, sha256) for settings in self._settings.values())
        return next(filter(None, found), None)

    def is_result(self, name: str, path: str) -> bool:
        """Whether a file is a result of the input: finished, started, or converted from its documents."""
        entry, started = self.get(name), self.started(name)
        if entry is not None and (path in entry.outputs or self.is_run_file(path)):
            return True
        return started is not None and path in started.outputs

    def is_run_file(self, path: str) -> bool:
        """Whether a file of the run itself is known to be ours."""
        return self._files.get(path).done is not None

    def run_file(self, path: str) -> Output | None:
        """What was last written as a file of the run itself; None when that is not known."""
        line = self._files.get(path).done
        return None if line is None else cast(RunFile, _parsed(line)).output

    def add(self, entry: Entry) -> None:
        """Record a finished input; its outputs must be complete. It counts once it is written."""
        with self._writing():
            line = record_line(entry)
            self._append(line)
            self._flush()
            self._take(entry, line)

    def note(self, records: Iterable[Record]) -> None:
        """Record anything; settings that are there already are not written again."""
        with self._writing():
            for record in records:
                if isinstance(record, ResultSettings) and record.key in self._settings:
                    continue
                line = record_line(record)
                self._append(line)
                self._take(record, line)
            self._flush()

    def sync(self) -> None:
        """Let all lines so far reach the disk, also those that could not be written before."""
        with self._writing():
            if self._is_broken:
                self._append(b"")
            if self._stream is not None:
                self._stream.sync()

    def close(self) -> None:
        """Close the file; safe to call twice."""
        with self._as_output_error():
            if self._stream is not None:
                self._stream.close()
                if self._storage.parts(self._path):
                    self._compact()
                self._stream = None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """After an error the file is written anew: nobody knows how much of the last lines is there."""
        with self._lock, self._as_output_error():
            try:
                yield
            except OSError:
                if self._stream is not None:
                    with contextlib.suppress(OSError):
                        self._stream.close()
                self._stream, self._is_tidy, self._is_broken = None, False, True
                raise

    def _flush(self) -> None:
        if self._stream is not None:
            self._stream.flush()

    def _as_output_error(self) -> contextlib.AbstractContextManager[None]:
        return as_output_error(self._storage.place(self._path), of_input=False)

    def _load(self, path: str) -> bool:
        """Take in a file; whether it holds anything that is not needed any more.

        Raises:
            OutputError: it is somebody else's file.
        """
        count = damaged = 0
        before = self._size
        is_cut = False  # a run was killed while it wrote the last line
        place = self._storage.place(path)
        try:
            with as_output_error(place, of_input=False), self._storage.open(path) as stream:
                for line in bounded_lines(stream):
                    count += 1
                    is_cut = not line.endswith(b"\n") and is_beginning(line)
                    damaged += not self._take_line(line)
        except LineTooLongError:
            # Nothing of ours is that long; what may come after it is not looked for.
            damaged += 1
            count += 1
        # Not one sound line: it is no journal, unless it is the one line that a killed run tore.
        if count == damaged > is_cut:
            raise OutputError(
                f"{place} is not a journal of movenet; move it away, or choose another folder with --output"
            )
        # A torn last line is what a crash leaves, and costs nothing new; other damage is worth a warning.
        if damaged > is_cut:
            lines = "a line is" if damaged - is_cut == 1 else f"{damaged - is_cut} lines are"
            log.warning("%s: %s damaged; the inputs recorded there are done again", place, lines)
        return count != self._size - before

    @property
    def _size(self) -> int:
        """How many lines are needed."""
        return len(self._inputs) + len(self._settings) + len(self._files)

    def _take_line(self, line: bytes) -> bool:
        """Take in one line; whether it is sound."""
        try:
            if line.endswith(b"\n"):
                self._take(parse_record(line), line)
                return True
        except InputError:
            pass
        return False

    def _concerns(self, name: str) -> bool:
        return self.is_writer_of(name) or name in self._shared

    def _take(self, record: Record, line: bytes) -> None:
        if isinstance(record, Entry | StartedInput) and not self._concerns(record.name):
            return
        if isinstance(record, ResultSettings):
            self._settings[record.key] = record
        elif isinstance(record, StartedInput):
            self._inputs.begin(record.name, line)
        elif isinstance(record, RunFile):
            self._files.finish(record.path, line)
        else:
            # An open entry only strikes outputs: the run that replaces them is still at it, and what it
            # leaves when it is killed must be known as its own.
            self._inputs.finish(record.name, line, is_open=record.is_open)

    def _append(self, data: bytes) -> None:
        """Write at the end; the first time of all, the file is opened, and tidied when it needs to be."""
        if self._stream is None:
            if not self._is_tidy:
                self._compact()
            self._stream, self._is_broken = self._open(), False
        self._stream.write(data)

    def _open(self) -> Log:
        return self._storage.append(self._path)

    def _compact(self) -> None:
        """Write the file anew with only what holds; started inputs last, since an entry would end them."""
        parts = self._storage.parts(self._path)
        with self._storage.write(self._path) as file:
            file.stream.writelines(map(record_line, self._settings.values()))
            file.stream.writelines(chain(self._files.done(), self._inputs.done(), self._inputs.begun()))
        for part in parts:
            self._storage.remove(part)
        if self._shard is None:
            remove_shards(self._storage, SHARD_JOURNAL, SHARD_LOCK)


@lru_cache(maxsize=64)
def _parsed(line: bytes) -> Record:
    """The record of a line; one input is asked about several times in a row, once for each of its files."""
    return parse_record(line)


def read_journal(folder: Path) -> Iterator[Entry]:
    """The entries of a results folder's journal as they stand, without changing it; later lines overtake.

    Raises:
        InputError: when there is none, or it is damaged.
    """
    return (record for record in read_records(folder) if isinstance(record, Entry))


def read_records(folder: Path) -> Iterator[Record]:
    """All that a results folder's journal holds, as `read_journal`."""
    storage = LocalStorage(folder)
    try:
        for path in (JOURNAL_NAME, *storage.parts(JOURNAL_NAME)):
            with storage.open(path) as stream:
                yield from map(parse_record, bounded_lines(stream))
    except (OSError, LineTooLongError) as error:
        raise InputError(f"cannot read {folder / JOURNAL_NAME}: {error}") from error
