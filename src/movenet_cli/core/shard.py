"""A shard of a run: the part of the inputs that one of several machines works on, told by their names."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_TEXT: Final = re.compile(r"(\d{1,4})/(\d{1,4})")
_STEM: Final = re.compile(r"(\d{1,4})-of-(\d{1,4})")


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """Number `number` of `count` parts of the inputs, counted from 1."""

    number: int
    count: int

    def has(self, name: str) -> bool:
        """Whether an input belongs to this shard; the same on every machine and with every Python.

        Names that differ only in case or in how accents are written are in one shard: on some disks they are
        the same file, and one run must see both to refuse them.
        """
        return self._turn(name) == self.number - 1

    def has_segment(self, name: str, number: int) -> bool:
        """Whether a segment of a long video does: segments go round, from the shard of the name on."""
        return (self._turn(name) + number) % self.count == self.number - 1

    def _turn(self, name: str) -> int:
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        digest = hashlib.sha256(folded.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.count

    @property
    def stem(self) -> str:
        """What its own files are called, without a suffix: `3-of-8`."""
        return f"{self.number}-of-{self.count}"

    def __str__(self) -> str:
        """As on the command line: `3/8`."""
        return f"{self.number}/{self.count}"


def parse_shard(text: str) -> Shard:
    """The shard of a text such as `3/8`.

    Raises:
        ValueError: says what is wrong, and what the form is.
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise ValueError(f"{text!r} is not a shard: use i/N, from 1/N to N/N, such as 3/8")
    return Shard(int(found[1]), int(found[2]))


def shard_of_stem(stem: str) -> Shard | None:
    """The shard whose files are called so; None when it is no such name."""
    found = _STEM.fullmatch(stem)
    return None if found is None else Shard(int(found[1]), int(found[2]))
