"""A download over http(s): a whole file, or an error for every way an answer can be cut, slow or wrong."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3.exceptions as transport
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from movenet_cli import __version__
from movenet_cli.errors import UsageError

MAX_BYTES: Final = 256_000_000
"""The largest MoveNet has less than a fifth of it."""

_MOST_DIGITS: Final = 15
_TOO_LARGE: Final = f"larger than {MAX_BYTES // 10**6} MB, so it is not a MoveNet"

_CONNECT_SECONDS: Final = 10.0
_READ_SECONDS: Final = 30.0
_SLOW_SECONDS: Final = 90.0
_SLOW_BYTES: Final = 90_000
"""Fewer bytes than these in so many seconds are too slow: the smallest model would take most of an hour."""
_LONGEST_SECONDS: Final = 3600.0
_RETRY: Final = Retry(
    total=3,
    connect=2,
    read=1,
    backoff_factor=0.5,
    status_forcelist=(429, 500, 502, 503, 504),
    allowed_methods=("GET",),
    raise_on_status=False,
    respect_retry_after_header=False,  # it may ask for an hour
)
_MAX_REDIRECTS: Final = 10
_CHUNK: Final = 1 << 14

_REASONS: Final = (
    (transport.ProxyError, "the proxy does not let it through"),
    (transport.SSLError, "its TLS certificate is not accepted"),
    (transport.NameResolutionError, "the host is not found"),
    (transport.NewConnectionError, "no connection"),
    (transport.ConnectTimeoutError, "no connection in time"),
    (transport.ReadTimeoutError, "the server stopped answering"),
    (transport.ProtocolError, "the connection was cut"),
    (requests.TooManyRedirects, "too many redirects"),
    (requests.RequestException, "not a usable address"),
    (transport.HTTPError, "a broken answer"),
)
"""What went wrong, in words; the first class that fits counts."""


class DownloadError(Exception):
    """One address did not give the file; `str(error)` is the reason in a few words."""


def mirrored(url: str, mirror: str | None) -> str:
    """The same path and query on a server of one's own.

    With the mirror `http://models.lan/hub`, `https://tfhub.dev/google/a/4?x=y` becomes
    `http://models.lan/hub/google/a/4?x=y`, and likewise for every other host.

    Raises:
        UsageError: the mirror is not an http(s) address.
    """
    if not mirror:
        return url
    base = urlsplit(mirror)
    if base.scheme not in ("http", "https") or not base.netloc or base.query or base.fragment:
        raise UsageError(
            f"{mirror!r} is not a mirror: give a base address such as https://models.example.org"
        )
    original = urlsplit(url)
    return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + original.path, original.query, ""))


def without_password(url: str) -> str:
    """An address as it may be shown and kept: without user name and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def download(url: str, target: Path, progress: Callable[[int, int | None], None]) -> None:
    """Download a file, following redirects; proxies are taken from the environment.

    Args:
        url: http or https.
        target: the file to write; what stands there after an error is worthless.
        progress: called with the bytes received so far and the number expected, None when unknown.

    Raises:
        DownloadError: the address did not give a whole file.
        OSError: the file cannot be written.
    """
    transfer = _Transfer(url, target, progress)
    transfer.start()
    try:
        _wait(transfer)
    finally:
        transfer.give_up()
    if transfer.error is not None:
        raise transfer.error


def _wait(transfer: "_Transfer") -> None:
    """Wait for a transfer, but not for ever.

    The timeouts of a request hold for each read by itself, and a server that sends a byte now and then keeps
    them all. So the transfer has a thread of its own, and this one looks at how far it has come.
    """
    started = time.monotonic()
    while True:
        before = transfer.received
        transfer.join(_SLOW_SECONDS)
        if not transfer.is_alive():
            return
        if transfer.received - before < _SLOW_BYTES:
            raise DownloadError("the server is too slow")
        if time.monotonic() - started > _LONGEST_SECONDS:
            raise DownloadError("the server takes longer than an hour")


class _Transfer(threading.Thread):
    """One download in a thread of its own, which nobody waits for once it is given up.

    Attributes:
        received: bytes of the body so far.
        error: what went wrong.
        given_up: set to make it end with the next bytes that come.
    """

    def __init__(self, url: str, target: Path, progress: Callable[[int, int | None], None]) -> None:
        super().__init__(daemon=True)
        self.received = 0
        self.error: Exception | None = None
        self.given_up = threading.Event()
        self._opening = threading.Lock()
        self._url = url
        self._target = target
        self._progress = progress

    def give_up(self) -> None:
        """End with the next bytes that come, and make no file any more: its folder may be removed now."""
        with self._opening:
            self.given_up.set()

    def run(self) -> None:
        """Download."""
        try:
            self._get()
        except Exception as error:  # noqa: BLE001 - raised by the thread that waits
            self.error = error

    def _get(self) -> None:
        try:
            with requests.Session() as session:
                session.max_redirects = _MAX_REDIRECTS
                session.mount("http://", HTTPAdapter(max_retries=_RETRY))
                session.mount("https://", HTTPAdapter(max_retries=_RETRY))
                session.headers.update(
                    {"User-Agent": f"movenet-cli/{__version__}", "Accept-Encoding": "identity"}
                )
                with session.get(
                    self._url, stream=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS)
                ) as response:
                    self._save(response, _expected_length(response))
        except (requests.RequestException, transport.HTTPError) as error:
            raise DownloadError(_reason(error)) from error
        except ValueError as error:  # what Python's own parsers make of a redirection's address
            raise DownloadError("a broken answer") from error

    def _open(self) -> BinaryIO:
        with self._opening:
            if self.given_up.is_set():
                raise DownloadError("given up")
            return self._target.open("wb")

    def _save(self, response: requests.Response, length: int | None) -> None:
        """Write the body as it was sent, whatever encoding it claims; urllib3 counts the bytes."""
        with self._open() as stream:
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                self.received += len(chunk)
                if self.received > MAX_BYTES:
                    raise DownloadError(_TOO_LARGE)
                if self.given_up.is_set():
                    raise DownloadError("given up")
                stream.write(chunk)
                self._progress(self.received, length)


def _expected_length(response: requests.Response) -> int | None:
    """Refuse what cannot be a model; the number of bytes to come, None when they come in marked chunks."""
    hops = [hop.url for hop in (*response.history, response)]
    if response.status_code != requests.codes.ok:
        raise DownloadError(f"HTTP {response.status_code} for {urlsplit(hops[0]).path}")
    if hops[0].startswith("https:") and any(hop.startswith("http:") for hop in hops):
        raise DownloadError("it redirects to an address without encryption")
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise DownloadError("a web page came instead of a model")
    if response.headers.get("Transfer-Encoding", "").lower() == "chunked":
        return None
    length = response.headers.get("Content-Length", "")
    if not length.isdecimal():
        raise DownloadError("the server does not say how long the file is, so a cut would go unnoticed")
    if len(length) > _MOST_DIGITS or int(length) > MAX_BYTES:
        raise DownloadError(_TOO_LARGE)
    return int(length)


def _reason(error: Exception) -> str:
    """The innermost cause that can be put in words."""
    inner = error.args[0] if error.args else None
    causes = (getattr(inner, "reason", None), inner, error)
    return next(words for kind, words in _REASONS for cause in causes if isinstance(cause, kind))
