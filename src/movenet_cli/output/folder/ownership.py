"""What in a results folder is ours, and which input a name belongs to.

What is not ours is never replaced; it ends a run that it is in the way of, before the run starts.
"""

import os
import stat
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from movenet_cli.core.folder_names import LOCK, RUN, SHARDS
from movenet_cli.core.inputs import Inputs
from movenet_cli.errors import OutputError, UsageError
from movenet_cli.output.folder.journal import JOURNAL_NAME, Journal
from movenet_cli.output.folder.layout import Layout

SHOWN: Final = 3
"""How many examples a message gives."""

_HEADS: Final = (
    b'{\n  "schema": "movenet-cli/run-1"',
    b'{\n"info": {"description": "Human poses found by MoveNet"',
)
"""How `run.json` and `coco.json` of version 0.1.0 begin."""


def check_places(root: Path, layout: Layout) -> None:
    """Refuse files that are none (a link leads elsewhere, a pipe waits for ever), and folders that are none.

    Args:
        root: the results folder; it may be missing, or be a link itself.
        layout: what the run writes; what it does not write may be anything.

    Raises:
        OutputError: at the first one.
    """
    for path in (str(Path(LOCK).parent), SHARDS, *layout.folders):
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


def is_foreign(root: Path, journal: Journal, name: str, path: str) -> bool:
    """Whether something is at `path` that the journal does not know as a result of the input `name`."""
    return os.path.lexists(f"{root}/{path}") and not journal.is_result(name, path)


def is_foreign_run_file(root: Path, journal: Journal, path: str) -> bool:
    """Whether a file of the run as a whole is somebody else's."""
    if journal.is_run_file(path) or not os.path.lexists(root / path):
        return False
    # Version 0.1.0 did not write down its own files: they are ours when they look like it, and no later
    # version has written to the folder.
    if journal.is_run_file(RUN) or not _looks_like_ours(root / path):
        return True
    return all(entry.path is not None for entry in journal.entries())


def _looks_like_ours(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(max(map(len, _HEADS))).startswith(_HEADS)
    except OSError:
        return False


def in_the_way(paths: Sequence[Path]) -> OutputError:
    """The error for files that are not ours where results shall be."""
    shown = ", ".join(map(str, paths[:SHOWN]))
    more = f" and {len(paths) - SHOWN:,} more" if len(paths) > SHOWN else ""
    return OutputError(
        f"{shown}{more}: in the way, and not made by movenet; move it away, "
        "or choose another folder with --output"
    )


def name_is_taken(root: Path, taken: Sequence[tuple[str, str | None, str]]) -> UsageError:
    """The error for inputs whose names belong to others; see `FolderPlan.taken`."""
    name, old, new = taken[0]
    more = f" (and {len(taken) - 1:,} more)" if len(taken) > 1 else ""
    if old is None:
        return UsageError(
            f"in {root} the name {name} belongs to another file than {new}{more}, or to what that was before "
            "(movenet 0.1.0 did not write down which); add --overwrite to redo it, "
            "or choose another folder with --output"
        )
    advice = "choose another folder with --output"
    if os.path.isabs(old) and os.path.isabs(new):  # noqa: PTH117 - addresses have no folder in common with them
        common = os.path.commonpath([old, new])
        advice = f"name inputs from a common folder with --root {common}, or {advice}"
    return UsageError(f"in {root} the name {name} belongs to {old}, not to {new}{more}; {advice}")


def check_case(root: Path, journal: Journal, files: Inputs) -> None:
    """Refuse two inputs whose results would replace each other on a disk that ignores case.

    Raises:
        UsageError: naming them.
    """
    if not _ignores_case(root):
        return
    names = {_folded(entry.name): entry.name for entry in journal.entries() if entry.outputs}
    for file in files:
        other = names.setdefault(_folded(file.name), file.name)
        if other != file.name:
            raise UsageError(
                f"{file.name} and {other} cannot both have results in {root}, "
                "where upper and lower case are the same: rename one, "
                "or choose another folder with --output"
            )


def _ignores_case(root: Path) -> bool:
    """Whether the disk takes `A` and `a` for one name; False as long as there is nothing to try it on."""
    lock = Path(LOCK)
    return (root / lock).exists() and (root / str(lock).upper()).exists()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
