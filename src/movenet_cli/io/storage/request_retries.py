"""Repeats requests to a store while it refuses for what may pass, no longer than somebody would wait."""

import errno
import logging
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from movenet_cli.core.cancellation import Cancelled
from movenet_cli.errors import SHORTAGE, MovenetError

log = logging.getLogger(__name__)

LIMIT: Final = 120.0
"""Seconds for which a store may refuse everything."""

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 10.0
_STEP: Final = 0.2

_FINAL_NAMES: Final = {
    *("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound"),  # S3
    *("ParamValidationError", "InvalidRegionError", "UnauthorizedSSOTokenError", "TokenRetrievalError"),
    *("DefaultCredentialsError", "RefreshError"),  # Google
    *("ClientAuthenticationError", "ResourceNotFoundError"),  # Azure
}
"""Errors of the stores' libraries that no waiting mends."""

_FINAL_NUMBERS: Final = {
    *(errno.EINVAL, errno.EPERM, errno.ENOSYS, errno.ENOENT, errno.ENAMETOOLONG, errno.ENOSPC),
    getattr(errno, "EREMCHG", errno.ENOENT),
}
_FINAL: Final = (
    *(FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError, NotImplementedError),
    *(ValueError, TypeError, AttributeError, KeyError, ImportError),
)

T = TypeVar("T")


def is_final(error: Exception) -> bool:
    """Whether another attempt cannot change it."""
    if type(error).__name__ in _FINAL_NAMES or isinstance(error, _FINAL):
        return True
    return isinstance(error, OSError) and error.errno in _FINAL_NUMBERS


class RequestRetries:
    """Repeats requests to one store; safe to use from several threads, which wait together.

    Args:
        name: of the store, for messages.
        reason: an error in words.
    """

    def __init__(self, name: str, reason: Callable[[Exception], str]) -> None:
        self._name = name
        self._reason = reason
        self._lock = threading.Lock()
        self._down_since: float | None = None
        self._halted = threading.Event()

    def halt(self) -> None:
        """From now on every request is made once."""
        self._halted.set()

    def __call__(self, request: Callable[[], T], check: Callable[[], None] = lambda: None) -> T:
        """The result of a request.

        Args:
            request: may be called several times.
            check: called while waiting; may raise to give up.

        Raises:
            Exception: what the request raises in the end.
        """
        pause = FIRST_PAUSE
        while True:
            check()
            try:
                result = request()
            except (MovenetError, Cancelled, *SHORTAGE):
                raise
            except Exception as error:
                if is_final(error) or not self._may_wait(error):
                    raise
            except KeyboardInterrupt:
                self.halt()
                raise
            else:
                if self._down_since is not None:
                    self._is_back()
                return result
            self._wait(pause, check)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _may_wait(self, error: Exception) -> bool:
        """Note that the store refuses; whether it is worth to wait."""
        with self._lock:
            if self._halted.is_set():
                return False
            if self._down_since is None:
                self._down_since = time.monotonic()
                reason = self._reason(error)
                log.warning("%s refuses (%s): waiting, for up to %.0f seconds", self._name, reason, LIMIT)
            return time.monotonic() - self._down_since < LIMIT

    def _is_back(self) -> None:
        with self._lock:
            if self._down_since is not None:
                log.warning("%s takes requests again: going on", self._name)
                self._down_since = None

    def _wait(self, seconds: float, check: Callable[[], None]) -> None:
        end = time.monotonic() + seconds
        try:
            while (left := end - time.monotonic()) > 0 and not self._halted.wait(min(left, _STEP)):
                check()
        except KeyboardInterrupt:
            self.halt()
            raise
