"""Bytes received in, a progress bar on standard error out."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tqdm import tqdm

from movenet_cli.models.fetch import Progress


@contextmanager
def download_bar(*, disable: bool | None = None) -> Iterator[Progress]:
    """Draw one bar per model while the block fetches models.

    Args:
        disable: draw nothing; None means only on a terminal.
    """
    bars: dict[str, tqdm] = {}  # type: ignore[type-arg]
    with ExitStack() as stack:

        def progress(name: str, received: int, expected: int | None) -> None:
            if name not in bars:
                bar = tqdm(
                    desc=name, unit="B", unit_scale=True, file=sys.stderr, disable=disable, leave=False
                )
                bars[name] = stack.enter_context(bar)
            bars[name].total = expected
            bars[name].update(received - bars[name].n)

        yield progress
