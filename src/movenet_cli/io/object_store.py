"""Objects of stores (s3://, gs://, az://, …) by way of fsspec: listed, asked about, and copied whole."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

from movenet_cli.core.cancellation import Cancelled
from movenet_cli.core.inputs import FileStatus
from movenet_cli.errors import SHORTAGE, MediaError, MovenetError, UsageError
from movenet_cli.io.disk_room import DiskRoom, write_failed
from movenet_cli.io.stamp import stamp_of

PACKAGES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("az", "abfs", "abfss"), "adlfs"),
}
"""Scheme to the package that reads it; each is an extra of this one."""

_ATTEMPTS: Final = 3
_CHUNK: Final = 1 << 20
_VERSIONS: Final = ("etag", "generation", "md5hash", "lastmodified", "last_modified", "mtime", "updated")
"""What differs between versions of an object, as stores call it, in lower case; the first one counts."""

_REASONS: Final = {
    "NoCredentialsError": "there are no credentials for it",
    "EndpointConnectionError": "no connection",
    "ConnectTimeoutError": "no connection in time",
    "ReadTimeoutError": "the store stopped answering",
}
"""Errors that are no `OSError`, by the names that they have in the stores' libraries."""

_FINAL: Final = (FileNotFoundError, PermissionError, IsADirectoryError)
"""What another attempt does not change."""


class _BrokenCopyError(Exception):
    """A copy that is not the object, and why."""


def open_files(url: str, **options: Any) -> tuple[Any, str]:
    """The store that an address leads to: a file system of fsspec, and the path there.

    Args:
        url: the address of an object or of a folder of them.
        options: of the file system.

    Raises:
        UsageError: what reads such addresses is not installed.
        MediaError: the address is not enough to reach it.
    """
    scheme = url.partition("://")[0].lower()
    try:
        import fsspec  # noqa: PLC0415 - an extra

        if "::" in url:  # fsspec would put one file system upon another, such as the local one
            raise ValueError("a chain of addresses")
        kind = fsspec.get_filesystem_class(scheme)
    except (ImportError, ValueError) as error:
        raise _cannot_read(scheme) from error
    try:
        files = kind(**kind._get_kwargs_from_urls(url), use_listings_cache=False, **options)
        return files, str(kind._strip_protocol(url))
    except ValueError as error:  # such as an account that is named nowhere
        raise MediaError(f"its store cannot be used: {error}") from error


class Store:
    """Objects to read; arguments and errors as `open_files`."""

    def __init__(self, url: str) -> None:
        self._files, self._path = open_files(url)

    def kind(self) -> str:
        """`file` or `directory`.

        Raises:
            MediaError: there is neither, or it cannot be asked for.
        """
        return str(_retried(lambda: self._files.info(self._path), lambda: None)["type"])

    def names(self) -> list[str]:
        """Every object below this folder, relative to it, in no order.

        Raises:
            MediaError: the folder cannot be listed.
        """
        root = self._path.rstrip("/") + "/"
        found = _retried(lambda: self._files.find(root), lambda: None)
        return [name.removeprefix(root) for name in found if name.startswith(root) and name != root]

    def status(self, check: Callable[[], None]) -> FileStatus | None:
        """What the store says of the object's version; None when it does not say enough to rely on.

        Raises:
            MediaError: it cannot be had.
        """
        return _status(_retried(lambda: self._files.info(self._path), check))

    def copy(self, target: Path, check: Callable[[], None]) -> FileStatus | None:
        """Copy the object; see `copy_web_file`."""
        return cast(FileStatus | None, _retried(lambda: self._copy(target, check), check))

    def _copy(self, target: Path, check: Callable[[], None]) -> FileStatus | None:
        before = self._files.info(self._path)
        room, size = DiskRoom(target.parent), 0
        with self._files.open(self._path, "rb") as source, _opened(target) as copy:
            while chunk := source.read(_CHUNK):
                check()
                size += len(chunk)
                room.check(size, before["size"])
                try:
                    copy.write(chunk)
                except OSError as error:
                    raise write_failed(error, target.parent) from error
        if size != before["size"]:
            raise _BrokenCopyError(f"{size:,} of {before['size']:,} bytes came")
        if _status(self._files.info(self._path)) != _status(before):
            raise _BrokenCopyError("it changed while it was copied")
        return _status(before)


def _opened(target: Path) -> Any:
    try:
        return target.open("wb")
    except OSError as error:
        raise write_failed(error, target.parent) from error


def _retried(action: Callable[[], Any], check: Callable[[], None]) -> Any:
    """The result of an action, which is repeated when it fails for what may pass.

    Raises:
        MediaError: it fails all the same.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        check()
        try:
            return action()
        except (MovenetError, Cancelled, *SHORTAGE):
            raise
        except Exception as error:
            if isinstance(error, _FINAL) or type(error).__name__ in _REASONS or attempt == _ATTEMPTS:
                raise MediaError(f"cannot be read from its store: {_reason(error)}") from error
    raise AssertionError("the last attempt returns or raises")


def _status(info: Mapping[str, Any]) -> FileStatus | None:
    known = {name.lower(): value for name, value in info.items()}
    version = next((known[name] for name in _VERSIONS if known.get(name)), None)
    size = known.get("size")
    if version is None or not isinstance(size, int):
        return None
    return FileStatus(size, stamp_of(str(version)))


def _cannot_read(scheme: str) -> UsageError:
    if scheme in PACKAGES:
        return UsageError(f"{scheme}:// cannot be read without a package: pip install {PACKAGES[scheme]}")
    return UsageError(
        f"{scheme}:// cannot be read; inputs are paths, https:// addresses and, with fsspec installed, what "
        "it has a file system for, such as s3://"
    )


def _reason(error: Exception) -> str:
    """In words; not the error's own, which may repeat a signed address."""
    if isinstance(error, FileNotFoundError):
        return "there is no such object"
    if isinstance(error, PermissionError):
        return "access is denied"
    if isinstance(error, _BrokenCopyError):
        return str(error)
    return _REASONS.get(type(error).__name__, f"{type(error).__name__} came instead")
