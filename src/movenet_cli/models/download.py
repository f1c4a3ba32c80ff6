"""An http(s) address in, a file on disk and its sha256 out; a cut, stalled or wrong answer is an error."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3.exceptions as transport
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from movenet_cli import __version__
from movenet_cli.errors import UsageError

MAX_BYTES: Final = 256_000_000
"""No MoveNet is a tenth of this size."""

_CONNECT_SECONDS: Final = 10.0
_READ_SECONDS: Final = 30.0
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
_CHUNK: Final = 1 << 18

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
        UsageError: the mirror is no http(s) address.
    """
    if not mirror:
        return url
    base = urlsplit(mirror)
    if base.scheme not in ("http", "https") or not base.netloc or base.query or base.fragment:
        raise UsageError(f"{mirror!r} is no mirror: give a base address such as https://models.example.org")
    original = urlsplit(url)
    return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + original.path, original.query, ""))


def without_password(url: str) -> str:
    """An address as it may be shown and kept: without user name and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def download(url: str, target: Path, progress: Callable[[int, int | None], None]) -> str:
    """Download a file, following redirects; proxies are taken from the environment.

    Args:
        url: http or https.
        target: the file to write; what stands there after an error is worthless.
        progress: called with the bytes received so far and the number expected, None when unknown.

    Returns:
        The sha256 of the file, in hex.

    Raises:
        DownloadError: the address did not give a whole file.
        OSError: the file cannot be written.
    """
    try:
        with requests.Session() as session:
            session.max_redirects = _MAX_REDIRECTS
            session.mount("http://", HTTPAdapter(max_retries=_RETRY))
            session.mount("https://", HTTPAdapter(max_retries=_RETRY))
            session.headers.update(
                {"User-Agent": f"movenet-cli/{__version__}", "Accept-Encoding": "identity"}
            )
            with session.get(url, stream=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS)) as response:
                length = _expected_length(response)
                return _save(response, target, length, progress)
    except (requests.RequestException, transport.HTTPError) as error:
        raise DownloadError(_reason(error)) from error


def _expected_length(response: requests.Response) -> int | None:
    """Refuse what is no model; return the number of bytes to come, None when they come in marked chunks."""
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
    return int(length)


def _save(
    response: requests.Response, target: Path, length: int | None, progress: Callable[[int, int | None], None]
) -> str:
    """Write the body as it was sent, whatever encoding it claims, and hash it; urllib3 counts the bytes."""
    digest, received = hashlib.sha256(), 0
    with target.open("wb") as stream:
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            received += len(chunk)
            if max(received, length or 0) > MAX_BYTES:
                raise DownloadError(f"larger than {MAX_BYTES // 10**6} MB, so no MoveNet")
            stream.write(chunk)
            digest.update(chunk)
            progress(received, length)
    return digest.hexdigest()


def _reason(error: Exception) -> str:
    """The innermost cause that can be put in words."""
    inner = error.args[0] if error.args else None
    causes = (getattr(inner, "reason", None), inner, error)
    return next(words for kind, words in _REASONS for cause in causes if isinstance(cause, kind))
