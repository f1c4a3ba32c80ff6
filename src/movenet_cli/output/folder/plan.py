"""What a run will do with each input, and what keeps it from starting: decided before the first one is read.

A results folder is ours or it is not touched, a name in it belongs to one input, and results of other
settings go only when the user says so. `FolderPlanner.decide` is where an input is kept or not.
"""

import logging
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from movenet_cli.core.folder_names import LOCK, OVERLAY
from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.core.wording import counted
from movenet_cli.errors import MediaError, OutputError, UsageError
from movenet_cli.output.folder.fingerprint import Fingerprint, Reading, location_of, same_content
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import MEDIA, Layout
from movenet_cli.output.folder.output_file import Output
from movenet_cli.output.folder.ownership import SHOWN, in_the_way, is_foreign, is_foreign_run_file
from movenet_cli.output.folder.records import Entry, StartedInput
from movenet_cli.output.folder.result_settings import ResultSettings, differences

log = logging.getLogger(__name__)

Action = Literal["annotate", "add", "redo", "keep"]

CompareContent = Callable[[Fingerprint | None], Fingerprint | None]
"""The recorded fingerprint of an input to its present one; None when its content is another."""


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
        to_do: those that are not kept.
        removed: how many files will go that are not written again, by their format.
        relocated: entries to be recorded anew: their input has moved, or version 0.1.0 wrote them.
        foreign: paths in the way that are not results of ours.
        taken: names that belong to another input: name, where that one is (None when version 0.1.0 did not
            write it down), where this one is.
        differing: how many inputs have results of other settings, by what differs.
        overwrite: whether the user wants everything redone.
    """

    inputs: list[PlannedInput] = field(default_factory=list)
    to_do: list[InputFile] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)
    relocated: list[Entry] = field(default_factory=list)
    foreign: list[Path] = field(default_factory=list)
    taken: list[tuple[str, str | None, str]] = field(default_factory=list)
    differing: Counter[str] = field(default_factory=Counter)
    overwrite: bool = False

    def check(self, root: Path) -> None:
        """Refuse a plan that would cost the user something.

        Raises:
            OutputError: files that are not ours are in the way.
            UsageError: names belong to other inputs, or results are of other settings and may not be redone.
        """
        for problem in self.problems(root):
            raise problem

    def problems(self, root: Path) -> Iterator[OutputError | UsageError]:
        """Everything for which the run must not start, the gravest first."""
        if self.foreign:
            yield in_the_way(self.foreign)
        if self.taken:
            yield _name_is_taken(root, self.taken)
        if self.differing and not self.overwrite:
            count = self.differing.total()
            removed = sorted(self.removed)
            cost = f" and remove their {' and '.join(removed)} files" if removed else ""
            yield UsageError(
                f"{count:,} {'input has' if count == 1 else 'inputs have'} results in {root} that were made "
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


class FolderPlanner:
    """Compares the inputs of a run with what is in its results folder.

    Args:
        root: the results folder.
        journal: of the folder.
        layout: what the run writes, and where.
        settings: of the run, by kind of input.
        media_of: tells what a file will turn out to be; None when it cannot be read.
        overwrite: whether everything is redone.
        exact: whether an input whose time has changed is read, to tell whether its content has, too.
    """

    def __init__(
        self,
        root: Path,
        journal: Journal,
        layout: Layout,
        settings: Mapping[Media, ResultSettings],
        media_of: Callable[[Path], Media | None],
        *,
        overwrite: bool = False,
        exact: bool = False,
    ) -> None:
        self._root = root
        self._journal = journal
        self._layout = layout
        self._settings = settings
        self._media_of = media_of
        self._overwrite = overwrite
        self._exact = exact
        self._read: Reading = "when touched" if exact else "never"
        self._sound_folders: set[str] = set()

    def decide(
        self,
        file: InputFile,
        entry: Entry | None,
        compare: CompareContent,
        kinds: Sequence[Media] = MEDIA,
    ) -> PlannedInput:
        """When is an input kept? This is the one place that says so.

        It is kept when an earlier run finished it with the settings of this run, its content is still the
        same, every file that this run would write is there, and nobody asked for `--overwrite`. This is asked
        for the plan, when the input's turn comes, and once more when it is open: the disk may change
        meanwhile.

        Args:
            file: the input.
            entry: what the journal has of it.
            compare: the input with its recorded fingerprint; called only when it matters.
            kinds: what the input may be, as far as that is known.
        """
        if entry is None or not self._has_results(entry):
            return PlannedInput(file, "annotate", "new")
        # The settings of images and of videos differ at least in the media, so the key tells which it was.
        media = next((media for media in kinds if self._settings[media].key == entry.key), None)
        if media is None:
            return PlannedInput(file, "redo", self._what_differs(entry), self._outdated(entry, {}))
        fingerprint = compare(entry.fingerprint)
        if fingerprint is None:
            return PlannedInput(file, "redo", "the input has changed", self._outdated(entry, {}))
        # Only sizes: to read every result back would take as long as a fast model does. A file of another
        # size was changed or cut, is set aside when its turn comes, and is written again.
        up_to_date = {
            path: output for path, output in entry.outputs.items() if self._size(path) == output.size
        }
        wanted = self._layout.files(file.name, media)
        missing = [format_name for path, format_name in wanted.items() if path not in up_to_date]
        action: Action
        if self._overwrite:
            action, reason = "redo", "--overwrite"
        elif missing:
            action, reason = "add", ", ".join(missing)
        else:
            # Results in other formats may lie there as well; in whatever state, they do not concern this run.
            return PlannedInput(file, "keep", "up to date", (), up_to_date, fingerprint)
        return PlannedInput(file, action, reason, self._outdated(entry, up_to_date), up_to_date, fingerprint)

    def plan(self, files: Sequence[InputFile]) -> FolderPlan:
        """The plan for these inputs.

        Raises:
            UsageError: two names are one on this disk.
            OutputError: a folder of the results leads elsewhere.
        """
        plan = FolderPlan(overwrite=self._overwrite)
        if _ignores_case(self._root):
            self._check_case(files)
        for path in self._layout.run_files:
            if is_foreign_run_file(self._root, self._journal, path):
                plan.foreign.append(self._root / path)
        for file in files:
            planned = self._plan_one(file, plan)
            if planned.action != "keep":
                plan.to_do.append(file)
                plan.removed.update(map(_kind, planned.removes))
            if self._exact:
                plan.inputs.append(planned)
        return plan

    def started(self, files: Iterable[InputFile]) -> Iterator[StartedInput]:
        """What the journal must have before the first of these inputs is started."""
        keys = tuple(each.key for each in self._settings.values())
        for file in files:
            entry = self._journal.get(file.name)
            known = entry.outputs if entry else {}
            # What lies there now and is not ours stays, also after this run has been killed.
            free = (path for path in self._layout.possible(file.name) if path not in known)
            outputs = tuple(path for path in free if not self._is_foreign(file.name, path))
            yield StartedInput(file.name, keys, outputs)

    def _plan_one(self, file: InputFile, plan: FolderPlan) -> PlannedInput:
        """Decide on one input, and add to the plan what stands in its way."""
        foreign = [path for path in self._layout.possible(file.name) if self._is_foreign(file.name, path)]
        if foreign:
            needed = self._needed(file)
            plan.foreign += [self._root / path for path in foreign if path in needed]
        entry = self._journal.get(file.name)
        if entry is not None and self._has_results(entry):
            entry = self._claim(entry, file, plan)
        planned = self.decide(file, entry, lambda recorded: self._compare(recorded, file.path, self._read))
        keys = {each.key for each in self._settings.values()}
        if planned.action == "redo" and entry is not None and entry.key not in keys:
            # A run that was to redo it with these settings, and did not get that far, may go on.
            started = self._journal.started(file.name)
            if started is None or set(started.keys) != keys:
                plan.differing[planned.reason] += 1
        return planned

    def _claim(self, entry: Entry, file: InputFile, plan: FolderPlan) -> Entry:
        """The entry of an input that is where the journal says, or has moved; others have taken its name."""
        here = location_of(file.path)
        if entry.path is not None and _is_same_place(entry.path, here):
            return entry
        # An input has moved when its old place is empty and its content the same. Version 0.1.0 wrote down no
        # place: there, the same content must do, or the user's word.
        may_be_it = entry.path is None or not os.path.lexists(entry.path)
        if (entry.path is None and self._overwrite) or (
            may_be_it and self._compare(entry.fingerprint, file.path, "always")
        ):
            former = {each.former: each.key for each in self._settings.values() if each.former}
            entry = replace(entry, path=here, key=former.get(entry.key, entry.key))
            plan.relocated.append(entry)
        else:
            plan.taken.append((file.name, entry.path, here))
        return entry

    def _compare(self, recorded: Fingerprint | None, path: Path, read: Reading) -> Fingerprint | None:
        """See `CompareContent`; why an input cannot be read is said when its turn comes."""
        try:
            return same_content(recorded, path, read=read)
        except MediaError:
            return None

    def _what_differs(self, entry: Entry) -> str:
        """How the settings of these results differ from this run's, in words that name the options."""
        old = self._journal.settings(entry.key)
        was: Media = "video" if old and old.values.get("media") == "video" else "image"
        return "; ".join(differences(old, self._settings[was]))

    def _outdated(self, entry: Entry, up_to_date: Mapping[str, Output]) -> tuple[str, ...]:
        """Results that are out of date, and that this run does not write again."""
        stays = {*up_to_date, *self._layout.possible(entry.name)}
        return tuple(path for path in entry.outputs if path not in stays and self._size(path) is not None)

    def _has_results(self, entry: Entry) -> bool:
        """Whether any result is left; an input that failed has none, nor one whose files were deleted."""
        return not entry.failed and any(os.path.lexists(f"{self._root}/{path}") for path in entry.outputs)

    def _size(self, path: str) -> int | None:
        try:
            return os.stat(f"{self._root}/{path}").st_size  # noqa: PTH116 - a Path for every file is slow
        except OSError:
            return None

    def _needed(self, file: InputFile) -> set[str]:
        """The paths that the input really needs; only its overlay is called by what it turns out to be."""
        media = self._media_of(file.path) if self._layout.overlay else None
        return set(self._layout.texts(file.name) if media is None else self._layout.files(file.name, media))

    def _is_foreign(self, name: str, path: str) -> bool:
        """See `is_foreign`.

        Raises:
            OutputError: a folder on the way is a link: it may lead to anything.
        """
        folder = path.rpartition("/")[0]
        while folder and folder not in self._sound_folders:
            if (self._root / folder).is_symlink():
                raise OutputError(
                    f"{self._root / folder} is a link, and results are not written through links: "
                    "put a folder there, or choose another folder with --output"
                )
            self._sound_folders.add(folder)
            folder = folder.rpartition("/")[0]
        return is_foreign(self._root, self._journal, name, path)

    def _check_case(self, files: Sequence[InputFile]) -> None:
        """Refuse two inputs whose results would replace each other on a disk that ignores case."""
        names = {_folded(entry.name): entry.name for entry in self._journal.entries() if entry.outputs}
        for file in files:
            other = names.setdefault(_folded(file.name), file.name)
            if other != file.name:
                raise UsageError(
                    f"{file.name} and {other} cannot both have results in {self._root}, "
                    "where upper and lower case are the same: rename one, "
                    "or choose another folder with --output"
                )


