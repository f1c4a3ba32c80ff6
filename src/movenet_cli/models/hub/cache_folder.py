"""Where models live between runs: one folder, named by `MOVENET_HOME` or chosen by the platform."""

import os
from pathlib import Path

import platformdirs

from movenet_cli.errors import UsageError


def cache_dir() -> Path:
    """The cache folder, which need not exist yet.

    Returns:
        `$MOVENET_HOME` with `~` expanded; when it is unset or empty, the user's cache folder of the platform.

    Raises:
        UsageError: it is the home of a user who is not known here.
    """
    home = os.environ.get("MOVENET_HOME")
    if home:
        return expanded(Path(home))
    return platformdirs.user_cache_path("movenet-cli", appauthor=False)


def expanded(path: Path) -> Path:
    """A path with `~` and `~user` replaced by the home folder.

    Raises:
        UsageError: there is no such user.
    """
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise UsageError(f"{path}: there is no user {path.parts[0][1:]!r}; write the whole path") from error
