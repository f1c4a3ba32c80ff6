"""A results folder to the one run that may write into it, or to the shards of one run."""

import contextlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from movenet_cli.core.folder_names import LOCK
from movenet_cli.core.shard import Shard
from movenet_cli.errors import OutputError, UsageError
from movenet_cli.io.atomic import as_output_error
from movenet_cli.io.locks import LockHeldError
from movenet_cli.io.storage.interface import Storage
from movenet_cli.io.storage.open_storage import open_storage
from movenet_cli.output.folder.shards import SHARD_LOCK, shard_file


@contextlib.contextmanager
def locked(folder: Path | Storage, shard: Shard | None = None) -> Iterator[None]:
    """Hold the folder, which is made when it is missing; a killed run lets go by itself.

    Args:
        folder: the results folder.
        shard: what of it is to be held; None for the whole. Shards share the folder's lock, and each holds
            one of its own besides.

    Raises:
        OutputError: at once, when another run holds it, or when it cannot be written.
        UsageError: this system has no locks that can be shared.
    """
    storage = open_storage(folder)
    if shard is not None:
        with _shard_locked(storage, shard):
            yield
        return
    storage.make_folder(_parent(LOCK))
    with contextlib.ExitStack() as held:
        with as_output_error(str(storage), of_input=False):
            _hold(held, storage.lock(LOCK, protects=str(storage)), f"another run is writing to {storage}")
        yield


@contextlib.contextmanager
def _shard_locked(storage: Storage, shard: Shard) -> Iterator[None]:
    storage.make_folder(_parent(LOCK))
    own = shard_file(shard, SHARD_LOCK)
    with contextlib.ExitStack() as held:
        with as_output_error(str(storage), of_input=False):
            holder = f"a run without --shard, or `movenet merge`, is writing to {storage}"
            try:
                _hold(held, storage.shared_lock(LOCK, protects=str(storage)), holder)
            except NotImplementedError as error:
                raise UsageError("--shard does not work on Windows: leave it out") from error
            storage.make_folder(_parent(own))
            holder = f"another run is working on shard {shard} in {storage}"
            _hold(held, storage.lock(own, protects=f"shard {shard} of {storage}"), holder)
        yield


def _hold(held: contextlib.ExitStack, lock: contextlib.AbstractContextManager[None], holder: str) -> None:
    """Hold a lock as well, or say who does.

    Raises:
        OutputError: somebody else holds it.
    """
    try:
        held.enter_context(lock)
    except LockHeldError as error:
        raise OutputError(f"{holder}; wait for it, or choose another folder with --output") from error


def _parent(path: str) -> str:
    return str(PurePosixPath(path).parent)
