"""Words of messages: numbers with their nouns, and the name that was probably meant."""

import difflib
from collections.abc import Iterable


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 file`, `2,000 files`; a plural of its own is given for `1 person`, `2 people`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that somebody probably meant who typed `name`; None when nothing is like it."""
    return next(iter(difflib.get_close_matches(name.lower(), known, n=1)), None)
