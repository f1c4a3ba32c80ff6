"""Names to sort keys under which `frame10` comes after `frame9`."""

import re
from typing import Final

_DIGITS: Final = re.compile(r"[0-9]+")


def natural_key(name: str) -> bytes:
    """Sorts `frame10` after `frame9`, upper and lower case together.

    Bytes, so that names can also be sorted on the disk. No key is the beginning of another one.
    """
    # A zero character, which no name has, ends a text, and so puts it before its continuations.
    return f"{_DIGITS.sub(_number, name.casefold())}\0\0{name}\0".encode("utf-8", "surrogatepass")


def natural_path_key(name: str) -> bytes:
    """Sorts paths with `/` between their parts as a walk through their folders meets them."""
    return b"".join(map(natural_key, name.split("/")))


def _number(found: re.Match[str]) -> str:
    """Sorts by the number of digits first."""
    digits = found[0].lstrip("0")
    return f"\0{len(digits):05}{digits}"
