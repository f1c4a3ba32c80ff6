"""Where results are: a path, or the address of a folder in an object store."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from movenet_cli.errors import UsageError
from movenet_cli.io.address import public_address, scheme_of
from movenet_cli.io.object_store import PACKAGES
from movenet_cli.io.storage.interface import Storage
from movenet_cli.io.storage.local_storage import LocalStorage

_BROKEN: Final = re.compile(r"([a-z0-9]+):/(?!/)")
"""What a `Path` makes of an address."""

SHOWN: Final = ("s3", "gs", "az")


def open_storage(place: Path | str | Storage, *, offline: bool = False) -> Storage:
    """The storage of a results folder.

    Args:
        place: a path, an address, or what this has made of one.
        offline: whether the network must not be touched.

    Raises:
        UsageError: no results can be at such an address, or what reaches it is not installed.
    """
    if isinstance(place, Storage):
        return place
    scheme = scheme_of(place) if isinstance(place, str) else None
    if scheme is None:
        if (broken := _BROKEN.match(str(place))) and broken[1] in PACKAGES:
            meant = str(place).replace(":/", "://", 1)
            raise UsageError(f"{place} lacks a slash: write {meant} (in Python as text, not as a Path)")
        return LocalStorage(Path(place))
    if scheme == "file":
        return LocalStorage(_path_of(str(place)))
    if scheme not in PACKAGES:
        stores = ", ".join(f"{each}://" for each in SHOWN)
        raise UsageError(
            f"results cannot be at {public_address(str(place))}: choose a folder, or one of an object store "
            f"({stores})"
        )
    if offline:
        raise UsageError(
            f"--offline (MOVENET_OFFLINE) forbids addresses such as {public_address(str(place))}"
        )
    from movenet_cli.io.storage.object_storage import ObjectStorage  # noqa: PLC0415 - only where there is an address

    return ObjectStorage(str(place))


def _path_of(url: str) -> Path:
    """The path of a `file://` address.

    Raises:
        UsageError: it is on another machine.
    """
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path:
        raise UsageError(f"{url} is no path of this machine: it must begin with file:///")
    return Path(url2pathname(parts.path))
