"""The plan of a run for its results folder: what it will do with each input, and why it must not start."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from movenet_cli.core.inputs import InputFile
from movenet_cli.core.wording import counted
from movenet_cli.errors import OutputError, UsageError
from movenet_cli.io.scratch import Scratch, packed, unpacked
from movenet_cli.output.folder.fingerprint import Fingerprint
from movenet_cli.output.folder.output_file import Output
from movenet_cli.output.folder.ownership import SHOWN, in_the_way, name_is_taken
from movenet_cli.output.folder.records import StartedInput

log = logging.getLogger(__name__)

Action = Literal["annotate", "add", "redo", "keep"]


@dataclass(frozen=True, slots=True)
class PlannedInput:
    """What a run does with one input.

    Attributes:
        file: the input.
        action: `annotate` what has no results, `add` the files that are missing, `redo` what is out of date
            or is to be overwritten, `keep` what is up to date.
        reason: why, in a few words.
        removes: results that are out of date and that the run does not write again.
        up_to_date: the results of earlier runs that are as this run would write them.
        fingerprint: of the input, when its content is what it was for these results.
    """

    file: InputFile
    action: Action
    reason: str = ""
    removes: tuple[str, ...] = ()
    up_to_date: Mapping[str, Output] = field(default_factory=dict)
    fingerprint: Fingerprint | None = None


@dataclass(slots=True)
class FolderPlan:
    """What a run will do with all its inputs.

    Attributes:
        inputs: one plan for each, in the run's order; only when they were asked for.
        to_do: the inputs that are not kept, and the results that are to be written and are not there yet.
        removed: how many files will go that are not written again, by their format.
        moved: for each input, as a byte, whether it is elsewhere now, or version 0.1.0 did not write down
            where it was.
        foreign: paths in the way that are not results of ours.
        taken: names that belong to another input: name, where that one is (None when version 0.1.0 did not
            write it down), where this one is.
        differing: how many inputs have results of other settings, by what differs.
        overwrite: whether the user wants everything redone.
    """

    inputs: list[PlannedInput] = field(default_factory=list)
    to_do: Scratch = field(default_factory=lambda: Scratch("CREATE TABLE to_do (name BLOB, outputs BLOB);"))
    removed: Counter[str] = field(default_factory=Counter)
    moved: bytearray = field(default_factory=bytearray)
    foreign: list[str] = field(default_factory=list)
    taken: list[tuple[str, str | None, str]] = field(default_factory=list)
    differing: Counter[str] = field(default_factory=Counter)
    overwrite: bool = False

    def begin(self, started: StartedInput) -> None:
        """Add an input that is not kept."""
        outputs = b"\0".join(map(packed, started.outputs))
        self.to_do.add("INSERT INTO to_do VALUES *", packed(started.name), outputs)

    def started(self, keys: tuple[str, ...]) -> Iterator[StartedInput]:
        """What the journal must have before the first input is started.

        Args:
            keys: of the settings, one for each kind of input.
        """
        for name, outputs in self.to_do.rows("SELECT name, outputs FROM to_do ORDER BY rowid"):
            paths = tuple(map(unpacked, outputs.split(b"\0"))) if outputs else ()
            yield StartedInput(unpacked(name), keys, paths)

    def check(self, where: object) -> None:
        """Refuse a plan that would cost the user something.

        Args:
            where: the results folder, as messages call it.

        Raises:
            OutputError: files that are not ours are in the way.
            UsageError: names belong to other inputs, or results are of other settings and may not be redone.
        """
        for problem in self.problems(where):
            raise problem

    def problems(self, where: object) -> Iterator[OutputError | UsageError]:
        """Everything for which the run must not start, the gravest first."""
        if self.foreign:
            yield in_the_way(self.foreign)
        if self.taken:
            yield name_is_taken(str(where), self.taken)
        if self.differing and not self.overwrite:
            count = self.differing.total()
            removed = sorted(self.removed)
            cost = f" and remove their {' and '.join(removed)} files" if removed else ""
            yield UsageError(
                f"{count:,} {'input has' if count == 1 else 'inputs have'} results in {where} that were made "
                f"with other settings: {self._what_differs}; add --overwrite to redo them{cost}, "
                "or choose another folder with --output"
            )

    def log_losses(self) -> None:
        """Say which results the run is about to replace or remove."""
        if self.differing:
            count = counted(self.differing.total(), "input")
            log.info(
                "redoing results of %s that were made with other settings: %s", count, self._what_differs
            )
        if self.removed:
            what = ", ".join(f"{count} {kind}" for kind, count in self.removed.items())
            log.info("removing outdated results that this run does not write again: %s", what)

    @property
    def _what_differs(self) -> str:
        return "; or ".join(text for text, _ in self.differing.most_common(SHOWN))
