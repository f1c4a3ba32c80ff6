"""An input's fingerprint (size, time of its last change, sha256), by which a later run knows it again."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from movenet_cli.errors import MediaError
from movenet_cli.io.hashing import sha256_of_file

Reading = Literal["never", "when touched", "always"]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """An input file's identity.

    Attributes:
        size: bytes.
        mtime_ns: time of its last change, nanoseconds.
        sha256: of its content.
    """

    size: int
    mtime_ns: int
    sha256: str


def fingerprint(path: Path, check: Callable[[], None] = lambda: None) -> Fingerprint:
    """Read an input's identity.

    Args:
        path: of the input.
        check: called every megabyte; may raise to give up.

    Raises:
        MediaError: when it cannot be read.
    """
    try:
        # The status comes first: a file that is written to meanwhile shows as changed afterwards.
        status = path.stat()
        sha256 = sha256_of_file(path, check)
    except OSError as error:
        raise MediaError(f"cannot read it: {error.strerror}") from error
    return Fingerprint(status.st_size, status.st_mtime_ns, sha256)


def same_content(
    recorded: Fingerprint | None,
    path: Path,
    check: Callable[[], None] = lambda: None,
    *,
    read: Reading = "when touched",
) -> Fingerprint | None:
    """The input's fingerprint now, when its content is the recorded one; None when it is not.

    Args:
        recorded: by an earlier run; None when that could not read the input.
        path: of the input.
        check: called every megabyte that is read; may raise to give up.
        read: when the content is read; without reading it, another time counts as another content.

    Raises:
        MediaError: when the input cannot be read.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise MediaError(f"cannot read it: {error.strerror}") from error
    if recorded is None or status.st_size != recorded.size:
        return None
    if read != "always" and status.st_mtime_ns == recorded.mtime_ns:
        return recorded
    if read == "never":
        return None
    # A copy or a checkout changes the time and not the content: only reading it tells.
    now = fingerprint(path, check)
    return now if now.sha256 == recorded.sha256 else None


def has_changed(path: Path, recorded: Fingerprint) -> bool:
    """Whether the file is seen to differ in size or time; one that is gone is not seen to."""
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) != (recorded.size, recorded.mtime_ns)


def location_of(path: Path) -> str:
    """Where a file is: links among its folders are resolved, its own name stands: a link is itself."""
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 - a Path for every file is slow
    return os.path.join(_real_folder(folder), name)  # noqa: PTH118


@lru_cache(maxsize=1024)
def _real_folder(path: str) -> str:
    """The folder with all links resolved; asked of the disk once, not for each of its files."""
    return os.path.realpath(path)
