"""The inputs that were found, as a table on the disk: there may be millions of them."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from movenet_cli.core.inputs import FileStatus, FrameSequence, InputFile
from movenet_cli.io.scratch import Row, Scratch, packed, unpacked

_SCHEMA: Final = """
    CREATE TABLE inputs (
        position INTEGER PRIMARY KEY, name BLOB, path BLOB, first INTEGER, last INTEGER, fps REAL,
        url BLOB, origin BLOB, size INTEGER, stamp INTEGER,
        base BLOB, above BLOB, depth INTEGER, is_ours INTEGER
    );
    CREATE TABLE shared (base BLOB PRIMARY KEY) WITHOUT ROWID;
"""
_ALL: Final = "SELECT * FROM inputs ORDER BY position"
_OURS: Final = "SELECT * FROM inputs WHERE is_ours ORDER BY position"
_SEPARATOR: Final = b"\0"
"""Between the folders above an input: no name holds it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An input that was found.

    Attributes:
        file: under its name relative to where it was found.
        above: the names of the folders above that, outermost first, which tell it from a namesake.
    """

    file: InputFile
    above: tuple[str, ...]

    @property
    def location(self) -> str:
        """Where it is, as results tell it."""
        return self.file.origin or str(self.file.path)


class InputTable:
    """The inputs in their order.

    Raises:
        OutputError: from any method, when there is no room for temporary files.
    """

    def __init__(self) -> None:
        self._scratch = Scratch(_SCHEMA)
        self._scratch.define("named", 3, _named)
        self._count = 0
        self._question = _ALL

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    def __iter__(self) -> Iterator[InputFile]:
        """One after the other."""
        return map(_file, self._scratch.rows(self._question))

    def add(self, found: Candidate) -> None:
        """Put an input at the end, under the name that it was found with."""
        file, sequence, status = found.file, found.file.sequence, found.file.status
        name = packed(file.name)
        self._scratch.add(
            "INSERT INTO inputs VALUES *",
            *(self._count, name, packed(str(file.path))),
            *((sequence.first, sequence.last, sequence.fps) if sequence else (None, None, None)),
            *(None if text is None else packed(text) for text in (file.url, file.origin)),
            *((status.size, status.stamp) if status else (None, None)),
            *(name, _joined(found.above), 0, 0),
        )
        self._count += 1

    def first_namesake(self) -> str | None:
        """The first name that several inputs have; None when all names are different."""
        row = self._scratch.first(
            "SELECT name FROM inputs GROUP BY name HAVING count(*) > 1 ORDER BY min(position) LIMIT 1"
        )
        return None if row is None else unpacked(row[0])

    def tell_namesakes_apart(self) -> bool:
        """Put one more folder's name in front of each name that several inputs have, or were found with.

        Returns:
            False when no input has so many folders above it.
        """
        self._scratch.change("DELETE FROM shared")
        self._scratch.change(
            "INSERT INTO shared SELECT DISTINCT base FROM inputs WHERE name IN "
            "(SELECT name FROM inputs GROUP BY name HAVING count(*) > 1)"
        )
        self._scratch.change(
            "UPDATE inputs SET depth = depth + 1, name = named(base, above, depth + 1) "
            "WHERE base IN (SELECT base FROM shared)"
        )
        deepest = self._scratch.first("SELECT max(depth) FROM inputs WHERE base IN (SELECT base FROM shared)")
        above = self._scratch.rows("SELECT DISTINCT above FROM inputs")
        return deepest is not None and deepest[0] <= max(len(_parts(folders)) for (folders,) in above)

    def rename(self, named: Callable[[InputFile], str]) -> None:
        """Give each input another name."""
        renamed = ((packed(named(_file(row))), row[0]) for row in self._scratch.rows(_ALL))
        self._scratch.change_each("UPDATE inputs SET name = ? WHERE position = ?", renamed)

    def part(self, has: Callable[[str], bool]) -> "InputTable":
        """Those whose names a shard has; they keep their positions. It can be asked for once."""
        names = self._scratch.rows("SELECT position, name FROM inputs ORDER BY position")
        ours = ((position,) for position, name in names if has(unpacked(name)))
        self._scratch.change_each("UPDATE inputs SET is_ours = 1 WHERE position = ?", ours)
        self._index_names()
        part = copy.copy(self)
        part._question = _OURS
        ((part._count,),) = self._scratch.rows("SELECT count(*) FROM inputs WHERE is_ours")
        return part

    def position(self, name: str) -> int | None:
        """The place of an input among all, from 0, in a part or not; None when none is called so."""
        row = self._scratch.first("SELECT position FROM inputs WHERE name = ?", packed(name))
        return None if row is None else int(row[0])

    def pairs(self, suffix: str) -> Iterator[tuple[InputFile, InputFile]]:
        """Two inputs each, of which the second has the name of the first with this suffix behind it."""
        self._index_names()
        rows = self._scratch.rows(
            "SELECT one.position, other.position FROM inputs one CROSS JOIN inputs other "
            "ON other.name = CAST(one.name || ? AS BLOB) ORDER BY one.position",
            suffix,
        )
        return ((self._at(first), self._at(second)) for first, second in rows)

    def _at(self, position: int) -> InputFile:
        (row,) = self._scratch.rows("SELECT * FROM inputs WHERE position = ?", position)
        return _file(row)

    def _index_names(self) -> None:
        self._scratch.change("CREATE INDEX IF NOT EXISTS by_name ON inputs (name)")


def _file(row: Row) -> InputFile:
    _, name, path, first, last, fps, url, origin, size, stamp, *_ = row
    return InputFile(
        Path(unpacked(path)),
        unpacked(name),
        None if first is None else FrameSequence(first, last, fps),
        None if url is None else unpacked(url),
        None if origin is None else unpacked(origin),
        None if size is None else FileStatus(size, stamp),
    )


def _named(base: bytes, above: bytes, depth: int) -> bytes:
    """A name with so many folders in front."""
    return b"/".join((*_parts(above)[-depth:], base))


@lru_cache(maxsize=16)
def _joined(above: tuple[str, ...]) -> bytes:
    """What all inputs of a folder have in common."""
    return _SEPARATOR.join(map(packed, above))


def _parts(above: bytes) -> list[bytes]:
    return above.split(_SEPARATOR) if above else []
