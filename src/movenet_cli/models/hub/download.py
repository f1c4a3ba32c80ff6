"""Downloads models: from their own server or a mirror, and nothing that cannot be a model."""

from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import requests

from movenet_cli.errors import UsageError
from movenet_cli.io import http
from movenet_cli.io.http import DownloadError as DownloadError  # noqa: PLC0414 - what `download` raises

MAX_BYTES: Final = 256_000_000
"""The largest MoveNet has less than a fifth of it."""

_TOO_LARGE: Final = f"larger than {MAX_BYTES // 10**6} MB, so it is not a MoveNet"
_LONGEST_SECONDS: Final = 3600.0


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
    """Download a model; see `http.download`.

    Args:
        url: http or https.
        target: the file to write; what stands there after an error is worthless.
        progress: called with the bytes received so far and the number expected, None when unknown.

    Raises:
        DownloadError: the address did not give a whole file that can be a model.
        OSError: the file cannot be written.
    """

    def receive(received: int, expected: int | None) -> None:
        _check_size(received)
        progress(received, expected)

    http.download(url, target, _expected_length, receive=receive, longest=_LONGEST_SECONDS)


def _expected_length(response: requests.Response) -> int | None:
    """Refuse what cannot be a model; the number of bytes to come, None when they come in marked chunks."""
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise DownloadError("a web page came instead of a model")
    length = http.announced_length(response)
    _check_size(length or 0)
    return length


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise DownloadError(_TOO_LARGE)
