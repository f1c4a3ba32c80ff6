"""The interfaces of output: an encoder makes text of one input's results, a sink takes them into a file, and
the outputs of a run know which results are kept, and record those that are finished."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.core.results import Header, InputOutcome, Summary
from movenet_cli.core.types import FailedFrame, Frame, FrameResult


class Encoder(ABC):
    """A text format, one object per input; pure: results in, text out, no file in sight."""

    suffix: ClassVar[str]
    """Appended to the input's full name: `a.jpg` → `a.jpg.json`."""

    def __init__(self, header: Header) -> None:
        self.header = header

    @abstractmethod
    def begin(self) -> str:
        """Text before the first frame."""

    @abstractmethod
    def frame(self, result: FrameResult) -> str:
        """Text of one frame."""

    @abstractmethod
    def end(self, summary: Summary) -> str:
        """Text after the last frame."""


class Sink(ABC):
    """Where the results of one input go; complete after `close`, nothing left after `abort`.

    Raises:
        OutputError: from any method, when the output cannot be written.
    """

    @abstractmethod
    def write(self, frame: Frame | FailedFrame, result: FrameResult) -> None:
        """Take one frame's result, in order; the pixels are there for overlays."""

    @abstractmethod
    def close(self, summary: Summary) -> None:
        """Finish, and let the file appear under its name."""

    @abstractmethod
    def abort(self) -> None:
        """Leave nothing behind; safe after `close` and more than once."""


class Outputs(ABC):
    """The results of a run; called from several threads at once.

    Raises:
        OutputError: from any method, when results cannot be written.
        Cancelled: from a method that would take long, after `halt`.
    """

    @abstractmethod
    def kept(self, file: InputFile) -> InputOutcome | None:
        """What is known of an input whose results are up to date; None when there is work to do."""

    def begin(self, file: InputFile) -> None:  # noqa: B027 - a stream has nothing to do here
        """An input is about to be read.

        Raises:
            MediaError: it cannot be.
        """

    @abstractmethod
    def sinks(self, position: int, file: InputFile, header: Header) -> Sequence[Sink]:
        """Open the outputs of the input at `position` in the run's order."""

    @abstractmethod
    def finished(self, file: InputFile, media: Media, summary: Summary, notes: tuple[str, ...] = ()) -> None:
        """An input's sinks are closed and complete; `notes` are remarks about it as a whole."""

    @abstractmethod
    def failed(self, file: InputFile, reason: str) -> None:
        """An input could not be annotated; no result of it may stay that looks complete."""

    def turn(self, position: int) -> contextlib.AbstractContextManager[None]:
        """Held by an input worker while it works on the input at `position`."""
        return contextlib.nullcontext()

    def halt(self) -> None:  # noqa: B027 - a folder has nothing to do here
        """The run is being stopped: nobody must wait any more."""
