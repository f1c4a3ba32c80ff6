"""A lease: the lock of an object store, an object that its holder writes anew again and again.

Whoever finds one that stands still for `EXPIRY` seconds takes it over. No two machines' clocks are compared:
its age is told by the store's clock, and whether it still stands by watching it.
"""

import contextlib
import json
import logging
import os
import platform
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from movenet_cli.errors import OutputError
from movenet_cli.io.locks import LockHeldError
from movenet_cli.io.storage.objects import Objects

log = logging.getLogger(__name__)

RENEWAL: Final = 10.0
"""Seconds after which a lease is written anew."""

EXPIRY: Final = 60.0
"""Seconds after which a lease that stands still is nobody's."""

SETTLING: Final = 2.0
"""Seconds after which a lease is looked at again where two may have written it at the same moment."""

_INTERVAL: Final = 1.0
"""Seconds between two looks at somebody else's lease."""


class Lease:
    """A lease on one path, once it is held.

    Args:
        objects: of the store.
        path: of the lease's object.
    """

    def __init__(self, objects: Objects, path: str) -> None:
        self._objects = objects
        self._path = path
        self._owner = secrets.token_hex(16)
        self._beat = 0
        self._renewed = time.time()
        self._is_lost = False
        self._lock = threading.Lock()
        self._ended = threading.Event()

    @contextlib.contextmanager
    def held(self) -> Iterator["Lease"]:
        """Hold it within the block.

        Raises:
            LockHeldError: somebody else does.
            OutputError: the store does not do what it is asked.
        """
        self._acquire()
        thread = threading.Thread(target=self._keep, name="movenet-lease", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            with contextlib.suppress(OutputError, FileNotFoundError), self._lock:
                if not self._is_lost and self._is_mine():
                    self._objects.remove(self._path)

    def check(self) -> None:
        """Go on, or not; called before anything is changed in the store.

        Raises:
            OutputError: the lease is somebody else's by now.
        """
        # A process that was stopped for a while looks before it does anything.
        if abs(time.time() - self._renewed) > EXPIRY / 2:
            self._renew()
        if self._is_lost:
            raise OutputError(
                f"another run has taken over {self._objects.name} while this one stood still; "
                "wait for it, or choose another folder with --output"
            )

    def _acquire(self) -> None:
        if not self._create():
            seen = is_held(self._objects, self._path)
            if seen is not None:
                raise LockHeldError(self._path)
            log.warning("%s: the run that held it has ended without a word; going on", self._objects.name)
            self._objects.remove(self._path)
            if not self._create():
                raise LockHeldError(self._path)
            time.sleep(SETTLING)  # another one may have come to the same conclusion
        elif self._create():
            time.sleep(SETTLING)  # a store that writes over what is there cannot tell who was first
        if not self._is_mine():
            raise LockHeldError(self._path)
        self._renewed = time.time()

    def _create(self) -> bool:
        return self._objects.create(self._path, self._content())

    def _content(self) -> bytes:
        fields = {"owner": self._owner, "host": socket.gethostname(), **_process(), "beat": self._beat}
        return json.dumps(fields).encode()

    def _is_mine(self) -> bool:
        """Whether it is still ours; one that is gone is not."""
        return _fields(_read(self._objects, self._path)).get("owner") == self._owner

    def _keep(self) -> None:
        while not self._ended.wait(RENEWAL):
            with contextlib.suppress(OutputError):  # whoever writes next is told
                self._renew()

    def _renew(self) -> None:
        with self._lock:
            if self._is_lost or self._ended.is_set():
                return
            if not self._is_mine():
                self._is_lost = True
                return
            self._beat += 1
            self._objects.write(self._path, self._content())
            self._renewed = time.time()


def is_held(objects: Objects, path: str) -> str | None:
    """Who holds a lease, as far as it tells; None when it is nobody's. Watches it as long as need be."""
    first = _read(objects, path)
    if first is None or _has_died(_fields(first)):
        return None
    host = str(_fields(first).get("host", "another machine"))
    left = EXPIRY - _age(objects, path)
    if left < EXPIRY - 2 * RENEWAL:
        log.warning(
            "%s: looking for up to %.0f seconds whether a run on %s still works there",
            objects.name,
            max(left, _INTERVAL),
            host,
        )
    end = time.monotonic() + left
    while time.monotonic() < end:
        time.sleep(_INTERVAL)
        now = _read(objects, path)
        if now is None:
            return None
        if now != first:
            return host
    return None


def _age(objects: Objects, path: str) -> float:
    """Seconds since it was written, both times by the store's clock; 0 where that cannot be told."""
    probe = f"{path}-clock-{secrets.token_hex(4)}"
    try:
        objects.write(probe, b"")
        return (objects.changed(probe) - objects.changed(path)).total_seconds()
    except (OutputError, FileNotFoundError, TypeError):
        return 0.0
    finally:
        with contextlib.suppress(OutputError):
            objects.remove(probe)


def _read(objects: Objects, path: str) -> bytes | None:
    try:
        return objects.read(path)
    except FileNotFoundError:
        return None


def _fields(content: bytes | None) -> dict[str, Any]:
    try:
        fields = json.loads(content or b"{}")
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


@lru_cache(maxsize=1)
def _machine() -> str:
    """What tells a machine, and where process numbers count, from all others; empty where nothing does."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{platform.node()} {boot} {os.readlink('/proc/self/ns/pid')}"  # noqa: PTH115
    except OSError:
        return ""


def _process() -> dict[str, Any]:
    return {"machine": _machine(), "pid": os.getpid()}


def _has_died(fields: dict[str, Any]) -> bool:
    """Whether the holder was a process of this machine that is no more."""
    pid = fields.get("pid")
    if not _machine() or fields.get("machine") != _machine() or not isinstance(pid, int):
        return False
    return not Path(f"/proc/{pid}").exists()
