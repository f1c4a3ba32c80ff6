"""What must be true of a results folder's own files and folders before a run touches them."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from movenet_cli.core.folder_names import LOCK
from movenet_cli.errors import OutputError
from movenet_cli.output.folder.journal import JOURNAL_NAME
from movenet_cli.output.folder.layout import Layout


def check_places(root: Path, layout: Layout) -> None:
    """Refuse files that are none (a link leads elsewhere, a pipe waits for ever), and folders that are none.

    Args:
        root: the results folder; it may be missing, or be a link itself.
        layout: what the run writes; what it does not write may be anything.

    Raises:
        OutputError: at the first one.
    """
    for path in (str(Path(LOCK).parent), *layout.folders):
        for folder in reversed([Path(path), *Path(path).parents][:-1]):
            _check(root / folder, stat.S_ISDIR, "folder")
    for path in (LOCK, JOURNAL_NAME, *layout.run_files):
        _check(root / path, stat.S_ISREG, "file")


def _check(path: Path, is_right: Callable[[int], bool], noun: str) -> None:
    try:
        mode = os.lstat(path).st_mode
    except OSError:  # missing; whatever else is wrong shows when it is written
        return
    if not is_right(mode):
        found = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "something else"
        found = "a file" if stat.S_ISREG(mode) else found
        raise OutputError(
            f"{path} must be a {noun} of the run, and is {found}: move it away, "
            "or choose another folder with --output"
        )
