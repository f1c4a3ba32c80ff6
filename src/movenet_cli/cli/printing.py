"""Lines for standard error: names from untrusted places on one line; a terminal that has gone ends no run."""

import contextlib
import sys
from typing import Any


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


def printable(name: str) -> str:
    """A name on one line: control characters and undecodable bytes shown as escapes."""
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown)


def say(line: str) -> None:
    """Print one line on standard error, if that works; control characters go as escapes."""
    print(printable(line), file=LastingStderr(), flush=True)
