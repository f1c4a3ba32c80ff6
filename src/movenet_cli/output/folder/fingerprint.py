"""An input's fingerprint (size, time of its last change, sha256), by which a later run knows it again."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from movenet_cli.core.inputs import FileStatus, InputFile
from movenet_cli.errors import MediaError
from movenet_cli.io.input_content import input_sha256, input_status

Reading = Literal["never", "when touched", "always"]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """An input's identity.

    Attributes:
        size: bytes.
        mtime_ns: time of its last change, nanoseconds; or what there is instead, see `FileStatus.stamp`.
        sha256: of its content.
    """

    size: int
    mtime_ns: int
    sha256: str


def fingerprint(file: InputFile | Path, check: Callable[[], None] = lambda: None) -> Fingerprint:
    """Read an input's identity.

    Args:
        file: the input, which is on this machine.
        check: called every megabyte; may raise to give up.

    Raises:
        MediaError: when it cannot be read.
    """
    try:
        # The status comes first: a file that is written to meanwhile shows as changed afterwards.
        status = input_status(file, check)
        sha256 = input_sha256(file, check)
    except OSError as error:
        raise MediaError(f"cannot read it: {error.strerror}") from error
    if status is None:
        raise MediaError("it is not on this machine")
    return Fingerprint(status.size, status.stamp, sha256)


def same_content(
    recorded: Fingerprint | None,
    file: InputFile | Path,
    check: Callable[[], None] = lambda: None,
    *,
    read: Reading = "when touched",
) -> Fingerprint | None:
    """The input's fingerprint now, when its content is the recorded one; None when it is not.

    Args:
        recorded: by an earlier run; None when that could not read the input.
        file: the input. One that is elsewhere is asked about, and not read: it is first copied.
        check: called every megabyte that is read; may raise to give up.
        read: when the content is read; without reading it, another time counts as another content. An input
            that is elsewhere is not even asked about then, and counts as the same: there may be thousands.

    Raises:
        MediaError: when the input cannot be read.
    """
    is_elsewhere = isinstance(file, InputFile) and file.url is not None
    if is_elsewhere and read != "when touched":
        return recorded if read == "never" else None
    try:
        status = input_status(file, check)
    except OSError as error:
        raise MediaError(f"cannot read it: {error.strerror}") from error
    if recorded is None or status is None or status.size != recorded.size:
        return None
    if read != "always" and status.stamp == recorded.mtime_ns:
        return recorded
    if read == "never" or is_elsewhere:
        return None
    # A copy or a checkout changes the time and not the content: only reading it tells.
    now = fingerprint(file, check)
    return now if now.sha256 == recorded.sha256 else None


def has_changed(file: InputFile | Path, recorded: Fingerprint) -> bool:
    """Whether the input is seen to differ in size or time; one that is gone or elsewhere is not seen to."""
    if isinstance(file, InputFile) and file.url is not None:
        return False
    try:
        status = input_status(file)
    except OSError:
        return False
    return status is not None and status != FileStatus(recorded.size, recorded.mtime_ns)


def location_of(file: InputFile | Path) -> str:
    """Where an input is: links among its folders are resolved, its own name stands: a link is itself."""
    if isinstance(file, InputFile) and file.origin is not None:
        return file.origin
    path = file.path if isinstance(file, InputFile) else file
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 - a Path for every file is slow
    return os.path.join(_real_folder(folder), name)  # noqa: PTH118


@lru_cache(maxsize=1024)
def _real_folder(path: str) -> str:
    """The folder with all links resolved; asked of the disk once, not for each of its files."""
    return os.path.realpath(path)
