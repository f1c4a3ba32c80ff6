"""The one way to standard error: lines for people, or with `--progress json` one JSON object per line."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

Level = Literal["debug", "info", "warning", "error"]

_LONGEST_LINE: Final = 4000
"""Characters; what is longer, such as an absurd argument that an error quotes, is cut in the middle."""


class LastingStderr:
    """Standard error as a file that never fails: a log that is full or closed must not stop the work."""

    def write(self, text: str) -> int:
        """Print what can be printed."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Hand it on where that works."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.flush()

    def __getattr__(self, name: str) -> Any:
        """Everything else (`encoding`, `fileno`, `isatty`) is standard error's own."""
        return getattr(sys.stderr, name)


def _write_line(line: str) -> None:
    """One call for the whole line, so that those of several threads do not run into each other."""
    stderr = LastingStderr()
    stderr.write(line + "\n")
    stderr.flush()


@dataclass(slots=True)
class _Form:
    """How messages look now; like standard error itself, the same for the whole process."""

    is_json: bool = False
    write: Callable[[str], None] = _write_line


_form = _Form()


@contextlib.contextmanager
def message_form() -> Iterator[None]:
    """Within, messages may take another form; afterwards they are what they were."""
    before = _form.is_json, _form.write
    try:
        yield
    finally:
        _form.is_json, _form.write = before


def speak_json() -> None:
    """From now on, every line is a JSON object; see docs/messages.md for its fields."""
    _form.is_json = True


def speaks_json() -> bool:
    """Whether programs are listening."""
    return _form.is_json


def write_lines_by(write: Callable[[str], None] = _write_line) -> None:
    """Have lines printed by a progress bar that knows how not to be torn; by default directly again."""
    _form.write = write


def printable(name: str) -> str:
    """A name on one line: control characters and undecodable bytes shown as escapes."""
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown)


def say(line: str, level: Level = "info", **fields: object) -> None:
    """Print one line on standard error, if that works; control characters go as escapes.

    Args:
        line: what people read.
        level: how serious it is.
        fields: for programs only.
    """
    text = printable(line)
    if len(text) > _LONGEST_LINE:
        text = f"{text[: _LONGEST_LINE // 2]} … {text[-_LONGEST_LINE // 2 :]}"
    if _form.is_json:
        say_event("message", level=level, message=text.removeprefix("movenet: "), **fields)
    else:
        _form.write(text)


def say_event(event: str, **fields: object) -> None:
    """Print one JSON object; for programs."""
    _form.write(json.dumps({"event": event, **fields}))
