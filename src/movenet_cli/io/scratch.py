"""A private database in a temporary file, for lists that may be too long for memory."""

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar

from movenet_cli.errors import OutputError

T = TypeVar("T")
Row = tuple[Any, ...]

_PAGE: Final = 500
"""Rows that are fetched at once."""

# Nothing has to outlive the process, so nothing is written but what does not fit into this cache.
_PRAGMAS: Final = """
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -8000;
"""


class Scratch:
    """Tables of one owner, gone with it; safe to use from several threads.

    What does not fit into a few megabytes goes to a file without a name, in the folder for temporary files
    (`TMPDIR`, or else /var/tmp), so even a process that is killed leaves nothing.

    Args:
        schema: SQL that makes the tables.

    Raises:
        OutputError: from any method, when that file cannot be written.
    """

    def __init__(self, schema: str) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._database.close)
        self._guarded(self._database.executescript, f"{_PRAGMAS} {schema} BEGIN")  # commits would cost time

    def change(self, sql: str, *values: object) -> int:
        """Run a statement; how many rows it has added, changed or removed."""
        return self._guarded(self._database.execute, sql, values).rowcount

    def change_each(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement once for each of these rows."""
        self._guarded(self._database.executemany, sql, rows)

    def first(self, sql: str, *values: object) -> Row | None:
        """The first row of a question; None when there is none."""
        with self._lock:  # the row is fetched before anybody else can change it
            cursor = self._guarded(self._database.execute, sql, values)
            row: Row | None = self._guarded(cursor.fetchone)
            return row

    def rows(self, sql: str, *values: object) -> Iterator[Row]:
        """The rows of a question, a few at a time."""
        cursor = self._guarded(self._database.execute, sql, values)
        while page := self._guarded(cursor.fetchmany, _PAGE):
            yield from page

    def define(self, name: str, count: int, function: Callable[..., bytes]) -> None:
        """Let SQL call a function of so many values."""
        self._database.create_function(name, count, function, deterministic=True)

    def _guarded(self, call: Callable[..., T], *arguments: object) -> T:
        with self._lock:
            try:
                return call(*arguments)
            except sqlite3.DatabaseError as error:
                raise OutputError(
                    f"cannot write a temporary file: {error}; free some space in the folder for temporary "
                    "files, or set TMPDIR to another one, and run the same command again"
                ) from error


class ScratchLines:
    """A line for each name, in the order in which the names came first."""

    def __init__(self) -> None:
        self._scratch = Scratch("CREATE TABLE lines (at INTEGER PRIMARY KEY, name BLOB UNIQUE, line BLOB);")

    def __len__(self) -> int:
        """How many there are; all are counted."""
        ((count,),) = self._scratch.rows("SELECT count(*) FROM lines")
        return int(count)

    def __iter__(self) -> Iterator[bytes]:
        """The lines; one that is replaced meanwhile comes as it is when its turn comes."""
        return (line for (line,) in self._scratch.rows("SELECT line FROM lines ORDER BY at"))

    def get(self, name: str) -> bytes | None:
        """The line of a name, if it has one."""
        row = self._scratch.first("SELECT line FROM lines WHERE name = ?", packed(name))
        return None if row is None else bytes(row[0])

    def put(self, name: str, line: bytes) -> None:
        """Keep a line, in the place of the one that the name has."""
        self._scratch.change(
            "INSERT INTO lines (name, line) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET line = excluded.line",
            *(packed(name), line),
        )

    def remove(self, name: str) -> None:
        """Forget the line of a name, if it has one."""
        self._scratch.change("DELETE FROM lines WHERE name = ?", packed(name))


def packed(text: str) -> bytes:
    """A name or path as a table holds it: any text, ordered as texts are."""
    return text.encode("utf-8", "surrogatepass")


def unpacked(data: bytes) -> str:
    """The text that `packed` was given."""
    return data.decode("utf-8", "surrogatepass")
