"""The report of a run: counts, closing line, `run.json` and exit code in one object, so that they agree."""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from movenet_cli import __version__
from movenet_cli.core.restartable import Restartable
from movenet_cli.core.results import InputOutcome, Summary
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode
from movenet_cli.io.json_text import escape_name, plain_text
from movenet_cli.io.scratch import Scratch, packed, unpacked
from movenet_cli.output.folder.fingerprint import location_of

RUN_SCHEMA = "movenet-cli/run-1"


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that failed or has failed frames, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """The result of a run.

    Attributes:
        exit_code: what `movenet annotate` would end with: 0 when nothing failed.
        done: inputs that were annotated.
        kept: inputs whose results were up to date.
        failed: inputs that could not be annotated.
        ignored: files that were found and are not inputs.
        frames: counts of the inputs' frames: `frames` in all, `ok`, `empty`, `failed`.
        failures: `source` and `reason` of each input that failed, or of which frames did.
        notes: `source` and `reason` of what else there is to know about an input.
        seconds: how long it took.
        segments: of a shard, the segments of long videos that it annotated for `movenet merge`.
    """

    exit_code: ExitCode
    done: int
    kept: int
    failed: int
    ignored: int
    frames: Summary
    failures: tuple[Failure, ...]
    notes: tuple[Failure, ...]
    seconds: float
    segments: int = 0


