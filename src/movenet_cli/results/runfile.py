"""A `run.json` of unknown origin to what it says of its run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from movenet_cli.errors import InputError
from movenet_cli.results.strictjson import strict_json


@dataclass(frozen=True, slots=True)
class Run:
    """The account of the last run in a results folder.

    Attributes:
        is_complete: whether every input was tried.
        formats: which it was to write.
        frames: how many it had, of all inputs that did not fail.
    """

    is_complete: bool
    formats: tuple[str, ...]
    frames: int


def read_run(path: Path) -> Run:
    """Read the account.

    Raises:
        InputError: when it cannot be read, or is none.
    """
    try:
        run: Any = strict_json(path.read_bytes())
        formats, frames = run["options"]["formats"], run["frames"]["frames"]
        if type(formats) is not list or type(frames) is not int:
            raise TypeError("formats or frames are not what they must be")
        return Run(run["complete"] is True, tuple(map(str, formats)), frames)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: it cannot be read: {error}") from error
