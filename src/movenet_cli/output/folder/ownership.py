"""What in a results folder is ours, and which input a name belongs to.

What is not ours is never replaced; it ends a run that it is in the way of, before the run starts.
"""

import os
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from movenet_cli.core.folder_names import LOCK, RUN, SHARDS
from movenet_cli.core.inputs import Inputs
from movenet_cli.errors import OutputError, UsageError
from movenet_cli.io.scratch import packed, unpacked
from movenet_cli.io.storage.interface import Kind, Storage
from movenet_cli.output.folder.journal import JOURNAL_NAME, Journal
from movenet_cli.output.folder.journal_lines import JournalLines
from movenet_cli.output.folder.layout import Layout

SHOWN: Final = 3
"""How many examples a message gives."""

_HEADS: Final = (
    b'{\n  "schema": "movenet-cli/run-1"',
    b'{\n"info": {"description": "Human poses found by MoveNet"',
)
"""How `run.json` and `coco.json` of version 0.1.0 begin."""


def check_places(storage: Storage, layout: Layout) -> None:
    """Refuse files that are none (a link leads elsewhere, a pipe waits for ever), and folders that are none.

    Args:
        storage: the results folder; it may be missing, or be a link itself.
        layout: what the run writes; what it does not write may be anything.

    Raises:
        OutputError: at the first one.
    """
    if (obstacle := storage.obstacle()) is not None:
        raise OutputError(
            f"cannot write {storage}: {obstacle} is not a folder; choose another folder with --output"
        )
    if storage.has_only_files:
        return
    for path in (str(PurePosixPath(LOCK).parent), SHARDS, *layout.folders):
        for folder in reversed([PurePosixPath(path), *PurePosixPath(path).parents][:-1]):
            _check(storage, str(folder), "folder")
    for path in (LOCK, JOURNAL_NAME, *layout.run_files):
        _check(storage, path, "file")


def _check(storage: Storage, path: str, kind: Kind) -> None:
    found = storage.kind(path)
    if found not in (None, kind):
        what = "something else" if found == "other" else f"a {found}"
        raise OutputError(
            f"{storage.place(path)} must be a {kind} of the run, and is {what}: move it away, "
            "or choose another folder with --output"
        )


def is_foreign(storage: Storage, journal: Journal, name: str, path: str) -> bool:
    """Whether something is at `path` that the journal does not know as a result of the input `name`."""
    return storage.exists(path) and not journal.is_result(name, path)


def is_foreign_run_file(storage: Storage, journal: Journal, path: str) -> bool:
    """Whether a file of the run as a whole is somebody else's."""
    if journal.is_run_file(path) or not storage.exists(path):
        return False
    # Version 0.1.0 did not write down its own files: they are ours when they look like it, and no later
    # version has written to the folder.
    if journal.is_run_file(RUN) or not _looks_like_ours(storage, path):
        return True
    return all(entry.path is not None for entry in journal.entries())


def _looks_like_ours(storage: Storage, path: str) -> bool:
    try:
        with storage.open(path) as stream:
            return stream.read(max(map(len, _HEADS))).startswith(_HEADS)
    except OSError:
        return False


def in_the_way(paths: Sequence[str]) -> OutputError:
    """The error for files that are not ours where results shall be."""
    shown = ", ".join(paths[:SHOWN])
    more = f" and {len(paths) - SHOWN:,} more" if len(paths) > SHOWN else ""
    return OutputError(
        f"{shown}{more}: in the way, and not made by movenet; move it away, "
        "or choose another folder with --output"
    )


def name_is_taken(where: str, taken: Sequence[tuple[str, str | None, str]]) -> UsageError:
    """The error for inputs whose names belong to others; see `FolderPlan.taken`."""
    name, old, new = taken[0]
    more = f" (and {len(taken) - 1:,} more)" if len(taken) > 1 else ""
    if old is None:
        return UsageError(
            f"in {where} the name {name} belongs to another file than {new}{more}, or to what that was "
            "before (movenet 0.1.0 did not write down which); add --overwrite to redo it, "
            "or choose another folder with --output"
        )
    advice = "choose another folder with --output"
    if os.path.isabs(old) and os.path.isabs(new):  # noqa: PTH117 - addresses have no folder in common with them
        common = os.path.commonpath([old, new])
        advice = f"name inputs from a common folder with --root {common}, or {advice}"
    return UsageError(f"in {where} the name {name} belongs to {old}, not to {new}{more}; {advice}")


def check_case(storage: Storage, journal: Journal, files: Inputs) -> None:
    """Refuse two inputs whose results would replace each other on a disk that ignores case.

    Raises:
        UsageError: naming them.
    """
    if not storage.ignores_case:
        return
    known = JournalLines()  # the name of each folded one
    for entry in journal.entries():
        if entry.outputs:
            known.finish(_folded(entry.name), packed(entry.name))
    for file in files:
        other = unpacked(known.get(_folded(file.name)).done or packed(file.name))
        known.finish(_folded(file.name), packed(other))
        if other != file.name:
            raise UsageError(
                f"{file.name} and {other} cannot both have results in {storage}, "
                "where upper and lower case are the same: rename one, "
                "or choose another folder with --output"
            )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
