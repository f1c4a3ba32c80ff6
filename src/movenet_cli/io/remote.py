"""Files at addresses, whatever the scheme: asked about, and copied to this machine."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from movenet_cli.core.inputs import FileStatus
from movenet_cli.io.address import WEB, scheme_of

_TELL_ADDRESSES: Final = ("urllib3", "aiohttp", "aiobotocore", "botocore", "fsspec", "s3fs", "gcsfs", "adlfs")
"""Libraries whose messages hold whole addresses and headers, with passwords and signatures."""

# What talks to servers is imported only where there is an address: a run over files starts without it.


def silence_libraries() -> None:
    """Let no library that talks to servers log what holds an address."""
    for name in _TELL_ADDRESSES:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def remote_status(url: str, check: Callable[[], None] = lambda: None) -> FileStatus | None:
    """What is said of a file's version where it lies; None when that is not enough to rely on.

    Args:
        url: its address.
        check: called now and then; may raise to give up.

    Raises:
        MediaError: it cannot be had.
        UsageError: what reads such addresses is not installed.
    """
    if scheme_of(url) in WEB:
        from movenet_cli.io.web_file import status_of_web_file  # noqa: PLC0415

        return status_of_web_file(url, check)
    from movenet_cli.io.object_store import Store  # noqa: PLC0415

    return Store(url).status(check)


def copy_remote(url: str, target: Path, check: Callable[[], None] = lambda: None) -> FileStatus | None:
    """Copy a file, whole or not at all.

    Args:
        url: its address.
        target: where to write it; what stands there after an error is worthless.
        check: as for `remote_status`.

    Returns:
        See `remote_status`; of the version that was copied.

    Raises:
        MediaError: it cannot be had whole, or there is no room for it.
        UsageError: what reads such addresses is not installed.
    """
    if scheme_of(url) in WEB:
        from movenet_cli.io.web_file import copy_web_file  # noqa: PLC0415

        return copy_web_file(url, target, check)
    from movenet_cli.io.object_store import Store  # noqa: PLC0415

    return Store(url).copy(target, check)
