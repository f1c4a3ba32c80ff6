"""Room for temporary copies: they never fill the disk that they lie on."""

import errno
import shutil
from pathlib import Path
from typing import Final

from movenet_cli.errors import MediaError

_MOST_RESERVED: Final = 1 << 30
_STEP: Final = 1 << 24
"""Bytes between two looks at the disk."""


class DiskRoom:
    """Watches the disk while a file grows there.

    Args:
        folder: where it lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._next = 0

    def check(self, size: int, expected: int | None = None) -> None:
        """Go on, or not; part of the disk stays free, a twentieth and 1 GiB at most.

        Args:
            size: bytes of the file so far.
            expected: bytes that it will have, when that is known.

        Raises:
            MediaError: there is no room.
        """
        if size < self._next:
            return
        self._next = size + _STEP
        disk = shutil.disk_usage(self._folder)
        if disk.free - (expected or size) + size < min(_MOST_RESERVED, disk.total // 20):
            raise no_room(self._folder)


def no_room(folder: Path) -> MediaError:
    """The error when a copy does not fit."""
    return MediaError(f"no room for a copy of it in {folder.parent}: set TMPDIR to a folder with more room")


def write_failed(error: OSError, folder: Path) -> MediaError:
    """The error when a copy cannot be written."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None), errno.EFBIG):
        return no_room(folder)
    return MediaError(f"no copy of it can be made in {folder.parent}: {error.strerror or error}; set TMPDIR")
