"""The results of one input around its frames: what stands at their top, their counts, and how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from movenet_cli.core.inputs import InputFile, SourceInfo
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.types import FrameResult, Pose, Size, Status, Thresholds

State = Literal["done", "kept", "failed"]


@dataclass(frozen=True, slots=True)
class Header:
    """What stands at the top of one input's results.

    Attributes:
        source: the input's name, as in `InputFile.name`.
        info: size, rotation, rate.
        model: name, kind and hash of the model.
        input_size: that the model really saw for this input.
        options: the settings that change results, in a fixed order, JSON values only.
        thresholds: what counts as a keypoint that is seen, and as a person.
    """

    source: str
    info: SourceInfo
    model: ModelInfo
    input_size: Size
    options: Mapping[str, object]
    thresholds: Thresholds

    def people(self, result: FrameResult) -> tuple[Pose, ...]:
        """The frame's poses that count as people; none of a frame that is not `ok`."""
        return self.thresholds.people(result)


@dataclass(slots=True)
class Summary:
    """How many frames an input has, and what became of them; grows as they pass.

    Two are equal when their counts are.

    Attributes:
        frames: all of them.
        ok: with people.
        empty: without anybody.
        failed: that could not be looked at.
        reasons: why frames failed, the first few.
    """

    frames: int = 0
    ok: int = 0
    empty: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list, compare=False)

    def add(self, result: FrameResult) -> None:
        """Count one frame, and keep its reason if it is one of the first that failed."""
        self.count(result.status)
        if result.status == "failed" and len(self.reasons) < 3:
            self.reasons.append(f"frame {result.index}: {result.reason}")

    def count(self, status: Status) -> None:
        """Count one frame of which only the status is known."""
        self.frames += 1
        setattr(self, status, getattr(self, status) + 1)

    def __add__(self, other: "Summary") -> "Summary":
        """The counts of both; the reasons are each input's own."""
        return Summary(
            self.frames + other.frames,
            self.ok + other.ok,
            self.empty + other.empty,
            self.failed + other.failed,
        )

    def fields(self) -> dict[str, int]:
        """The counts as results, the journal and `run.json` hold them."""
        return {"frames": self.frames, "ok": self.ok, "empty": self.empty, "failed": self.failed}

    @classmethod
    def from_fields(cls, fields: Mapping[str, int], reasons: Sequence[str] = ()) -> "Summary":
        """What `fields` gave; a count that is not there is 0."""
        frames, ok, empty, failed = (fields.get(name, 0) for name in cls().fields())
        return cls(frames, ok, empty, failed, list(reasons))

    def __str__(self) -> str:
        """The counts for a message."""
        return f"{self.frames:,} frames ({self.ok:,} ok, {self.empty:,} empty, {self.failed:,} failed)"


@dataclass(frozen=True, slots=True)
class InputOutcome:
    """What became of one input: `done` now, `kept` from an earlier run, or `failed` (with a reason).

    Attributes:
        name: as `InputFile.name`; of what could not be found, as the user wrote it.
        file: the input; None when there is none.
    """

    name: str
    state: State
    summary: Summary = field(default_factory=Summary)
    reason: str | None = None
    is_bug: bool = False
    notes: tuple[str, ...] = ()
    file: InputFile | None = None
