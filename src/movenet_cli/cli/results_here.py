"""Results at an address, for the commands that read results from a disk: a copy, called by its address."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from movenet_cli.cli.printing import shown_as
from movenet_cli.core.folder_names import LOCK, OVERLAY, SEGMENTS, STAGED
from movenet_cli.errors import MovenetError, UsageError
from movenet_cli.io.storage.interface import Storage
from movenet_cli.io.storage.local_storage import LocalStorage


@contextlib.contextmanager
def results_here(results: Storage, *, overlays: bool = False) -> Iterator[Path]:
    """The folder to read, within the block; every message calls it what the user does.

    Args:
        results: the results folder.
        overlays: whether a copy has the overlays, too.

    Raises:
        InputError: there is no room for a copy.
        OutputError: the store does not do what it is asked.
    """
    not_wanted = (LOCK, f"{SEGMENTS}/", f"{STAGED}/", *(() if overlays else (f"{OVERLAY}/",)))
    with results.on_disk(lambda path: not path.startswith(not_wanted)) as folder:
        if str(folder) == str(results):
            yield folder
            return
        with shown_as(str(folder), str(results)):
            try:
                yield folder
            except MovenetError as error:
                raise type(error)(str(error).replace(str(folder), str(results))) from error


def refuse_writing(results: Storage, output: Path | None, what: str) -> None:
    """Refuse to write into results at an address, of which the command has a copy only.

    Raises:
        UsageError: no other place is named.
    """
    if output is None and not isinstance(results, LocalStorage):
        raise UsageError(f"{what} cannot be written to {results}: name a place on this machine with --output")
