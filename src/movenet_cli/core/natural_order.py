"""Names to sort keys under which `frame10` comes after `frame9`."""

import re
from typing import Final

_DIGITS: Final = re.compile(r"([0-9]+)")


def natural_key(name: str) -> tuple[list[str | int], str]:
    """Sorts `frame10` after `frame9`, upper and lower case together."""
    parts = _DIGITS.split(name.casefold())
    return [int(part) if i % 2 else part for i, part in enumerate(parts)], name


def natural_path_key(name: str) -> list[tuple[list[str | int], str]]:
    """Sorts paths with `/` between their parts as a walk through their folders meets them."""
    return [natural_key(part) for part in name.split("/")]
