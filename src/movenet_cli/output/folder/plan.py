"""What a run will do with each input, and what stands in its way: decided before the first one is read.

A results folder is ours or it is not touched, a name in it belongs to one input, and results of other
settings go only when the user says so. This module is the one place where these rules stand.
"""

import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, get_args

from movenet_cli.core.folder_names import LOCK, OVERLAY, RUN
from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.errors import MediaError, OutputError, UsageError
from movenet_cli.output.folder.entries import Entry, location_of
from movenet_cli.output.folder.journal import Journal, is_up_to_date, same_content
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.records import Begun, ResultSettings
from movenet_cli.output.folder.settings_diff import differences

MEDIA: Final[tuple[Media, ...]] = get_args(Media)
_SHOWN: Final = 3
"""How many examples a message gives."""

_HEADS: Final = (
    b'{\n  "schema": "movenet-cli/run-1"',
    b'{\n"info": {"description": "Human poses found by MoveNet"',
)
_HEAD_SIZE: Final = 100

Action = Literal["annotate", "add", "redo", "keep"]


@dataclass(frozen=True, slots=True)
class PlannedInput:
    """What a run will do with one input.

    Attributes:
        file: the input.
        action: `annotate` what has no results, `add` the files that are missing, `redo` what is out of date,
            `keep` what is up to date.
        reason: why, in a few words.
        removes: results that are out of date and that the run does not write again.
    """

    file: InputFile
    action: Action
    reason: str = ""
    removes: tuple[str, ...] = ()


