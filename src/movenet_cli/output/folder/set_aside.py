"""Results that somebody has changed since they were written are put aside before they are replaced."""

import itertools
import logging
import os
import stat
from pathlib import Path

from movenet_cli.io.atomic import as_output_error
from movenet_cli.output.folder.entries import Output, output_of

log = logging.getLogger(__name__)


def put_aside_if_changed(path: Path, recorded: Output | None) -> None:
    """Rename a file to `NAME.bak` when it is not what was recorded of it; None when nothing was.

    Raises:
        OutputError: it cannot be read or renamed.
    """
    if recorded is None or not is_regular_file(path) or output_of(path) == recorded:
        return
    aside = path.with_name(f"{path.name}.bak")
    for number in itertools.count(2):
        if not os.path.lexists(aside):
            break
        aside = path.with_name(f"{path.name}.bak{number}")
    with as_output_error(path, of_input=False):
        path.rename(aside)
    log.warning("%s was changed since it was written; it is now %s", path, aside.name)


def is_regular_file(path: Path) -> bool:
    """Whether a file is there that is one itself, and no link to one."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
