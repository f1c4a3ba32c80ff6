"""Bulk human-pose annotation with Google's MoveNet models.

The names in `__all__` are the public interface; docs/python.md shows how to use it. Each is loaded when it is
first used: importing the package imports nothing heavy.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from movenet_cli.core.skeleton import KEYPOINT_NAMES
    from movenet_cli.core.types import FrameResult, Pose
    from movenet_cli.errors import (
        ExitCode,
        InputError,
        MediaError,
        ModelError,
        MovenetError,
        OutputError,
        UsageError,
    )
    from movenet_cli.results.documents import Document, read
    from movenet_cli.run.annotator import Annotator
    from movenet_cli.run.report import RunReport

__version__ = "0.2.0"

__all__ = [
    "KEYPOINT_NAMES",
    "Annotator",
    "Document",
    "ExitCode",
    "FrameResult",
    "InputError",
    "MediaError",
    "ModelError",
    "MovenetError",
    "OutputError",
    "Pose",
    "RunReport",
    "UsageError",
    "__version__",
    "read",
]

_HOMES: Final = {
    "run.annotator": ("Annotator",),
    "results.documents": ("Document", "read"),
    "errors": (
        "ExitCode",
        "InputError",
        "MediaError",
        "ModelError",
        "MovenetError",
        "OutputError",
        "UsageError",
    ),
    "core.types": ("FrameResult", "Pose"),
    "run.report": ("RunReport",),
    "core.skeleton": ("KEYPOINT_NAMES",),
}
"""Where each public name is defined."""


if not TYPE_CHECKING:  # a type checker would take every name to be there

    def __getattr__(name: str) -> Any:
        """Load a public name at its first use."""
        for module, names in _HOMES.items():
            if name in names:
                value = getattr(importlib.import_module(f"{__name__}.{module}"), name)
                globals()[name] = value
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, and what every module has."""
    return sorted({*globals(), *__all__})
