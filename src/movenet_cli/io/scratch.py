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
"""Rows that are fetched, or written, at once: one by one takes several times as long."""

_MOST_VALUES: Final = 900
"""In one statement: old versions of SQLite allow 999."""

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
        self._waiting: list[Row] = []
        self._waiting_sql = ""
        self._guarded(self._database.executescript, f"{_PRAGMAS} {schema} BEGIN")  # commits would cost time

    def change(self, sql: str, *values: object) -> int:
        """Run a statement; how many rows it has added, changed or removed."""
        return self._guarded(self._database.execute, sql, values).rowcount

    def add(self, sql: str, *values: object) -> None:
        """Insert a row: with others like it at once, before any other statement.

        Args:
            sql: with `*` in the place of the values.
            values: of the row.
        """
        with self._lock:
            if sql is not self._waiting_sql or len(self._waiting) >= _PAGE:
                self._flush()
            self._waiting_sql = sql
            self._waiting.append(values)

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
            self._flush()
            return self._called(call, *arguments)

    def _flush(self) -> None:
        """Few statements, since other threads go on between any two of them."""
        rows, self._waiting = self._waiting, []
        while rows:
            count = _MOST_VALUES // len(rows[0])
            now, rows = rows[:count], rows[count:]
            places = ", ".join([f"({', '.join('?' * len(now[0]))})"] * len(now))
            values = tuple(value for row in now for value in row)
            self._called(self._database.execute, self._waiting_sql.replace("*", places), values)

    @staticmethod
    def _called(call: Callable[..., T], *arguments: object) -> T:
        try:
            return call(*arguments)
        except sqlite3.DatabaseError as error:
            raise OutputError(
                f"cannot write a temporary file: {error}; free some space in the folder for temporary "
                "files, or set TMPDIR to another one, and run the same command again"
            ) from error


def packed(text: str) -> bytes:
    """A name or path as a table holds it: any text, ordered as texts are."""
    return text.encode("utf-8", "surrogatepass")


def unpacked(data: bytes) -> str:
    """The text that `packed` was given."""
    return data.decode("utf-8", "surrogatepass")
