"""Bytes received in, a progress bar on standard error out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tqdm import tqdm

if TYPE_CHECKING:  # a cached model is loaded without the HTTP client
    from movenet_cli.models.hub.fetch import Progress


@contextmanager
def download_bar(*, disable: bool | None = None) -> Iterator[Progress]:
    """Draw a bar while the block fetches a model; a second source that starts from zero moves it back.

    Args:
        disable: draw nothing; None means only on a terminal.
    """
    bar = tqdm(
        desc="connecting",
        unit="B",
        unit_scale=True,
        file=sys.stderr,
        disable=disable,
        leave=False,
    )

    def progress(name: str, received: int, expected: int | None) -> None:
        bar.n, bar.total = received, expected
        bar.set_description_str(name)

    with bar:
        yield progress
