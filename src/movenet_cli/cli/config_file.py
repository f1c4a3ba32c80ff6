"""The configuration file: finds `movenet.toml`, or `[tool.movenet]` of a `pyproject.toml`, and reads it."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from movenet_cli.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_OWN_FILE: Final = "movenet.toml"
_PROJECT_FILE: Final = "pyproject.toml"
_REPOSITORIES: Final = (".git", ".hg")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file that was read.

    Attributes:
        path: where it is, as messages show it.
        sections: name of a command to what is set for it.
        prefix: what stands before that name in the file: `tool.movenet.` or nothing.
    """

    path: Path
    sections: Mapping[str, object]
    prefix: str = ""


def find_config() -> ConfigFile | None:
    """The nearest configuration file, from the current folder upwards.

    The search ends in a folder that is a repository, in the user's home, or at the top. `movenet.toml` comes
    before `pyproject.toml`, which counts only if it has `[tool.movenet]`.

    Raises:
        UsageError: as `read_config`.
    """
    places = (folder / name for folder in _folders() for name in (_OWN_FILE, _PROJECT_FILE))
    # A Path raises where a folder above may not be searched; there is nothing for us, then.
    for path in filter(os.path.isfile, places):
        try:
            found = _read(path)
        except UsageError as error:
            raise UsageError(f"{error}; mend it, or leave it out with --no-config") from error
        if found is not None:
            return found
    return None


def read_config(path: Path) -> ConfigFile:
    """A configuration file that the user has named.

    Raises:
        UsageError: it cannot be read, is not TOML, or is a `pyproject.toml` without `[tool.movenet]`.
    """
    found = _read(path)
    if found is None:
        raise UsageError(f"{path}: there is no table [tool.movenet]")
    return found


def _folders() -> Iterator[Path]:
    """The current folder as `.`, then `..` and so on; none where the current folder is gone."""
    try:
        here = Path.cwd()
    except OSError:
        return
    home = os.path.realpath(os.path.expanduser("~"))  # noqa: PTH111 - a Path raises where there is no home
    for depth, folder in enumerate((here, *here.parents)):
        yield Path(*[os.pardir] * depth)
        if str(folder) == home or any(os.path.lexists(folder / name) for name in _REPOSITORIES):
            return


def _read(path: Path) -> ConfigFile | None:
    """The file's settings; None of a `pyproject.toml` that has none for us."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    is_project = path.name == _PROJECT_FILE
    if is_project and b"movenet" not in content:  # so that nobody else's mistakes are ours
        return None
    try:
        tables: object = tomllib.loads(content.decode("utf-8-sig"))
    except ValueError as error:  # also of what is not UTF-8
        raise UsageError(f"{path} is not TOML: {error}") from error
    if not is_project:
        return ConfigFile(path, _table(tables))
    ours = _table(_table(tables).get("tool")).get("movenet")
    return None if ours is None else ConfigFile(path, _table(ours), "tool.movenet.")


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
