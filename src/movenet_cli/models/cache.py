"""Where models live between runs: one folder, named by `MOVENET_HOME` or chosen by the platform."""

import os
from pathlib import Path

import platformdirs


def cache_dir() -> Path:
    """The cache folder, which need not exist yet.

    Returns:
        `$MOVENET_HOME` with `~` expanded; when it is unset or empty, the user's cache folder of the platform.
    """
    home = os.environ.get("MOVENET_HOME")
    if home:
        return Path(home).expanduser()
    return platformdirs.user_cache_path("movenet-cli", appauthor=False)
