"""The account of a folder's last run, `run.json`, of unknown origin."""

from pathlib import Path

from msgspec import Struct

from movenet_cli.core.results import State
from movenet_cli.errors import InputError
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.io.strict_json import decode
from movenet_cli.output.folder.shards import SHARD_JOURNAL, SHARD_RUN, shard_files
from movenet_cli.results.records import Count, SummaryRecord


class _Options(Struct):
    formats: list[str]


class _Inputs(Struct):
    done: Count
    kept: Count


class _File(Struct):
    source: str
    state: State


class Run(Struct):
    """What is relied on of the account; the file has more.

    Attributes:
        complete: whether every input was tried.
        options: with the formats that it was to write.
        inputs: how many did not fail.
        frames: counts of their frames.
        files: every input, by its name as documents have it; None in an account of version 0.1.0.
    """

    complete: bool
    options: _Options
    inputs: _Inputs
    frames: SummaryRecord
    files: list[_File] | None = None

    @property
    def finished(self) -> int:
        """How many inputs did not fail."""
        return self.inputs.done + self.inputs.kept

    @property
    def sources(self) -> frozenset[str] | None:
        """The names of these inputs, as documents have them; None when the account does not list them."""
        if self.files is None:
            return None
        return frozenset(file.source for file in self.files if file.state != "failed")


def read_run(path: Path) -> Run:
    """Read the account.

    Raises:
        InputError: when it cannot be read, or is none.
    """
    refuse_unmerged(path)
    try:
        return decode(Run, path.read_bytes(), unique=True)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: it cannot be read: {error}") from error


def refuse_unmerged(path: Path) -> None:
    """Say what to do where shards have been annotated, and nobody has merged them.

    Raises:
        InputError: there is no `run.json` yet.
    """
    if not path.exists() and shard_files(LocalStorage(path.parent), SHARD_RUN, SHARD_JOURNAL):
        raise InputError(
            f"{path}: it is not there yet: run `movenet merge {path.parent}` after the last shard"
        )
