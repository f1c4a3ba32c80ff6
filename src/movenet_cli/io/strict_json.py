"""JSON of unknown origin, read as a value of the type that it must have, or refused with one plain error.

The types are `msgspec.Struct`s, whose constraints are checked while the text is parsed. Numbers are finite,
text is UTF-8. Of a field that stands twice msgspec takes the last, unless it is asked to refuse it.
"""

import json
from collections.abc import Hashable
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

import msgspec

T = TypeVar("T")

_LONGEST: Final = 120
"""Characters of a message, which may quote what it found."""


def decode(kind: type[T], data: bytes | msgspec.Raw, *, unique: bool = False) -> T:
    """Parse JSON as a `kind`.

    Args:
        kind: a type that msgspec knows.
        data: the text.
        unique: refuse a field that stands twice in one object; takes ten times as long, so it is for what is
            small, or has been through other hands.

    Raises:
        ValueError: it is not such a value; the message is one line: the place in it, and what is wrong there.
    """
    try:
        value: T = _decoder(cast(Hashable, kind)).decode(data)
        if unique:
            json.loads(bytes(data), object_pairs_hook=_refuse_doubles)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except msgspec.DecodeError as error:
        raise ValueError(_message(error)) from None
    return value


def _refuse_doubles(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("the same field is there twice")


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
    """`poses[0].id: expected int, got str`; msgspec says it the other way round, and names may be endless."""
    text, _, place = str(error).replace("`", "").replace("enum value", "value").partition(" - at ")
    text = text if text.startswith("JSON") else text[:1].lower() + text[1:]
    text = f"{place.removeprefix('$').removeprefix('.')}: {text}" if place else text
    return text if text.isprintable() and len(text) <= _LONGEST else ascii(text)[1 : _LONGEST - 3] + "..."
