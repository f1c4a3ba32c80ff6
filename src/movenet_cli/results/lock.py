"""A results folder to the one run that may write into it."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from movenet_cli.errors import OutputError
from movenet_cli.foldernames import LOCK
from movenet_cli.sinks.files import as_output_error, make_folder

log = logging.getLogger(__name__)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, which is made when it is missing; a killed run lets go by itself.

    Raises:
        OutputError: at once, when another run holds it, or when it cannot be written.
    """
    path = folder / LOCK
    make_folder(path.parent)
    lock = FileLock(path)
    _acquire(lock, folder)
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, folder: Path) -> None:
    with as_output_error(folder, of_input=False):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise OutputError(
                f"another run is writing to {folder}; wait for it, or choose another folder with --output"
            ) from error
        except NotImplementedError:
            log.warning("%s cannot be locked on this file system; let no other run write to it", folder)
