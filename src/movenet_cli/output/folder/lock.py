"""A results folder to the one run that may write into it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from movenet_cli.core.folder_names import LOCK
from movenet_cli.errors import OutputError
from movenet_cli.io.atomic import as_output_error, make_folder
from movenet_cli.io.locks import LockHeldError, file_lock


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, which is made when it is missing; a killed run lets go by itself.

    Raises:
        OutputError: at once, when another run holds it, or when it cannot be written.
    """
    path = folder / LOCK
    make_folder(path.parent)
    with contextlib.ExitStack() as held:
        with as_output_error(folder, of_input=False):
            try:
                held.enter_context(file_lock(path, protects=str(folder)))
            except LockHeldError as error:
                raise OutputError(
                    f"another run is writing to {folder}; wait for it, or choose another folder with --output"
                ) from error
        yield
