"""Copies of objects on this machine, fetched side by side, and the folders that they are in."""

import atexit
import contextlib
import secrets
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Final

from movenet_cli.errors import InputError
from movenet_cli.io.atomic import as_output_error
from movenet_cli.io.storage.objects import Objects
from movenet_cli.io.work_folder import work_folder

_AHEAD: Final = 16
"""Objects that are fetched before they are asked for."""


def copies_of(
    objects: Objects, paths: Iterable[str], size: Callable[[str], int | None], folder: Path
) -> Iterator[Path]:
    """A copy of each object, in order, until the next one is asked for.

    Args:
        objects: of the store.
        paths: the objects.
        size: what each must have; None when that is not known.
        folder: where the copies are made.

    Raises:
        InputError: one is not there.
        OutputError: the store does not do what it is asked.
    """

    def fetch(path: str) -> Path:
        copy = folder / secrets.token_hex(8)
        objects.fetch(path, copy, size(path))
        return copy

    def taken(path: str, future: "Future[Path]") -> Iterator[Path]:
        try:
            copy = future.result()
        except FileNotFoundError as error:
            place = f"{objects.name}/{path}"
            raise InputError(
                f"cannot read {place}: it is gone; run annotate again with --overwrite"
            ) from error
        try:
            yield copy
        finally:
            copy.unlink(missing_ok=True)

    waiting: deque[tuple[str, Future[Path]]] = deque()
    with ThreadPoolExecutor(_AHEAD, "movenet-fetch") as pool:
        try:
            for path in paths:
                waiting.append((path, pool.submit(fetch, path)))
                if len(waiting) > _AHEAD:
                    yield from taken(*waiting.popleft())
            while waiting:
                yield from taken(*waiting.popleft())
        finally:
            for _, future in waiting:
                future.cancel()
                with contextlib.suppress(BaseException):
                    future.result().unlink(missing_ok=True)


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for temporary files, where TMPDIR says, for the block.

    Raises:
        OutputError: it cannot be made.
    """
    with contextlib.ExitStack() as stack:
        with as_output_error(tempfile.tempdir or "a temporary file", of_input=False):
            folder = stack.enter_context(work_folder(Path(tempfile.gettempdir())))
        yield folder


@lru_cache(maxsize=1)
def own_folder() -> Path:
    """A folder for temporary files of a process that is not the run's; it goes when the process ends."""
    stack = contextlib.ExitStack()
    folder = stack.enter_context(temporary_folder())
    atexit.register(stack.close)
    return folder
