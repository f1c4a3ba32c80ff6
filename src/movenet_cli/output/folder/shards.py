"""The shards of a run in its results folder: each has a lock, a journal and an account of its own there.

A shard never writes what another one may write, so that many of them work in one folder at once. Whoever
holds the whole folder takes their journals into its own (`journal.py`); `movenet merge` does, at the end.
"""

from pathlib import PurePosixPath
from typing import Final

from movenet_cli.core.folder_names import SHARDS
from movenet_cli.core.shard import Shard, shard_of_stem
from movenet_cli.errors import OutputError
from movenet_cli.io.storage.interface import Storage

SHARD_LOCK: Final = ".lock"
SHARD_JOURNAL: Final = ".jsonl"
SHARD_RUN: Final = ".json"


def shard_file(shard: Shard, suffix: str) -> str:
    """Where a shard has its lock, journal or account, relative to the results folder."""
    return f"{SHARDS}/{shard.stem}{suffix}"


def shard_files(storage: Storage, *suffixes: str) -> list[tuple[Shard, str]]:
    """What the shards of a folder have of some kinds, in order of the shards."""
    paths = [PurePosixPath(SHARDS, name) for name in storage.names(SHARDS)]
    found = ((shard_of_stem(path.stem), str(path)) for path in paths if path.suffix in suffixes)
    return sorted((shard, path) for shard, path in found if shard is not None)


def check_count(storage: Storage, shard: Shard) -> None:
    """Refuse a shard of another count than those that run or are not merged; older accounts are dropped.

    Raises:
        OutputError: an input might belong to two shards at once.
    """
    for other, _ in shard_files(storage, SHARD_LOCK, SHARD_JOURNAL):
        if other.count != shard.count:
            raise OutputError(
                f"{storage} has results of shard {other}, which are not merged: run `movenet merge "
                f"{storage}` before inputs are shared out among {shard.count} instead of {other.count}, "
                "or choose another folder with --output"
            )
    for other, path in shard_files(storage, SHARD_RUN):
        if other.count != shard.count:
            storage.remove(path)


def remove_shards(storage: Storage, *suffixes: str) -> None:
    """Remove what shards wrote down, for good; only for who holds the whole folder.

    Raises:
        OutputError: a file cannot be removed.
    """
    for _, path in shard_files(storage, *suffixes):
        parts = storage.parts(path) if path.endswith(SHARD_JOURNAL) else []
        for each in (path, *parts):  # in this order: parts without what they go on from count for nothing
            storage.remove(each)
    storage.sync_folder(SHARDS)  # a journal that came back with a power cut would overtake the folder's
    storage.remove_empty_folder(SHARDS)