class Report:
    """Counts a run as it goes on; several threads may add to it. In memory are failures and notes only.

    Args:
        ignored: files that were found and are not inputs.
        expected: how many inputs there are in all; None when that is not known.
    """

    def __init__(self, ignored: int = 0, expected: int | None = None) -> None:
        self.ignored = ignored
        self._expected = expected
        self._files = Scratch("CREATE TABLE files (name BLOB, path BLOB, state TEXT);")
        self.done = self.kept = self.failed = 0
        self.frames = Summary()
        self.computed_frames = 0
        self.shared_videos = self.segments = self.joined = 0
        self._shared_frames = 0
        self.failures: list[Failure] = []
        self.notes: list[Failure] = []
        self.interrupted = False
        self.stopped = False
        self.finished = False
        self.fatal: ExitCode | None = None
        self._bugs = 0
        self._lock = threading.Lock()
        self._started = datetime.now(timezone.utc)
        self._clock = time.monotonic()

    def add(self, outcome: InputOutcome) -> None:
        """Count one input."""
        with self._lock:
            setattr(self, outcome.state, getattr(self, outcome.state) + 1)
            where = None if outcome.file is None else packed(location_of(outcome.file))
            self._files.add("INSERT INTO files VALUES *", packed(outcome.name), where, outcome.state)
            self._count_frames(outcome)
            self._note(outcome)

    def add_share(self, outcome: InputOutcome, segments: int) -> None:
        """Count some segments of a long video; the video itself, put together or not, counts at the merge."""
        with self._lock:
            self._note(outcome)
            if outcome.state == "done" and not segments:
                self.joined += 1
            elif outcome.state == "done":
                self.shared_videos += 1
                self.segments += segments
                self._shared_frames += outcome.summary.frames
                self.computed_frames += outcome.summary.frames

    def _note(self, outcome: InputOutcome) -> None:
        """Take down what went wrong, and what else there is to know."""
        self._bugs += outcome.is_bug
        if outcome.reason is not None:
            self.failures.append(Failure(outcome.name, outcome.reason))
        elif outcome.summary.failed:
            self.failures.append(Failure(outcome.name, _frames_failed(outcome.summary)))
        self.notes.extend(Failure(outcome.name, note) for note in outcome.notes)

    def _count_frames(self, outcome: InputOutcome) -> None:
        self.frames += outcome.summary
        if outcome.state != "kept":
            self.computed_frames += outcome.summary.frames

    @property
    def inputs(self) -> int:
        """How many inputs have been counted."""
        return self.done + self.kept + self.failed

    @property
    def seconds(self) -> float:
        """Wall time since the run began."""
        return time.monotonic() - self._clock

    @property
    def exit_code(self) -> ExitCode:
        """What the process ends with."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.fatal is not None:
            return self.fatal
        if self._bugs:
            return ExitCode.BUG
        if (
            not (self.done or self.kept or self.segments or self.joined or self.stopped)
            and self._expected != 0
        ):  # a shard may have none
            return ExitCode.INPUT
        return ExitCode.PARTIAL if self.failures else ExitCode.OK

    @property
    def is_complete(self) -> bool:
        """Whether every input was tried, without an interrupt or anything else that stopped the run."""
        return self.finished and not (self.interrupted or self.stopped) and self.fatal is None

    @property
    def _has_ended(self) -> bool:
        return self.finished or self.interrupted or self.fatal is not None

    def result(self) -> RunReport:
        """The counts so far; failures and notes in order of the inputs' names."""
        failures, notes = (
            tuple(sorted(each, key=lambda line: line.source)) for each in (self.failures, self.notes)
        )
        return RunReport(
            self.exit_code,
            self.done,
            self.kept,
            self.failed,
            self.ignored,
            replace(self.frames),
            failures,
            notes,
            self.seconds,
            self.segments,
        )

    def closing_line(self, where: str) -> str:
        """The last line on the terminal."""
        rate = self.computed_frames / self.seconds if self.seconds > 0 else 0.0
        parts = [
            counted(self.inputs, "input"),
            counted(self.frames.frames, "frame"),
            f"{self.frames.ok:,} with people",
        ]
        if self.kept:
            parts.append(f"{self.kept:,} up to date")
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        if self.frames.failed:
            parts.append(f"{counted(self.frames.failed, 'frame')} failed")
        if self.segments:
            videos, frames = counted(self.shared_videos, "long video"), counted(self._shared_frames, "frame")
            parts.append(f"{counted(self.segments, 'segment')} of {videos} ({frames})")
        if self.joined:
            parts.append(f"{counted(self.joined, 'long video')} put together")
        if self.computed_frames:
            parts.append(f"{rate:,.1f} frames/s" if rate < 100 else f"{rate:,.0f} frames/s")
        return ", ".join(parts) + f", {where}"

    def document(self, metadata: Mapping[str, object]) -> dict[str, object]:
        """The content of `run.json`; `files` has an item for each input, and is no list.

        Args:
            metadata: model, options and library versions, put between the tool and the counts.
        """
        return {
            "schema": RUN_SCHEMA,
            "tool": {"name": "movenet-cli", "version": __version__},
            **metadata,
            "exit_code": int(self.exit_code) if self._has_ended else None,
            "complete": self.is_complete,
            "inputs": {
                "total": self.inputs if self._expected is None else max(self._expected, self.inputs),
                "done": self.done,
                "kept": self.kept,
                "failed": self.failed,
                "ignored": self.ignored,
            },
            "frames": self.frames.fields(),
            "failures": [
                {"source": escape_name(failure.source), "reason": plain_text(failure.reason)}
                for failure in sorted(self.failures, key=lambda f: f.source)
            ],
            "notes": [
                {"source": escape_name(note.source), "note": plain_text(note.reason)}
                for note in sorted(self.notes, key=lambda n: n.source)
            ],
            "timings": {
                "started": self._started.isoformat(timespec="seconds"),
                "seconds": round(self.seconds, 3),
                "frames_per_second": round(self.computed_frames / max(self.seconds, 1e-9), 2),
            },
            "files": Restartable(self._listed),
        }

    def _listed(self) -> Iterator[dict[str, str | None]]:
        for name, path, state in self._files.rows("SELECT * FROM files ORDER BY name, rowid"):
            where = None if path is None else escape_name(unpacked(path))
            yield {"source": escape_name(unpacked(name)), "path": where, "state": state}


def _frames_failed(summary: Summary) -> str:
    reasons = "; ".join(summary.reasons)
    more = summary.failed - len(summary.reasons)
    return f"{summary.failed} of {counted(summary.frames, 'frame')} failed: {reasons}" + (
        f"; {more} more" if more else ""
    )