def _name_is_taken(root: Path, taken: Sequence[tuple[str, str | None, str]]) -> UsageError:
    name, old, new = taken[0]
    more = f" (and {len(taken) - 1:,} more)" if len(taken) > 1 else ""
    if old is None:
        return UsageError(
            f"in {root} the name {name} belongs to another file than {new}{more}, or to what that was before "
            "(movenet 0.1.0 did not write down which); add --overwrite to redo it, "
            "or choose another folder with --output"
        )
    common = os.path.commonpath([old, new])
    return UsageError(
        f"in {root} the name {name} belongs to {old}, not to {new}{more}; "
        f"name inputs from a common folder with --root {common}, or choose another folder with --output"
    )


def _is_same_place(first: str, second: str) -> bool:
    """Whether two paths lead to one file."""
    try:
        return first == second or os.path.samefile(first, second)  # noqa: PTH121 - names may be of any bytes
    except (OSError, ValueError):
        return False


def _ignores_case(root: Path) -> bool:
    """Whether the disk takes `A` and `a` for one name; False as long as there is nothing to try it on."""
    lock = Path(LOCK)
    return (root / lock).exists() and (root / str(lock).upper()).exists()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _kind(path: str) -> str:
    """How a message calls a result: by its format."""
    return OVERLAY if path.startswith(f"{OVERLAY}/") else path.rpartition(".")[2]
