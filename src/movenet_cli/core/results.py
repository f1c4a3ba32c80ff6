"""The results of one input around its frames: what stands at their top, their counts, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.types import FrameResult, Size

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
        min_score: the threshold of "seen", used by formats that have a visibility flag.
    """

    source: str
    info: SourceInfo
    model: ModelInfo
    input_size: Size
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


@dataclass(frozen=True, slots=True)
class InputOutcome:
    """What became of one input: `done` now, `kept` from an earlier run, or `failed` (with a reason).

    Attributes:
        name: as `InputFile.name`; of what could not be found, as the user wrote it.
        path: the input's file; None when there is none.
    """

    name: str
    state: State
    summary: Summary = field(default_factory=Summary)
    reason: str | None = None
    is_bug: bool = False
    notes: tuple[str, ...] = ()
    path: Path | None = None
