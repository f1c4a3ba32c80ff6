"""A file of an object store that lines are appended to: in parts, since an object cannot be appended to."""

import contextlib
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Final

from movenet_cli.errors import OutputError
from movenet_cli.io.storage.interface import part_path

PART_SIZE: Final = 4 << 20
INTERVAL: Final = 5.0
"""Seconds after which lines that were flushed are in the store."""


class ObjectLog:
    """See `Log`; safe to use from several threads.

    The part that is being filled is written anew with each save, and is whole every time.

    Args:
        path: of the file.
        first: number of the first part; 0 for the file itself, which is not there yet.
        save: writes an object.
    """

    def __init__(self, path: str, first: int, save: Callable[[str, bytes], None]) -> None:
        self._path = path
        self._numbers = count(first)
        self._number = next(self._numbers)
        self._save_object = save
        self._data = bytearray()
        self._is_saved = True
        self._saved = time.monotonic()
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def write(self, data: bytes) -> None:
        """See `Log.write`."""
        with self._lock:
            self._data += data
            self._is_saved = False
            if len(self._data) >= PART_SIZE:
                self._save()
                self._number = next(self._numbers)
                self._data.clear()

    def flush(self) -> None:
        """See `Log.flush`: soon."""
        with self._lock:
            if self._is_saved:
                return
            if time.monotonic() - self._saved >= INTERVAL:
                self._save()
            elif self._timer is None:
                self._timer = threading.Timer(INTERVAL, self._save_later)
                self._timer.daemon = True
                self._timer.start()

    def sync(self) -> None:
        """See `Log.sync`."""
        with self._lock:
            self._save()

    def close(self) -> None:
        """See `Log.close`."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._save()

    def _save_later(self) -> None:
        with self._lock, contextlib.suppress(OutputError):  # whoever writes next is told
            self._timer = None
            self._save()

    def _save(self) -> None:
        if not self._is_saved:
            path = part_path(self._path, self._number) if self._number else self._path
            self._save_object(path, bytes(self._data))
            self._is_saved, self._saved = True, time.monotonic()
