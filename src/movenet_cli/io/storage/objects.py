"""The objects below one address of a store, for who writes there: whole ones, each request with patience."""

import errno
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from movenet_cli.core.cancellation import Cancelled
from movenet_cli.errors import SHORTAGE, MediaError, MovenetError, OutputError
from movenet_cli.io.address import parse_address, public_address, scheme_of
from movenet_cli.io.object_store import open_files
from movenet_cli.io.storage.request_retries import RequestRetries, is_final

_GO_ON: Final = "run the same command again to go on"
_NO_CREDENTIALS: Final = {"NoCredentialsError", "PartialCredentialsError", "DefaultCredentialsError"}
_OURS: Final = (MovenetError, Cancelled, *SHORTAGE)
"""What is no error of the store."""

_NOT_KNOWN: Final = {"TypeError", "ParamValidationError"}
"""What older packages raise that do not know conditional writes."""

_EXISTS: Final = {"ResourceExistsError", "FileExistsError"}

T = TypeVar("T")


def _nothing() -> None:
    """Check nothing."""


class Objects:
    """Objects below an address; safe to use from several threads. Paths are relative, `/` between parts.

    Args:
        url: of the folder.

    Attributes:
        name: the address without what is secret.

    Raises:
        UsageError: what reaches such addresses is not installed.
        OutputError: from any method, when the store does not do what it is asked.
        FileNotFoundError: from those that read, when there is no such object.
    """

    def __init__(self, url: str) -> None:
        self.name = public_address(url).rstrip("/")
        options: dict[str, Any] = {}
        if scheme_of(url) in ("s3", "s3a"):
            options["config_kwargs"] = {"retries": {"max_attempts": 0}}  # ours are told of
        try:
            parse_address(url)
            self._files, path = open_files(url, **options)
        except (MediaError, ValueError) as error:
            raise OutputError(f"{self.name}: {error}; choose another folder with --output") from error
        if hasattr(self._files, "retries"):
            self._files.retries = 1
        self._root = path.rstrip("/") + "/"
        self._retries = RequestRetries(self.name, _reason)

    def halt(self) -> None:
        """From now on every request is made once."""
        self._retries.halt()

    def find(self, folder: str = "") -> dict[str, int]:
        """All objects below a folder, with their sizes."""
        start = f"{self._root}{folder}".rstrip("/") + "/"

        def find() -> dict[str, Any]:
            try:
                return cast(dict[str, Any], self._files.find(start, detail=True))
            except FileNotFoundError as error:
                if self._is_there():
                    return {}
                raise self._explained(error, "read", folder) from error

        found = self._read(folder, find)
        below = {name: info for name, info in found.items() if name.startswith(start) and name != start}
        return {
            name.removeprefix(self._root): int(info.get("size") or 0)
            for name, info in below.items()
            if not name.endswith("/")
        }

    def read(self, path: str) -> bytes:
        """An object's content."""
        return bytes(self._read(path, lambda: self._files.cat_file(self._root + path)))

    def exists(self, path: str) -> bool:
        """Whether there is such an object."""
        return bool(self._read(path, lambda: self._files.exists(self._root + path)))

    def fetch(self, path: str, target: Path, size: int | None = None) -> None:
        """Copy an object to this machine; `size` is what it must have."""

        def get() -> None:
            self._files.get_file(self._root + path, str(target))
            if size is not None and target.stat().st_size != size:
                raise OSError(errno.EIO, "the copy is not whole")

        self._read(path, get)

    def changed(self, path: str) -> datetime:
        """When an object was last written, by the store's clock."""
        return cast(datetime, self._read(path, lambda: self._files.modified(self._root + path)))

    def write(self, path: str, data: bytes) -> None:
        """Write an object."""
        self._write(path, lambda: self._files.pipe_file(self._root + path, data), _nothing)

    def create(self, path: str, data: bytes) -> bool:
        """Write an object where there is none; whether there was none. Some stores cannot tell, and write."""

        def make() -> bool:
            try:
                self._files.pipe_file(self._root + path, data, mode="create")
            except Exception as error:
                if type(error).__name__ in _EXISTS or "precondition" in str(error).lower():
                    return False
                if type(error).__name__ not in _NOT_KNOWN:
                    raise
                self._files.pipe_file(self._root + path, data)
            return True

        return self._write(path, make, _nothing)

    def upload(self, source: Path, path: str, check: Callable[[], None] = _nothing) -> None:
        """Write an object of a file."""
        self._write(path, lambda: self._files.put_file(str(source), self._root + path), check)

    def copy(self, path: str, new: str) -> None:
        """Copy an object within the store."""
        self._write(new, lambda: self._files.cp_file(self._root + path, self._root + new), _nothing)

    def remove(self, path: str) -> None:
        """Remove an object, if it is there."""

        def remove() -> None:
            try:
                self._files.rm_file(self._root + path)
            except FileNotFoundError:
                if not self._is_there():
                    raise

        self._write(path, remove, _nothing)

    def _is_there(self) -> bool:
        """Whether the store has the bucket at all."""
        return bool(self._files.exists(self._root.partition("/")[0]))

    def _read(self, path: str, request: Callable[[], T]) -> T:
        try:
            return self._retries(request)
        except (FileNotFoundError, *_OURS):
            raise
        except Exception as error:
            raise self._explained(error, "read", path) from error

    def _write(self, path: str, request: Callable[[], T], check: Callable[[], None]) -> T:
        try:
            return self._retries(request, check)
        except _OURS:
            raise
        except Exception as error:
            raise self._explained(error, "write", path) from error

    def _explained(self, error: Exception, verb: str, path: str) -> MovenetError:
        place = f"{self.name}/{path}".rstrip("/")
        if isinstance(error, UnicodeError) or getattr(error, "errno", None) == errno.ENAMETOOLONG:
            name = path.rpartition("/")[2]
            return MediaError(f"{name}: its results cannot have this name in a store; rename the input")
        if not is_final(error):
            advice = f"{_GO_ON} when it is there again"
        elif isinstance(error, FileNotFoundError):
            advice = "make it, or choose another folder with --output"
        else:
            advice = "look at its permissions and credentials, or choose another folder with --output"
        return OutputError(f"cannot {verb} {place}: {_reason(error)}; {advice}")


def _reason(error: Exception) -> str:
    """In words; not the error's own, which may repeat a secret."""
    if isinstance(error, FileNotFoundError):
        return "there is no such bucket"
    if isinstance(error, PermissionError):
        return "access is denied"
    kind = type(error).__name__
    if kind == "ParamValidationError":
        return "it is not a valid address"
    if kind in _NO_CREDENTIALS:
        return "there are no credentials for it"
    code = _code(error)
    return f"{kind} {code}" if code else kind


def _code(error: BaseException | None) -> str:
    """What a store calls its refusal, such as `SlowDown`."""
    while error is not None:
        response = getattr(error, "response", None)
        if isinstance(response, dict):
            return str(response.get("Error", {}).get("Code", ""))
        error = error.__cause__
    return ""
