"""A results folder to the one run that may write into it, or to the shards of one run."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from movenet_cli.core.folder_names import LOCK
from movenet_cli.core.shard import Shard
from movenet_cli.errors import OutputError, UsageError
from movenet_cli.io.atomic import as_output_error, make_folder
from movenet_cli.io.locks import LockHeldError, file_lock, shared_lock
from movenet_cli.output.folder.shards import SHARD_LOCK, shard_file


@contextlib.contextmanager
def locked(folder: Path, shard: Shard | None = None) -> Iterator[None]:
    """Hold the folder, which is made when it is missing; a killed run lets go by itself.

    Args:
        folder: the results folder.
        shard: what of it is to be held; None for the whole. Shards share the folder's lock, and each holds
            one of its own besides.

    Raises:
        OutputError: at once, when another run holds it, or when it cannot be written.
        UsageError: this system has no locks that can be shared.
    """
    if shard is not None:
        with _shard_locked(folder, shard):
            yield
        return
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


@contextlib.contextmanager
def _shard_locked(folder: Path, shard: Shard) -> Iterator[None]:
    make_folder((folder / LOCK).parent)
    own = shard_file(folder, shard, SHARD_LOCK)
    with contextlib.ExitStack() as held:
        with as_output_error(folder, of_input=False):
            try:
                held.enter_context(shared_lock(folder / LOCK, protects=str(folder)))
            except LockHeldError as error:
                raise OutputError(
                    f"a run without --shard, or `movenet merge`, is writing to {folder}; wait for it, "
                    "or choose another folder with --output"
                ) from error
            except NotImplementedError as error:
                raise UsageError("--shard does not work on Windows: leave it out") from error
            make_folder(own.parent)
            try:
                held.enter_context(file_lock(own, protects=f"shard {shard} of {folder}"))
            except LockHeldError as error:
                raise OutputError(
                    f"another run is working on shard {shard} in {folder}; wait for it, "
                    "or choose another folder with --output"
                ) from error
        yield
