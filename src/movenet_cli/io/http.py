"""Downloads over http(s): a whole file, or an error for every way an answer can be cut, slow or wrong."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urlsplit

import requests
import urllib3.exceptions as transport
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.util import Retry

from movenet_cli import __version__

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 30.0
SLOW_SECONDS: Final = 90.0
SLOW_BYTES: Final = 90_000
"""Fewer bytes than these in so many seconds are too slow: the smallest model would take most of an hour."""
RETRY: Final = Retry(
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
_MOST_DIGITS: Final = 15
"""No file's length has more."""
_LOOK: Final = 0.2
"""Seconds between two looks at a transfer."""

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

Headers = CaseInsensitiveDict[str]


class DownloadError(Exception):
    """One address did not give the file; `str(error)` is the reason in a few words.

    Attributes:
        broke_off: whether it began to come: another attempt may bring all of it.
    """

    def __init__(self, reason: str, *, broke_off: bool = False) -> None:
        super().__init__(reason)
        self.broke_off = broke_off


def download(
    url: str,
    target: Path | None,
    admit: Callable[[requests.Response], int | None],
    *,
    receive: Callable[[int, int | None], None] = lambda *_: None,
    check: Callable[[], None] = lambda: None,
    longest: float | None = None,
) -> Headers:
    """Download a file, following redirects; proxies are taken from the environment.

    Args:
        url: http or https.
        target: the file to write; what stands there after an error is worthless. None: only ask.
        admit: looks at the head of the answer; refuses it by an error, or tells how many bytes are to come.
        receive: called with the bytes received so far, and what `admit` told; may refuse more.
        check: called several times a second; may raise to give up.
        longest: seconds that it may take in all; None for any number.

    Returns:
        The head of the answer.

    Raises:
        DownloadError: the address did not give a whole file.
        OSError: the file cannot be written.
    """
    transfer = _Transfer(url, target, admit, receive)
    transfer.start()
    try:
        _wait(transfer, check, longest)
    finally:
        transfer.give_up()
    if transfer.error is not None:
        raise transfer.error
    return transfer.headers


def _wait(transfer: "_Transfer", check: Callable[[], None], longest: float | None) -> None:
    """Wait for a transfer, but not for ever.

    The timeouts of a request hold for each read by itself, and a server that sends a byte now and then keeps
    them all. So the transfer has a thread of its own, and this one looks at how far it has come.
    """
    started = since = time.monotonic()
    before = 0
    while True:
        transfer.join(min(_LOOK, SLOW_SECONDS))
        if not transfer.is_alive():
            return
        check()
        now = time.monotonic()
        if now - since >= SLOW_SECONDS:
            if transfer.received - before < SLOW_BYTES:
                raise DownloadError("the server is too slow")
            since, before = now, transfer.received
        if longest is not None and now - started > longest:
            raise DownloadError("the server takes longer than an hour")


class _Transfer(threading.Thread):
    """One download in a thread of its own, which nobody waits for once it is given up.

    Attributes:
        received: bytes of the body so far.
        headers: of the answer.
        error: what went wrong.
        given_up: set to make it end with the next bytes that come.
    """

    def __init__(
        self,
        url: str,
        target: Path | None,
        admit: Callable[[requests.Response], int | None],
        receive: Callable[[int, int | None], None],
    ) -> None:
        super().__init__(daemon=True)
        self.received = 0
        self.headers: Headers = CaseInsensitiveDict()
        self.error: Exception | None = None
        self.given_up = threading.Event()
        self._opening = threading.Lock()
        self._url = url
        self._target = target
        self._admit = admit
        self._receive = receive

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
                session.mount("http://", HTTPAdapter(max_retries=RETRY))
                session.mount("https://", HTTPAdapter(max_retries=RETRY))
                session.headers.update(
                    {"User-Agent": f"movenet-cli/{__version__}", "Accept-Encoding": "identity"}
                )
                with session.get(self._url, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as response:
                    check_head(response)
                    length = self._admit(response)
                    self.headers = response.headers
                    if self._target is not None:
                        self._save(self._target, response, length)
        except (requests.RequestException, transport.HTTPError) as error:
            raise DownloadError(_reason(error), broke_off=self.received > 0) from error
        except ValueError as error:  # what Python's own parsers make of a redirection's address
            raise DownloadError("a broken answer") from error

    def _open(self, target: Path) -> BinaryIO:
        with self._opening:
            if self.given_up.is_set():
                raise DownloadError("given up")
            return target.open("wb")

    def _save(self, target: Path, response: requests.Response, length: int | None) -> None:
        """Write the body as it was sent, whatever encoding it claims; urllib3 counts the bytes."""
        with self._open(target) as stream:
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                self.received += len(chunk)
                if self.given_up.is_set():
                    raise DownloadError("given up")
                self._receive(self.received, length)
                stream.write(chunk)


def check_head(response: requests.Response) -> None:
    """Refuse an answer that is not the file, or that came by a way that was not asked for."""
    hops = [hop.url for hop in (*response.history, response)]
    if response.status_code != requests.codes.ok:
        raise DownloadError(f"HTTP {response.status_code} for {urlsplit(hops[0]).path}")
    if hops[0].startswith("https:") and any(hop.startswith("http:") for hop in hops):
        raise DownloadError("it redirects to an address without encryption")


def announced_length(response: requests.Response) -> int | None:
    """The number of bytes to come; None when they come in chunks, the last of which is marked.

    Raises:
        DownloadError: nothing would tell a file that was cut.
    """
    if response.headers.get("Transfer-Encoding", "").lower() == "chunked":
        return None
    length = response.headers.get("Content-Length", "")
    if not length.isdecimal():
        raise DownloadError("the server does not say how long the file is, so a cut would go unnoticed")
    return int(length) if len(length) <= _MOST_DIGITS else 10**_MOST_DIGITS


def _reason(error: Exception) -> str:
    """The innermost cause that can be put in words."""
    inner = error.args[0] if error.args else None
    causes = (getattr(inner, "reason", None), inner, error)
    return next(words for kind, words in _REASONS for cause in causes if isinstance(cause, kind))
