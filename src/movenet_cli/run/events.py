"""What follows the progress of a run."""

from typing import Protocol

from movenet_cli.core.results import InputOutcome
from movenet_cli.core.types import FrameResult


class Events(Protocol):
    """What follows the progress of a run; called from several threads."""

    def input_started(self, name: str) -> None:
        """Work on an input begins."""

    def frame_done(self, name: str, result: FrameResult) -> None:
        """One more frame of an input has its result."""

    def input_done(self, outcome: InputOutcome) -> None:
        """An input is done, kept or failed."""


class NoEvents:
    """The `Events` of a run whose progress nobody follows."""

    def input_started(self, name: str) -> None:
        """See `Events`."""

    def frame_done(self, name: str, result: FrameResult) -> None:
        """See `Events`."""

    def input_done(self, outcome: InputOutcome) -> None:
        """See `Events`."""
