"""The shards of a run in its results folder: each has a lock, a journal and an account of its own there.

A shard never writes what another one may write, so that many of them work in one folder at once. Whoever
holds the whole folder takes their journals into its own (`journal.py`); `movenet merge` does, at the end.
"""

import contextlib
from pathlib import Path
from typing import Final

from movenet_cli.core.folder_names import SHARDS
from movenet_cli.core.shard import Shard, shard_of_stem
from movenet_cli.errors import OutputError
from movenet_cli.io.atomic import as_output_error, sync_folder

SHARD_LOCK: Final = ".lock"
SHARD_JOURNAL: Final = ".jsonl"
SHARD_RUN: Final = ".json"


def shard_file(root: Path, shard: Shard, suffix: str) -> Path:
    """Where a shard has its lock, journal or account."""
    return root / SHARDS / f"{shard.stem}{suffix}"


def shard_files(root: Path, *suffixes: str) -> list[tuple[Shard, Path]]:
    """What the shards of a folder have of some kinds, in order of the shards."""
    try:
        paths = list((root / SHARDS).iterdir())
    except OSError:
        return []
    found = ((shard_of_stem(path.stem), path) for path in paths if path.suffix in suffixes)
    return sorted((shard, path) for shard, path in found if shard is not None)


def check_count(root: Path, shard: Shard) -> None:
    """Refuse a shard of another count than those that run or are not merged; older accounts are dropped.

    Raises:
        OutputError: an input might belong to two shards at once.
    """
    for other, _ in shard_files(root, SHARD_LOCK, SHARD_JOURNAL):
        if other.count != shard.count:
            raise OutputError(
                f"{root} has results of shard {other}, which are not merged: run `movenet merge {root}` "
                f"before inputs are shared out among {shard.count} instead of {other.count}, "
                "or choose another folder with --output"
            )
    for other, path in shard_files(root, SHARD_RUN):
        if other.count != shard.count:
            with as_output_error(path, of_input=False):
                path.unlink(missing_ok=True)


def remove_shards(root: Path, *suffixes: str) -> None:
    """Remove what shards wrote down, for good; only for who holds the whole folder.

    Raises:
        OutputError: a file cannot be removed.
    """
    folder = root / SHARDS
    with as_output_error(folder, of_input=False):
        for _, path in shard_files(root, *suffixes):
            path.unlink(missing_ok=True)
        if folder.is_dir():
            sync_folder(folder)  # a journal that came back with a power cut would overtake the folder's
    with contextlib.suppress(OSError):
        folder.rmdir()
