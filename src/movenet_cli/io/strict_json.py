"""JSON of unknown origin, read as a value of the type that it must have, or refused with one plain error.

The types are `msgspec.Struct`s, whose constraints are checked while the text is parsed. Numbers are finite,
text is UTF-8; a field that stands twice counts as it stands last.
"""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec

T = TypeVar("T")

_LONGEST: Final = 120
"""Characters of a message, which may quote what it found."""


def decode(kind: type[T], data: bytes | msgspec.Raw) -> T:
    """Parse JSON as a `kind`.

    Raises:
        ValueError: it is none; the message is one line: the place in it, and what is wrong there.
    """
    try:
        value: T = _decoder(kind).decode(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except msgspec.DecodeError as error:
        raise ValueError(_message(error)) from None
    return value


def convert(kind: type[T], value: Any) -> T:
    """Check a value that has been parsed already; errors as `decode`."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ValueError(_message(error)) from None


@lru_cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    """Made once for each type: that takes longer than to parse a record."""
    return msgspec.json.Decoder(kind)


def _message(error: msgspec.DecodeError) -> str:
    """`poses[0].id: Expected int, got str`, where msgspec has it the other way round, and in backticks."""
    text, _, place = str(error).replace("`", "").partition(" - at ")
    text = f"{place.removeprefix('$').removeprefix('.')}: {text}" if place else text
    return text if text.isprintable() and len(text) <= _LONGEST else ascii(text)[1 : _LONGEST - 3] + "..."
