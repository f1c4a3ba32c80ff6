"""Temporary folders that the workers of a machine share: each is kept while it is used, and a moment longer.

Whoever uses one holds its lock together with the others. Who removes one holds the lock alone and gives the
folder another name first, so that nobody comes upon half of it.
"""

import contextlib
import errno
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from movenet_cli.io.locks import LockHeldError, file_lock, has_locks, shared_lock

_PREFIX: Final = ".movenet-shared-"
_NEW: Final = ".movenet-new-"
_REMOVED: Final = ".movenet-work-"
"""What has this name, and a lock that is free, is removed by `work_folder`, should this process be killed."""

_LOCK: Final = "lock"
_WRITING: Final = "writing"
_LOOK: Final = 0.1
"""Seconds between two looks at a lock that somebody holds."""

KEPT: Final = 60.0
"""Seconds for which a folder that nobody uses is kept: who has just used it may come again."""


@contextlib.contextmanager
def shared_folder(parent: Path, key: str, check: Callable[[], None]) -> Iterator[Path]:
    """Use the folder in `parent` that has this key within the block; it is made where it is missing.

    Args:
        parent: for temporary files.
        key: the same for all who share it; goes into the folder's name.
        check: called several times a second while somebody removes it; may raise to give up.

    Raises:
        OSError: nothing can be made there, there are no locks, or what has its name is another user's.
    """
    folder = _place(parent, key)
    with contextlib.ExitStack() as held:
        while True:
            try:
                _wait_for(held, lambda: shared_lock(folder / _LOCK, protects=str(folder)), check)
                break
            except FileNotFoundError:
                _make(folder)
        if not has_locks(folder / _LOCK):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        try:
            yield folder
        finally:
            with contextlib.suppress(OSError):
                os.utime(folder / _LOCK)


@contextlib.contextmanager
def alone_in(folder: Path, check: Callable[[], None]) -> Iterator[None]:
    """One after the other of those who share a folder; `check` as in `shared_folder`."""
    with contextlib.ExitStack() as held:
        _wait_for(held, lambda: file_lock(folder / _WRITING, protects=str(folder)), check)
        yield


def share(folder: Path, key: str) -> bool:
    """Make a folder of `work_folder` the shared one of this key, or leave it when there is one.

    Returns:
        Whether there is one now; not so where locks cannot be shared.
    """
    if not has_locks(folder / _LOCK):
        return False
    place = _place(folder.parent, key)
    with contextlib.suppress(OSError):
        os.utime(folder / _LOCK)
        folder.rename(place)
    return place.is_dir()


def remove_unused(parent: Path, kept: float = KEPT) -> None:
    """Remove the shared folders that nobody has used for `kept` seconds."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError, LockHeldError):
            if time.time() - (folder / _LOCK).stat().st_mtime < kept:
                continue
            with file_lock(folder / _LOCK, protects=str(folder)):
                gone = parent / f"{_REMOVED}{secrets.token_hex(4)}"
                folder.rename(gone)
                shutil.rmtree(gone, ignore_errors=True)


def _wait_for(
    held: contextlib.ExitStack,
    lock: Callable[[], contextlib.AbstractContextManager[None]],
    check: Callable[[], None],
) -> None:
    """Hold a lock as well, once nobody else does."""
    while True:
        check()
        try:
            held.enter_context(lock())
        except LockHeldError:
            time.sleep(_LOOK)
        else:
            return


def _place(parent: Path, key: str) -> Path:
    return parent / f"{_PREFIX}{key}"


def _make(folder: Path) -> None:
    """Make it with its lock inside; somebody else may be faster."""
    made = Path(tempfile.mkdtemp(prefix=_NEW, dir=folder.parent))
    try:
        (made / _LOCK).touch()
        with contextlib.suppress(OSError):
            made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
