"""What is printed: data on standard output; messages on standard error, as lines or as JSON objects."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import click

from movenet_cli.errors import OutputError

Level = Literal["debug", "info", "warning", "error"]

_LONGEST_LINE: Final = 4000
"""Characters; a longer line, such as an error that quotes an absurd argument, is cut in the middle."""


class SafeStderr:
    """Standard error as a file that never fails: a full disk or a closed terminal must not stop a run."""

    def write(self, text: str) -> int:
        """Write the text if possible."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush if possible."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.flush()

    def __getattr__(self, name: str) -> Any:
        """Everything else (`encoding`, `fileno`, `isatty`) is standard error's own."""
        return getattr(sys.stderr, name)


def _write_line(line: str) -> None:
    """Write the line in one call, so that lines of several threads do not mix."""
    stderr = SafeStderr()
    stderr.write(line + "\n")
    stderr.flush()


@dataclass(slots=True)
class _Format:
    """How messages are written now; like standard error itself, the same for the whole process."""

    is_json: bool = False
    write: Callable[[str], None] = _write_line
    renamed: tuple[str, str] | None = None

    def shown(self, text: str) -> str:
        """The text with the names that the user knows."""
        return text if self.renamed is None else text.replace(*self.renamed)


_format = _Format()


@contextlib.contextmanager
def message_format() -> Iterator[None]:
    """Restore the format of messages at the end of the block."""
    before = _format.is_json, _format.write
    try:
        yield
    finally:
        _format.is_json, _format.write = before


@contextlib.contextmanager
def shown_as(path: str, name: str) -> Iterator[None]:
    """Within the block, print a name wherever a path stands in what is printed."""
    _format.renamed = path, name
    try:
        yield
    finally:
        _format.renamed = None


def print_json_from_now_on() -> None:
    """Write every line as a JSON object from now on; docs/messages.md lists the fields."""
    _format.is_json = True


def prints_json() -> bool:
    """Whether messages are JSON objects."""
    return _format.is_json


def write_lines_with(write: Callable[[str], None] = _write_line) -> None:
    """Let a progress bar write the lines, which would break it otherwise; by default write directly."""
    _format.write = write


def printable(name: str) -> str:
    """A name on one line: control characters and undecodable bytes shown as escapes."""
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown)


def print_message(line: str, level: Level = "info", **fields: object) -> None:
    """Print one line on standard error, if possible; control characters become escapes.

    Args:
        line: the text.
        level: how serious it is.
        fields: further fields in JSON.
    """
    text = printable(_format.shown(line))
    if len(text) > _LONGEST_LINE:
        text = f"{text[: _LONGEST_LINE // 2]} … {text[-_LONGEST_LINE // 2 :]}"
    if _format.is_json:
        print_event("message", level=level, message=text.removeprefix("movenet: "), **fields)
    else:
        _format.write(text)


def print_data(text: str) -> None:
    """Print on standard output what was asked for, and a line break.

    Raises:
        OutputError: it cannot be written, or nobody reads it any more.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed")
    try:
        click.echo(_format.shown(text))
    except BrokenPipeError as error:
        raise OutputError("the reader of standard output has gone") from error
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


def print_event(event: str, **fields: object) -> None:
    """Print one JSON object."""
    _format.write(json.dumps({"event": event, **fields}))
