"""Temporary folders that do not stay for ever: what a killed run leaves is removed by the next one."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from movenet_cli.io.locks import file_lock, is_free

_PREFIX: Final = ".movenet-work-"
_NEW: Final = ".movenet-new-"
_LOCK: Final = "lock"


@contextlib.contextmanager
def work_folder(parent: Path) -> Iterator[Path]:
    """A new folder in `parent` for the block; first those that nobody works in any more are removed.

    Raises:
        OSError: nothing can be made there.
    """
    # Its owner holds the lock in it as long as it lives, so a folder whose lock is free is nobody's.
    for folder in parent.glob(f"{_PREFIX}*"):
        if is_free(folder / _LOCK):
            shutil.rmtree(folder, ignore_errors=True)
    made = folder = Path(tempfile.mkdtemp(prefix=_NEW, dir=parent))
    try:
        with file_lock(made / _LOCK, protects=str(made)):
            # It has this name only now: before its lock is held, it would look like nobody's.
            folder = made.with_name(_PREFIX + made.name.removeprefix(_NEW))
            made.rename(folder)
            yield folder
    finally:
        for each in (made, folder):
            shutil.rmtree(each, ignore_errors=True)
