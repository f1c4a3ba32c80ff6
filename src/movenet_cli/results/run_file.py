"""A `run.json` of unknown origin to what it says of its run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from movenet_cli.errors import InputError
from movenet_cli.io.strict_json import strict_json


@dataclass(frozen=True, slots=True)
class Run:
    """The account of the last run in a results folder.

    Attributes:
        is_complete: whether every input was tried.
        formats: which it was to write.
        finished: how many inputs did not fail.
        frames: how many these have: all, ok, empty, failed.
        sources: the names of these inputs, as documents have them; None in an account of version 0.1.0.
    """

    is_complete: bool
    formats: tuple[str, ...]
    finished: int
    frames: tuple[int, int, int, int]
    sources: frozenset[str] | None = None


def read_run(path: Path) -> Run:
    """Read the account.

    Raises:
        InputError: when it cannot be read, or is none.
    """
    try:
        run: Any = strict_json(path.read_bytes())
        formats, files = run["options"]["formats"], run.get("files")
        inputs, frames = run["inputs"], run["frames"]
        if not (isinstance(formats, list) and isinstance(files, list | None)):
            raise TypeError("formats or files are no list")
        frame_counts = (frames["frames"], frames["ok"], frames["empty"], frames["failed"])
        counts = [inputs["done"], inputs["kept"], *frame_counts]
        if any(type(count) is not int for count in counts):
            raise TypeError("inputs or frames are not counted")
        sources = None if files is None else _finished(files)
        return Run(run["complete"] is True, tuple(map(str, formats)), sum(counts[:2]), frame_counts, sources)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path}: it cannot be read: {error}") from error


def _finished(files: list[Any]) -> frozenset[str]:
    return frozenset(str(each["source"]) for each in files if each["state"] != "failed")
