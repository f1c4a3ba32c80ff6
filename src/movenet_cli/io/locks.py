"""Locks between processes, and the one policy for file systems that have none: a warning, then no lock."""

import contextlib
import errno
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_LOG = logging.getLogger(__name__)
_NO_LOCKS_HERE: Final = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What network and FUSE file systems answer when they cannot lock."""

_HELD: Final = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK}


class LockHeldError(Exception):
    """Another process, or another thread, holds the lock."""


@contextlib.contextmanager
def file_lock(path: Path, *, protects: str, wait: str | None = None) -> Iterator[None]:
    """Hold a lock within the block; the system drops the lock of a process that dies.

    Where the file system has no locks the block runs without one, and a warning says so.

    Args:
        path: the lock's file, in a folder that exists. It stays, empty.
        protects: what the lock is for, as the subject of the warning.
        wait: logged before waiting for whoever holds the lock; None: do not wait.

    Raises:
        LockHeldError: someone holds it, and `wait` is None.
        OSError: the lock's file cannot be opened.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - slow to import, and most commands lock nothing

    lock = FileLock(path, fallback_to_soft=False)  # a soft lock would outlive a killed process
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        if wait is None:
            raise LockHeldError(path) from error
        _LOG.warning("%s", wait)
        lock.acquire()
    except OSError as error:
        if error.errno not in _NO_LOCKS_HERE:
            raise
        _warn(protects)
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def shared_lock(path: Path, *, protects: str) -> Iterator[None]:
    """Hold a lock that others may share, and nobody may hold alone meanwhile; see `file_lock`.

    Raises:
        LockHeldError: someone holds it alone.
        OSError: the lock's file cannot be opened.
        NotImplementedError: this system has no such locks.
    """
    if os.name == "nt":
        raise NotImplementedError
    import fcntl  # noqa: PLC0415 - there is none on Windows

    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _NO_LOCKS_HERE:
                os.close(handle)
                if error.errno in _HELD:
                    raise LockHeldError(path) from error
                raise
            _warn(protects)
        if os.fstat(handle).st_nlink:
            break
        os.close(handle)  # who held it has removed the file
    try:
        yield
    finally:
        os.close(handle)


def has_locks(path: Path) -> bool:
    """Whether the file system of a lock's file, which is there, has locks that may be shared."""
    if os.name == "nt":
        return False
    import fcntl  # noqa: PLC0415 - there is none on Windows

    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _HELD
    finally:
        os.close(handle)
    return True


def _warn(protects: str) -> None:
    _LOG.warning(
        "%s cannot be locked on this file system: let no other process write to it meanwhile", protects
    )


def is_free(path: Path) -> bool:
    """Whether a lock's file is there and is known to be held by nobody."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - as above

    lock = FileLock(path, fallback_to_soft=False)
    try:
        if not path.is_file():
            return False
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return False
    lock.release()
    return True
