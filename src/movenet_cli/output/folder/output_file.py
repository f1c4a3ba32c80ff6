"""A file that a run wrote: what the journal records of it, and how it is put aside once it was changed."""

import itertools
import logging
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from movenet_cli.io.atomic import as_output_error
from movenet_cli.io.hashing import sha256_of_file

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Output:
    """A file that a run wrote.

    Attributes:
        size: bytes.
        sha256: of its content.
    """

    size: int
    sha256: str


def output_of(path: Path) -> Output:
    """What to record of a complete output.

    Raises:
        OutputError: when it cannot be read back.
    """
    with as_output_error(path):
        return Output(path.stat().st_size, sha256_of_file(path))


def put_aside_if_changed(path: Path, recorded: Output | None) -> None:
    """Rename a file to `NAME.bak` when it is not what was recorded of it; None when nothing was.

    Called before a file of ours is replaced or removed: somebody may have corrected it by hand.

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
