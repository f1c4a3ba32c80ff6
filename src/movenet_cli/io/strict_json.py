"""The parser for JSON of unknown origin: whatever is wrong with it is one plain `ValueError`."""

import json
from typing import Any, NoReturn


def strict_json(data: bytes) -> Any:
    """Parse JSON as the standard has it: no NaN, no infinity, no field twice in one object.

    Raises:
        ValueError: it is not JSON; the message is one line.
    """
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("the same field is there twice")
    return fields


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
