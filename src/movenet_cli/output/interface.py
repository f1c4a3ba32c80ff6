"""The interfaces of output: an encoder makes text of one input's results, a sink takes them into a file, an
order says which sinks an input gets, and the outputs of a run give the orders and record what was done."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.core.results import Header, InputOutcome, Summary
from movenet_cli.core.types import FailedFrame, Frame, FrameResult
from movenet_cli.io.storage.interface import StoredFile

T = TypeVar("T")


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

    @property
    def staged(self) -> Path | None:
        """After `close`, the complete file under its temporary name; None when there is none to rename."""
        return None


@dataclass(frozen=True, slots=True)
class Written:
    """One input's outputs, complete but not yet part of the results.

    Attributes:
        media: what the input turned out to be.
        summary: its counts.
        notes: remarks about it as a whole.
    """

    media: Media
    summary: Summary
    notes: tuple[str, ...]


class Order(ABC):
    """What is to be made of one input; carried out wherever the input is read, also in another process.

    Raises:
        OutputError: from any method, when results cannot be written.
    """

    @abstractmethod
    def begin(self, file: InputFile, check: Callable[[], None]) -> "Order":
        """The input is about to be read: the order for the content that it has now.

        Args:
            file: the input, on this machine.
            check: called now and then; may raise to give up.

        Raises:
            MediaError: it cannot be read.
        """

    @abstractmethod
    def sinks(self, header: Header) -> Sequence[Sink]:
        """Open the outputs."""

    @abstractmethod
    def written(
        self,
        media: Media,
        sinks: Sequence[Sink],
        summary: Summary,
        notes: tuple[str, ...],
        check: Callable[[], None],
    ) -> Written:
        """What has come of it, once all sinks are closed; `check` as for `begin`.

        Raises:
            MediaError: the input is not what it was before it was read.
        """

    @property
    def content(self) -> str | None:
        """sha256 of the input's content, once it has begun; None where nobody asks for it."""
        return None

    @property
    def is_needless(self) -> bool:
        """Whether all is there that was ordered, now that the content is known; see `Outputs.kept`."""
        return False

    def in_segments(self) -> "Order | None":
        """The order for a video that is annotated in segments; None if it is not to be cut.

        Raises:
            MediaError: the video cannot be read.
        """
        return None

    def segment_place(self, media: Media, number: int, variant: str) -> StoredFile:
        """Where the results of a segment are kept until all are there; only for an order `in_segments`."""
        raise NotImplementedError


class Outputs(ABC):
    """The results of a run; called from several threads at once.

    Raises:
        OutputError: from any method, when results cannot be written.
        Cancelled: from a method that would take long, after `halt`.
    """

    are_shared: ClassVar[bool] = False
    """Whether orders may be sent to other processes, which reach the same results."""

    @abstractmethod
    def kept(self, file: InputFile, order: Order | None = None) -> InputOutcome | None:
        """What is known of an input whose results are up to date; None when there is work to do.

        Args:
            file: the input.
            order: for its content, when that was read where it is not known otherwise.
        """

    @abstractmethod
    def order(self, position: int, file: InputFile) -> Order:
        """What is to be made of the input at `position` in the run's order."""

    @abstractmethod
    def commit(self, file: InputFile, written: Written) -> None:
        """Let an input's outputs become part of the results.

        Raises:
            MediaError: they cannot have the input's name.
        """

    @abstractmethod
    def failed(self, file: InputFile, reason: str, order: Order | None) -> None:
        """An input could not be annotated; no result of it may stay that looks complete.

        Args:
            file: the input.
            reason: why.
            order: for the content that was read, when it was.
        """

    def turn(self, position: int) -> contextlib.AbstractContextManager[None]:
        """Held by an input worker while it works on the input at `position`."""
        return contextlib.nullcontext()

    def attempt(self, action: Callable[[], T]) -> T:
        """Do something that writes results; again, where they cannot be written for a while."""
        return action()

    def hurry(self) -> None:  # noqa: B027 - nobody waits for a stream
        """The run was interrupted: what cannot be written now is not tried again."""

    def tidy(self) -> None:  # noqa: B027 - a stream leaves nothing
        """Nobody works any more: remove what a worker that was killed has left half done."""

    def halt(self) -> None:  # noqa: B027 - a folder has nothing to do here
        """The run is being stopped: nobody must wait any more."""
