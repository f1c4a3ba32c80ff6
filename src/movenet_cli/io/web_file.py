"""Input files at http(s) addresses: asked about, and copied whole or not at all."""

import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import requests

from movenet_cli.core.inputs import FileStatus
from movenet_cli.errors import MediaError
from movenet_cli.io.disk_room import DiskRoom, write_failed
from movenet_cli.io.http import DownloadError, Headers, announced_length, download
from movenet_cli.io.stamp import stamp_of

ATTEMPTS: Final = 3
PAUSE: Final = 1.0
"""Seconds before the second attempt; twice as many before the third."""
_LOOK: Final = 0.2

_SAFE_AGE: Final = timedelta(minutes=1)
"""A file that was changed less than this ago may be changed again in the same second (RFC 9110, 8.8.2.2)."""


def status_of_web_file(url: str, check: Callable[[], None]) -> FileStatus | None:
    """What its server says of a file's version; None when it does not say enough to rely on.

    The file is asked for as for a copy, and not taken: what is signed for GET answers nothing else.

    Raises:
        MediaError: it cannot be had.
    """
    try:
        return _status(download(url, None, _admit, check=check))
    except DownloadError as error:
        raise MediaError(f"cannot be downloaded: {error}") from error


def copy_web_file(url: str, target: Path, check: Callable[[], None]) -> FileStatus | None:
    """Copy a file; one that breaks off is begun again, a few times.

    Args:
        url: its address.
        target: where to write it; what stands there after an error is worthless.
        check: called several times a second; may raise to give up.

    Returns:
        See `status_of_web_file`.

    Raises:
        MediaError: it cannot be had whole, or there is no room for it.
    """
    for attempt in range(1, ATTEMPTS + 1):
        room = DiskRoom(target.parent)
        try:
            headers = download(url, target, _admit, receive=room.check, check=check)
        except DownloadError as error:
            if error.broke_off and attempt < ATTEMPTS:
                _pause(PAUSE * attempt, check)
                continue
            again = f", in each of {ATTEMPTS} attempts" if error.broke_off else ""
            raise MediaError(f"cannot be downloaded: {error}{again}") from error
        except OSError as error:
            raise write_failed(error, target.parent) from error
        return _status(headers)
    raise AssertionError("the last attempt returns or raises")


def _admit(response: requests.Response) -> int | None:
    """Refuse what cannot be an image or video; the number of bytes to come, None when it comes in chunks."""
    kind = response.headers.get("Content-Type", "").lower()
    if kind.startswith("text/html"):
        raise DownloadError("a web page came, not an image or video")
    if kind.startswith("multipart/x-mixed-replace"):
        raise DownloadError("it is a live stream; record it to a file first")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise DownloadError("the server compresses it, though it was asked not to")
    return announced_length(response)


def _status(headers: Headers) -> FileStatus | None:
    """By a strong ETag, or else by a time of change that is old enough."""
    length = headers.get("Content-Length", "")
    if "Transfer-Encoding" in headers or not length.isdecimal():
        return None
    etag, changed = headers.get("ETag", ""), headers.get("Last-Modified", "")
    if etag.startswith('"'):
        return FileStatus(int(length), stamp_of(etag))
    try:
        is_old = parsedate_to_datetime(headers.get("Date", "")) - parsedate_to_datetime(changed) >= _SAFE_AGE
    except (TypeError, ValueError):
        return None
    return FileStatus(int(length), stamp_of(changed)) if is_old else None


def _pause(seconds: float, check: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        check()
        time.sleep(_LOOK)
