"""The accounts that the shards of a run have written: read again, and checked against each other."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from movenet_cli.core.results import State
from movenet_cli.errors import InputError, UsageError
from movenet_cli.io.storage.interface import Storage
from movenet_cli.io.strict_json import decode
from movenet_cli.output.folder.shards import SHARD_RUN, shard_files

_MAY_DIFFER: Final = {"overwrite", "jobs", "engine", "batch_size", "fail_fast", "device"}
"""Options of the shards that results do not depend on."""


class _Inputs(Struct):
    total: int
    done: int
    kept: int
    failed: int
    ignored: int


class _Timings(Struct):
    started: datetime
    seconds: float
    frames_per_second: float


class _File(Struct):
    source: str
    path: str | None
    state: State
    position: int | None = None


class SharedVideo(Struct):
    """A long video, of which each shard does some segments."""

    source: str
    path: str
    position: int


class _Which(Struct):
    number: int
    count: int
    all_inputs: str
    model: str = ""
    refine_with: str | None = None
    offline: bool = False
    shared: list[SharedVideo] = []


class ShardAccount(Struct):
    """What a shard wrote down of its run; see `Report.document` and `ShardInputs.complete`."""

    schema: str
    tool: dict[str, str]
    libraries: dict[str, str]
    python: str
    platform: str
    model: dict[str, Any]
    refine_with: dict[str, Any] | None
    options: dict[str, Any]
    exit_code: int | None
    complete: bool
    inputs: _Inputs
    frames: dict[str, int]
    failures: list[dict[str, str]]
    notes: list[dict[str, str]]
    timings: _Timings
    files: list[_File]
    shard: _Which
    config: str | None = None


def read_accounts(folder: Storage) -> list[ShardAccount]:
    """Those of all shards in a results folder that have written one, in order.

    Raises:
        InputError: one is damaged.
    """
    return [_read(folder, path) for _, path in shard_files(folder, SHARD_RUN)]


def _read(folder: Storage, path: str) -> ShardAccount:
    try:
        with folder.open(path) as stream:
            return decode(ShardAccount, stream.read())
    except (OSError, ValueError) as error:
        raise InputError(f"{folder.place(path)}: it cannot be read: {error}; run this shard again") from error


def check_options(folder: Storage, accounts: Sequence[ShardAccount]) -> None:
    """Refuse results that do not belong together.

    Raises:
        UsageError: naming the first difference.
    """
    first = accounts[0]
    for other in accounts[1:]:
        which = f"shards {first.shard.number} and {other.shard.number} of {first.shard.count} in {folder}"
        if (first.model, first.refine_with) != (other.model, other.refine_with):
            raise UsageError(f"{which} used different models; run one of them again with --overwrite")
        for name in sorted((first.options.keys() | other.options.keys()) - _MAY_DIFFER):
            if first.options.get(name) != other.options.get(name):
                raise UsageError(
                    f"{which} were run with different options: {name} {first.options.get(name)} and "
                    f"{other.options.get(name)}; run one of them again with --overwrite"
                )
