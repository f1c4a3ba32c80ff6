"""Logging: prints our log records as messages, and those of the libraries on request."""

import contextlib
import logging
import traceback
from collections.abc import Iterator
from typing import Final

from movenet_cli.cli.printing import Level, print_message, prints_json
from movenet_cli.io.remote import silence_libraries

_OURS: Final = "movenet_cli"


class MessageHandler(logging.Handler):
    """Prints a record as every message is printed, to whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record; a traceback follows line by line, or as a field in JSON."""
        try:
            self._print(record)
        except Exception:  # noqa: BLE001 - as in every handler: a bad record must not end the run
            self.handleError(record)

    @staticmethod
    def _print(record: logging.LogRecord) -> None:
        level = _level(record.levelno)
        origin = "" if record.name.startswith(_OURS) else f"{record.name}: "
        warning = "warning: " if level == "warning" and not prints_json() else ""
        line = f"movenet: {warning}{origin}{record.getMessage()}"
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        if prints_json():
            print_message(line, level, **({"traceback": trace} if trace else {}))
            return
        for each in (line, *trace.splitlines()):
            print_message(each)


def _level(number: int) -> Level:
    if number >= logging.ERROR:
        return "error"
    if number >= logging.WARNING:
        return "warning"
    return "info" if number >= logging.INFO else "debug"


@contextlib.contextmanager
def logs_as_messages() -> Iterator[None]:
    """Print log records and Python's warnings as messages inside the block."""
    root, ours, handler = logging.getLogger(), logging.getLogger(_OURS), MessageHandler()
    before = root.level, ours.level
    root.addHandler(handler)
    logging.captureWarnings(True)
    set_verbosity()
    try:
        yield
    finally:
        logging.captureWarnings(False)
        root.removeHandler(handler)
        root.setLevel(before[0])
        ours.setLevel(before[1])


def set_verbosity(verbose: int = 0, quiet: bool = False) -> None:
    """Choose what is shown.

    Args:
        verbose: 0 for our own messages, 1 for those of the libraries as well, 2 for debug messages, too.
        quiet: errors only.
    """
    if verbose > 1:
        ours = libraries = logging.DEBUG
    else:
        ours = logging.ERROR if quiet else logging.INFO
        libraries = logging.INFO if verbose else logging.ERROR
    logging.getLogger(_OURS).setLevel(ours)
    logging.getLogger().setLevel(libraries)
    silence_libraries()
