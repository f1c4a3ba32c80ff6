"""Makes the plan of a run for its results folder, before the first input is read.

A results folder is ours or it is not touched, a name in it belongs to one input, and results of other
settings go only when the user says so. `FolderPlanner.decide` says whether an input is kept.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from movenet_cli.core.folder_names import OVERLAY
from movenet_cli.core.inputs import InputFile, Inputs, Media
from movenet_cli.errors import MediaError, OutputError
from movenet_cli.io.storage.interface import Storage
from movenet_cli.output.folder.fingerprint import Fingerprint, Reading, location_of, same_content
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import MEDIA, Layout
from movenet_cli.output.folder.output_file import Output
from movenet_cli.output.folder.ownership import check_case, is_foreign, is_foreign_run_file
from movenet_cli.output.folder.plan import Action, FolderPlan, PlannedInput
from movenet_cli.output.folder.records import Entry, StartedInput
from movenet_cli.output.folder.result_settings import ResultSettings, differences

CompareContent = Callable[[Fingerprint | None], Fingerprint | None]
"""The recorded fingerprint of an input to its present one; None when its content is another."""


@dataclass(slots=True)
class FolderPlanner:
    """Compares the inputs of a run with what is in its results folder.

    Attributes:
        storage: the results folder.
        journal: of the folder.
        layout: what the run writes, and where.
        settings: what results depend on besides the input, by kind of input.
        media_of: tells what an input will turn out to be; None when it cannot be read.
        overwrite: whether everything is redone.
        exact: whether an input whose time has changed is read, to tell whether its content has, too.
    """

    storage: Storage
    journal: Journal
    layout: Layout
    settings: Mapping[Media, ResultSettings]
    media_of: Callable[[InputFile], Media | None]
    overwrite: bool = False
    exact: bool = False
    _sound_folders: set[str] = field(default_factory=set, init=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """Of the settings, one for each kind of input."""
        return tuple(each.key for each in self.settings.values())

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
        media = next((media for media in kinds if self.settings[media].key == entry.key), None)
        if media is None:
            return PlannedInput(file, "redo", self._what_differs(entry), self._outdated(entry, {}))
        fingerprint = compare(entry.fingerprint)
        if fingerprint is None:
            changed = "the input has changed" if file.url is None else "the input may have changed"
            return PlannedInput(file, "redo", changed, self._outdated(entry, {}))
        # Only sizes: to read every result back would take as long as a fast model does. A file of another
        # size was changed or cut, is set aside when its turn comes, and is written again.
        up_to_date = {
            path: output for path, output in entry.outputs.items() if self.storage.size(path) == output.size
        }
        wanted = self.layout.files(file.name, media)
        missing = [format_name for path, format_name in wanted.items() if path not in up_to_date]
        action: Action
        if self.overwrite:
            action, reason = "redo", "--overwrite"
        elif missing:
            action, reason = "add", ", ".join(missing)
        else:
            # Results in other formats may lie there as well; in whatever state, they do not concern this run.
            return PlannedInput(file, "keep", "up to date", (), up_to_date, fingerprint)
        return PlannedInput(file, action, reason, self._outdated(entry, up_to_date), up_to_date, fingerprint)

    def plan(self, files: Inputs) -> FolderPlan:
        """The plan for these inputs.

        Raises:
            UsageError: two names are one on this disk.
            OutputError: a folder of the results leads elsewhere.
        """
        plan = FolderPlan(overwrite=self.overwrite)
        check_case(self.storage, self.journal, files)
        for path in self.layout.run_files:
            if is_foreign_run_file(self.storage, self.journal, path):
                plan.foreign.append(self.storage.place(path))
        for file in files:
            plan.moved.append(False)
            planned = self._plan_one(file, plan)
            if planned.action != "keep":
                plan.removed.update(map(_kind, planned.removes))
            if self.exact:
                plan.inputs.append(planned)
        return plan

    def started(self, name: str) -> StartedInput:
        """What the journal must have before an input is started."""
        return self._started(name, self.journal.get(name), self._foreign(name))

    def _started(self, name: str, entry: Entry | None, foreign: Sequence[str]) -> StartedInput:
        known = entry.outputs if entry else {}
        # What lies there now and is not ours stays, also after this run has been killed.
        free = (path for path in self.layout.possible(name) if path not in known and path not in foreign)
        return StartedInput(name, self.keys, tuple(free))

    def _foreign(self, name: str) -> list[str]:
        return [path for path in self.layout.possible(name) if self._is_foreign(name, path)]

    def moved(self, files: Iterable[InputFile]) -> Iterator[Entry]:
        """The entries of inputs that are elsewhere now."""
        return (
            replace(entry, path=location_of(file))
            for file in files
            if (entry := self.journal.get(file.name)) is not None
        )

    def _plan_one(self, file: InputFile, plan: FolderPlan) -> PlannedInput:
        """Decide on one input, and add to the plan what stands in its way."""
        foreign = self._foreign(file.name) if self.journal.is_writer_of(file.name) else []
        if foreign:
            needed = self._needed(file)
            plan.foreign += [self.storage.place(path) for path in foreign if path in needed]
        entry = self.journal.get(file.name)
        if entry is not None and self._has_results(entry):
            entry = self._claim(entry, file, plan)
        read: Reading = "when touched" if self.exact else "never"
        planned = self.decide(file, entry, lambda recorded: self._compare(recorded, file, read))
        if planned.action == "redo" and entry is not None and entry.key not in self.keys:
            # A run that was to redo it with these settings, and did not get that far, may go on.
            started = self.journal.started(file.name)
            if started is None or set(started.keys) != set(self.keys):
                plan.differing[planned.reason] += 1
        if planned.action != "keep":
            plan.begin(self._started(file.name, entry, foreign))
        return planned

    def _claim(self, entry: Entry, file: InputFile, plan: FolderPlan) -> Entry:
        """The entry of an input that is where the journal says, or has moved; others have taken its name."""
        here = location_of(file)
        if entry.path is not None and _is_same_place(entry.path, here):
            return entry
        # An input has moved when its old place is empty and its content the same. Version 0.1.0 wrote down no
        # place: there, the same content must do, or the user's word.
        may_be_it = entry.path is None or not os.path.lexists(entry.path)
        if (entry.path is None and self.overwrite) or (
            may_be_it and self._compare(entry.fingerprint, file, "always")
        ):
            plan.moved[-1] = True
            return replace(entry, path=here)
        plan.taken.append((file.name, entry.path, here))
        return entry

    def _compare(self, recorded: Fingerprint | None, file: InputFile, read: Reading) -> Fingerprint | None:
        """See `CompareContent`; why an input cannot be read is said when its turn comes."""
        try:
            return same_content(recorded, file, read=read)
        except MediaError:
            return None

    def _what_differs(self, entry: Entry) -> str:
        """How the settings of these results differ from this run's, in words that name the options."""
        old = self.journal.settings(entry.key)
        was: Media = "video" if old and old.values.get("media") == "video" else "image"
        return "; ".join(differences(old, self.settings[was]))

    def _outdated(self, entry: Entry, up_to_date: Mapping[str, Output]) -> tuple[str, ...]:
        """Results that are out of date, and that this run does not write again."""
        stays = {*up_to_date, *self.layout.possible(entry.name)}
        size = self.storage.size
        return tuple(path for path in entry.outputs if path not in stays and size(path) is not None)

    def _has_results(self, entry: Entry) -> bool:
        """Whether any result is left; an input that failed has none, nor one whose files were deleted."""
        return not entry.failed and any(map(self.storage.exists, entry.outputs))

    def _needed(self, file: InputFile) -> set[str]:
        """The paths that the input really needs; only its overlay is called by what it turns out to be."""
        media = self.media_of(file) if self.layout.overlay else None
        return set(self.layout.texts(file.name) if media is None else self.layout.files(file.name, media))

    def _is_foreign(self, name: str, path: str) -> bool:
        """See `is_foreign`.

        Raises:
            OutputError: a folder on the way is a link: it may lead to anything.
        """
        folder = path.rpartition("/")[0]
        while folder and folder not in self._sound_folders:
            if self.storage.kind(folder) == "link":
                raise OutputError(
                    f"{self.storage.place(folder)} is a link, and results are not written through links: "
                    "put a folder there, or choose another folder with --output"
                )
            self._sound_folders.add(folder)
            folder = folder.rpartition("/")[0]
        return is_foreign(self.storage, self.journal, name, path)


def _is_same_place(first: str, second: str) -> bool:
    """Whether two paths lead to one file."""
    try:
        return first == second or os.path.samefile(first, second)  # noqa: PTH121 - names may be of any bytes
    except (OSError, ValueError):
        return False


def _kind(path: str) -> str:
    """How a message calls a result: by its format."""
    return OVERLAY if path.startswith(f"{OVERLAY}/") else path.rpartition(".")[2]
