"""A list of frames, such as `movenet select` writes: which frames of which inputs are chosen."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from movenet_cli.core.inputs import Media
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name, unescape_name

Selection = Mapping[str, frozenset[int]]
"""An input's name to the indices of its chosen frames."""


def frame_name(name: str, media: Media, index: int) -> str:
    """A frame as lists and COCO datasets call it: `clips/a.mp4#000123`, or the image's own name."""
    return escape_name(name) if media == "image" else f"{escape_name(name)}#{index:06d}"


def line_of(text: str) -> str:
    """The name as a line of a list; one with a line break in it as a JSON string."""
    return text if text.isprintable() and not text.startswith('"') else json.dumps(text)


def read_selection(path: Path, names: Collection[str]) -> Selection:
    """Read a list: a name per line, or the JSON that `movenet select --json` writes.

    Args:
        path: the file.
        names: of the inputs that there are.

    Raises:
        InputError: it cannot be read, names nothing, or a frame of no input.
    """
    chosen: dict[str, set[int]] = {}
    for text in _texts(path):
        name, index = _frame(text, names, path)
        chosen.setdefault(name, set()).add(index)
    if not chosen:
        raise InputError(f"{path} names no frame")
    return {name: frozenset(indices) for name, indices in chosen.items()}


def _texts(path: Path) -> list[str]:
    try:
        data = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no list of frames: it is not UTF-8") from error
    try:
        if data.lstrip().startswith("{"):
            frames: list[Mapping[str, Any]] = json.loads(data)["frames"]
            return [str(frame["name"]) for frame in frames]
        lines = [line.removesuffix("\r") for line in data.split("\n")]
        return [str(json.loads(line)) if line.startswith('"') else line for line in lines if line]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(f"{path} is no list of frames: {error}") from error


def _frame(text: str, names: Collection[str], path: Path) -> tuple[str, int]:
    """The input and the frame's index; an image may be called as a video's frame, so its name goes first."""
    try:
        whole = unescape_name(text)
        if whole in names:
            return whole, 0
        name, mark, number = text.rpartition("#")
        if mark and number.isascii() and number.isdecimal() and unescape_name(name) in names:
            return unescape_name(name), int(number)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error
    raise InputError(f"{path}: the results have no frame {text!r}")
