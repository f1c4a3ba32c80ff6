"""What an input is to the rest of the program: facts known when it is opened, then frames in order."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import TracebackType
from typing import TypeVar

from movenet_cli.core.inputs import Segment, SourceInfo
from movenet_cli.core.types import FailedFrame, Frame

_S = TypeVar("_S", bound="Source")


class Source(ABC):
    """An open input; a context manager that frees its file.

    Raises:
        MediaError: from opening, or from `frames`, when nothing of the input can be read.
    """

    @property
    @abstractmethod
    def info(self) -> SourceInfo:
        """Facts known at opening."""

    @property
    def notes(self) -> tuple[str, ...]:
        """One-line remarks for the user, complete when the frames are through."""
        return ()

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The parts of a long video that can be decoded on their own; none where it cannot be cut exactly."""
        return ()

    @abstractmethod
    def frames(self) -> Iterator[Frame | FailedFrame]:
        """Every frame that was asked for, in order, once; an undecodable one as `FailedFrame`."""

    @abstractmethod
    def close(self) -> None:
        """Free the file and any thread; safe to call twice and in the middle of `frames`."""

    def __enter__(self: _S) -> _S:
        """Enter the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()
