"""The progress bar of a download, on standard error."""

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
    """Draw a bar while the block downloads a model; it moves back when another source starts from zero.

    Args:
        disable: draw nothing; None: draw on a terminal only.
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
