"""What a result format is: text for the beginning, for each frame, and for the end of one input."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from movenet_cli.models.interface import ModelInfo
from movenet_cli.poses import Frame, FrameResult, Skipped
from movenet_cli.sources.interface import SourceInfo


@dataclass(frozen=True, slots=True)
class Header:
    """What stands at the top of one input's results.

    Attributes:
        source: the input's name, as in `InputFile.name`.
        info: size, rotation, rate.
        model: name, kind and hash of the model.
        input_size: (height, width) that the model really saw for this input.
        options: the settings that change results, in a fixed order, JSON values only.
        min_score: the threshold of "seen", used by formats that have a visibility flag.
    """

    source: str
    info: SourceInfo
    model: ModelInfo
    input_size: tuple[int, int]
    options: Mapping[str, object]
    min_score: float


@dataclass(slots=True)
class Summary:
    """Counts of one input's frames, grown as they pass."""

    frames: int = 0
    ok: int = 0
    empty: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, result: FrameResult) -> None:
        """Count one frame; the first few reasons of failure are kept for the report."""
        self.frames += 1
        if result.status == "ok":
            self.ok += 1
        elif result.status == "empty":
            self.empty += 1
        else:
            self.failed += 1
            if len(self.reasons) < 3:
                self.reasons.append(f"frame {result.index}: {result.reason}")


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
    def write(self, frame: Frame | Skipped, result: FrameResult) -> None:
        """Take one frame's result, in order; the pixels are there for overlays."""

    @abstractmethod
    def close(self, summary: Summary) -> None:
        """Finish, and let the file appear under its name."""

    @abstractmethod
    def abort(self) -> None:
        """Leave nothing behind; safe after `close` and more than once."""
