"""JSON lists of any length, an object per line."""

from collections.abc import Iterable
from typing import TextIO

from movenet_cli.io.json_text import json_line


def write_list(stream: TextIO, objects: Iterable[object]) -> None:
    """Write what stands between the brackets of a JSON list."""
    separator = "\n"
    for each in objects:
        stream.write(separator + json_line(each))
        separator = ",\n"
    stream.write("\n")