@dataclass(slots=True)
class FolderPlan:
    """What a run will do with all its inputs.

    Attributes:
        inputs: one plan for each, in the run's order; only when they were asked for.
        to_do: those that are not kept.
        removed: how many files will go that are not written again, by their format.
        adopted: entries to be recorded anew: their input has moved, or version 0.1.0 wrote them.
        foreign: paths in the way that are not results of ours.
        taken: names that belong to another input: name, where that one is (None when version 0.1.0 did not
            write it down), where this one is.
        differing: how many inputs have results of other settings, by what differs.
        overwrite: whether the user wants everything redone.
    """

    inputs: list[PlannedInput] = field(default_factory=list)
    to_do: list[InputFile] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)
    adopted: list[Entry] = field(default_factory=list)
    foreign: list[Path] = field(default_factory=list)
    taken: list[tuple[str, str | None, str]] = field(default_factory=list)
    differing: Counter[str] = field(default_factory=Counter)
    overwrite: bool = False

    @property
    def what_differs(self) -> str:
        """How this run's settings differ from those of the results that are there."""
        return "; or ".join(text for text, _ in self.differing.most_common(_SHOWN))

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
                f"with other settings: {self.what_differs}; add --overwrite to redo them{cost}, "
                "or choose another folder with --output"
            )


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
        self._keys = {each.key for each in settings.values()}
        self._overwrite = overwrite
        self._exact = exact
        self._sound_folders: set[str] = set()

    def plan(self, files: Sequence[InputFile]) -> FolderPlan:
        """The plan for these inputs.

        Raises:
            UsageError: two names are one on this disk.
            OutputError: a folder of the results leads elsewhere.
        """
        plan = FolderPlan(overwrite=self._overwrite)
        if _ignores_case(self._root):
            self._check_case(files)
        own = self._layout.run_files
        plan.foreign += [
            self._root / path for path in own if is_foreign_file(self._root, self._journal, path)
        ]
        for file in files:
            planned = self._plan_one(file, plan)
            if planned.action != "keep":
                plan.to_do.append(file)
                plan.removed.update(map(_kind, planned.removes))
            if self._exact:
                plan.inputs.append(planned)
        return plan

    def begun(self, files: Iterable[InputFile]) -> Iterator[Begun]:
        """What to write down before the first of these inputs is begun."""
        keys = tuple(each.key for each in self._settings.values())
        for file in files:
            yield Begun(file.name, keys, self._free(file))

    def _plan_one(self, file: InputFile, plan: FolderPlan) -> PlannedInput:
        entry = self._journal.get(file.name)
        if entry is not None and not self._has_results(entry):
            entry = None
        foreign = [path for path in self._places(file) if self._is_foreign(path, file.name, entry)]
        if foreign:
            needed = self._needed(file)
            plan.foreign += [self._root / path for path in foreign if path in needed]
        if entry is None:
            return PlannedInput(file, "annotate", "new")
        entry = self._claim(entry, file, plan)
        media = next((media for media in MEDIA if self._settings[media].key == entry.key), None)
        if media is None:
            return self._other_settings(entry, file, plan)
        if self._overwrite:
            return PlannedInput(file, "redo", "--overwrite")
        if not self._is_same_content(entry, file.path):
            return PlannedInput(file, "redo", "the input has changed", self._removes(entry, file))
        wanted = self._layout.files(file.name, media)
        if is_up_to_date(entry, entry.key, list(wanted), self._root):
            return PlannedInput(file, "keep", "up to date")
        missing = [
            name for path, name in wanted.items() if not is_up_to_date(entry, entry.key, [path], self._root)
        ]
        return PlannedInput(file, "add", ", ".join(missing))

    def _claim(self, entry: Entry, file: InputFile, plan: FolderPlan) -> Entry:
        """The entry of an input that is where the journal says, or has moved; others have taken its name."""
        here = location_of(file.path)
        if entry.path is not None and _is_same_place(entry.path, here):
            return entry
        claimed = replace(entry, path=here)
        if entry.path is None:  # version 0.1.0: the same content must be the same input
            if self._overwrite or self._is_same_content(entry, file.path, exact=True):
                plan.adopted.append(claimed)
                return claimed
        elif not os.path.lexists(entry.path) and self._is_same_content(entry, file.path, exact=True):
            plan.adopted.append(claimed)
            return claimed
        plan.taken.append((file.name, entry.path, here))
        return entry

    def _other_settings(self, entry: Entry, file: InputFile, plan: FolderPlan) -> PlannedInput:
        """Results of other settings; a run that was to redo them and did not get that far may go on."""
        begun = self._journal.begun(file.name)
        old = self._journal.settings(entry.key)
        was: Media = "video" if old and old.values.get("media") == "video" else "image"
        reason = "; ".join(differences(old, self._settings[was]))
        if begun is None or set(begun.keys) != self._keys:
            plan.differing[reason] += 1
        return PlannedInput(file, "redo", reason, self._removes(entry, file))

    def _removes(self, entry: Entry, file: InputFile) -> tuple[str, ...]:
        """Results that are out of date, and that this run does not write."""
        return tuple(path for path in entry.outputs if path not in self._places(file))

    def _has_results(self, entry: Entry) -> bool:
        return any(os.path.lexists(f"{self._root}/{path}") for path in entry.outputs)

    def _is_same_content(self, entry: Entry, path: Path, *, exact: bool = False) -> bool:
        """Whether the input is as it was; a time that has changed is looked into when it is `exact`."""
        old = entry.fingerprint
        try:
            if exact or self._exact:
                changed = replace(entry, fingerprint=old and replace(old, mtime_ns=-1)) if exact else entry
                return same_content(changed, path) is not None
            status = path.stat()
        except (MediaError, OSError):
            return False
        return old is not None and (status.st_size, status.st_mtime_ns) == (old.size, old.mtime_ns)

    def _places(self, file: InputFile) -> list[str]:
        """The paths that the run may write for an input.

        A video's and an image's overlay are called differently, and which it is shows when it is opened.
        """
        return list(dict.fromkeys(path for media in MEDIA for path in self._layout.files(file.name, media)))

    def _free(self, file: InputFile) -> tuple[str, ...]:
        """Those of them where nothing is so far, neither of ours nor of somebody else's."""
        entry = self._journal.get(file.name)
        known = entry.outputs if entry else {}
        places = (path for path in self._places(file) if path not in known)
        return tuple(path for path in places if not self._is_foreign(path, file.name))

    def _needed(self, file: InputFile) -> set[str]:
        """The paths that the input really needs, once it is known what it is."""
        if not self._layout.overlay:
            return set(self._layout.texts(file.name))
        media = self._media_of(file.path)
        return set(self._layout.texts(file.name) if media is None else self._layout.files(file.name, media))

    def _is_foreign(self, path: str, name: str, entry: Entry | None = None) -> bool:
        """Whether something is there that no line of the journal vouches for as a result of this input."""
        self._check_folders(path)
        if not os.path.lexists(f"{self._root}/{path}") or (entry is not None and path in entry.outputs):
            return False
        return not self._journal.vouches_for(name, path)

    def _check_folders(self, path: str) -> None:
        """Refuse a folder of the results that is a link: it may lead to anything."""
        folder = path.rpartition("/")[0]
        while folder and folder not in self._sound_folders:
            if (self._root / folder).is_symlink():
                raise OutputError(
                    f"{self._root / folder} is a link, and results are not written through links: "
                    "put a folder there, or choose another folder with --output"
                )
            self._sound_folders.add(folder)
            folder = folder.rpartition("/")[0]

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


def in_the_way(paths: Sequence[Path]) -> OutputError:
    """The error for files that are not ours where results shall be."""
    shown = ", ".join(map(str, paths[:_SHOWN]))
    more = f" and {len(paths) - _SHOWN:,} more" if len(paths) > _SHOWN else ""
    return OutputError(
        f"{shown}{more}: in the way, and not made by movenet; move it away, "
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


def is_foreign_file(root: Path, journal: Journal, path: str) -> bool:
    """Whether a file of the run as a whole is somebody else's; version 0.1.0 did not write its own down."""
    if journal.knows_file(path) or not os.path.lexists(root / path):
        return False
    if journal.knows_file(RUN) or not _looks_like_ours(root / path):
        return True
    return all(entry.path is not None for entry in journal.entries())


def _looks_like_ours(path: Path) -> bool:
    """Whether a file begins as `run.json` and `coco.json` of version 0.1.0 do."""
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD_SIZE).startswith(_HEADS)
    except OSError:
        return False


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
