"""A file that a run wrote: what the journal records of it, and how it is put aside once it was changed."""

import itertools
import logging
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from movenet_cli.io.atomic import as_output_error
from movenet_cli.io.hashing import sha256_of_file
from movenet_cli.io.storage.interface import Storage

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


def put_aside_if_changed(storage: Storage, path: str, recorded: Output | None) -> None:
    """Rename a file to `NAME.bak` when it is not what was recorded of it; None when nothing was.

    Called before a file of ours is replaced or removed: somebody may have corrected it by hand.

    Raises:
        OutputError: it cannot be read or renamed.
    """
    if recorded is None or storage.kind(path) != "file" or stored_output(storage, path) == recorded:
        return
    aside = f"{path}.bak"
    for number in itertools.count(2):
        if not storage.exists(aside):
            break
        aside = f"{path}.bak{number}"
    storage.rename(path, aside)
    name = PurePosixPath(aside).name
    log.warning("%s was changed since it was written; it is now %s", storage.place(path), name)


def stored_output(storage: Storage, path: str) -> Output:
    """See `output_of`; of a file that has its name."""
    with as_output_error(storage.place(path)):
        for copy in storage.copies([path]):
            return output_of(copy)
    raise AssertionError("a copy, or an error")
