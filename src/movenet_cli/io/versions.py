"""Versions of the libraries that are installed, without importing them."""

import contextlib
import importlib.metadata
from typing import Final

_OTHER_NAMES: Final = {
    "tensorflow": ("tensorflow-cpu", "tensorflow-intel", "tensorflow-macos", "tf-nightly"),
    "opencv-python-headless": ("opencv-python", "opencv-contrib-python-headless", "opencv-contrib-python"),
}
"""Distributions that bring the same library."""


def version(name: str) -> str | None:
    """The version of a library by the name of its usual distribution; None when it is not installed."""
    for distribution in (name, *_OTHER_NAMES.get(name, ())):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(distribution)
    return None
