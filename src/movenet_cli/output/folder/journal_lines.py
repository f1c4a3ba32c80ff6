"""The lines of a journal by the inputs' names, on the disk: a folder may hold millions."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from movenet_cli.io.scratch import Scratch, packed

_IN_MEMORY: Final = 20_000
"""Names whose lines are in memory, 10 to 20 MB of them: a run of so many inputs never waits for the disk."""

_WRITE: Final = """
    INSERT INTO lines (name, done, begun, rank) VALUES * ON CONFLICT (name)
    DO UPDATE SET done = excluded.done, begun = excluded.begun, rank = excluded.rank
"""


@dataclass(frozen=True, slots=True)
class Lines:
    """What there is of one name.

    Attributes:
        done: the line of what is finished.
        begun: the line of what is not.
        rank: among those that were finished, in the order in which they first were.
    """

    done: bytes | None = None
    begun: bytes | None = None
    rank: int | None = None


class JournalLines:
    """Two lines at most for each name; safe to use from several threads."""

    def __init__(self) -> None:
        self._scratch = Scratch(
            "CREATE TABLE lines "
            "(at INTEGER PRIMARY KEY, name BLOB UNIQUE, done BLOB, begun BLOB, rank INTEGER);"
        )
        self._lock = threading.Lock()
        self._recent: dict[str, Lines] = {}
        self._changed: dict[str, Lines] = {}
        self._is_empty = True
        self._ranks = 0

    def __len__(self) -> int:
        """How many lines there are; all are counted."""
        ((count,),) = self._rows("SELECT count(done) + count(begun) FROM lines")
        return int(count)

    def done(self) -> Iterator[bytes]:
        """Of what is finished, in the order in which it first was."""
        return (line for (line,) in self._rows("SELECT done FROM lines WHERE rank NOT NULL ORDER BY rank"))

    def begun(self) -> Iterator[bytes]:
        """Of what is not."""
        return (line for (line,) in self._rows("SELECT begun FROM lines WHERE begun NOT NULL ORDER BY at"))

    def get(self, name: str) -> Lines:
        """What there is of a name."""
        with self._lock:
            return self._get(name)

    def finish(self, name: str, line: bytes, *, is_open: bool = False) -> None:
        """Keep a line of what is finished, in the place of an earlier one.

        Args:
            name: of what.
            line: that says so.
            is_open: whether what was begun has not come to its end by it.
        """
        with self._lock:
            was = self._get(name)
            if was.rank is None:
                self._ranks += 1
            rank = self._ranks if was.rank is None else was.rank
            self._put(name, Lines(line, was.begun if is_open else None, rank))

    def begin(self, name: str, line: bytes) -> None:
        """Keep a line of what is begun, in the place of an earlier one."""
        with self._lock:
            was = self._get(name)
            self._put(name, Lines(was.done, line, was.rank))

    def _get(self, name: str) -> Lines:
        if (found := self._recent.get(name)) is None:
            row = None
            if not self._is_empty:
                row = self._scratch.first("SELECT done, begun, rank FROM lines WHERE name = ?", packed(name))
            found = self._remember(name, Lines() if row is None else Lines(*row))
        return found

    def _put(self, name: str, lines: Lines) -> None:
        self._changed[name] = self._remember(name, lines)

    def _remember(self, name: str, lines: Lines) -> Lines:
        """An input is asked about several times in a row."""
        if len(self._recent) >= _IN_MEMORY:
            self._write()
            self._recent.clear()
        self._recent[name] = lines
        return lines

    def _write(self) -> None:
        self._is_empty = self._is_empty and not self._changed
        for name, lines in self._changed.items():
            self._scratch.add(_WRITE, packed(name), lines.done, lines.begun, lines.rank)
        self._changed.clear()

    def _rows(self, question: str) -> Iterator[tuple[bytes]]:
        """Of lines that are replaced meanwhile the old ones come, or the new ones."""
        with self._lock:
            self._write()
        return self._scratch.rows(question)
