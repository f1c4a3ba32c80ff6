"""A results folder: a file per input and format, overlays, the COCO dataset, the journal, `run.json`."""

import contextlib
import json
import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import cast

from movenet_cli.core.cancellation import Cancelled
from movenet_cli.core.folder_names import DATASET, LOCK, OVERLAY, RUN
from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.core.results import Header, InputOutcome, Summary
from movenet_cli.core.wording import counted
from movenet_cli.errors import MediaError
from movenet_cli.io.atomic import as_output_error, make_folder, remove_leftovers, sync_folders, write_file
from movenet_cli.io.json_text import json_line
from movenet_cli.output.folder.entries import (
    Entry,
    Fingerprint,
    Output,
    fingerprint,
    has_changed,
    location_of,
    output_of,
    summary_of,
)
from movenet_cli.output.folder.journal import Journal, is_up_to_date
from movenet_cli.output.folder.layout import Layout, dataset_part
from movenet_cli.output.folder.lock import locked
from movenet_cli.output.folder.places import check_places
from movenet_cli.output.folder.plan import MEDIA, FolderPlan, FolderPlanner, in_the_way
from movenet_cli.output.folder.records import ResultSettings, RunFile
from movenet_cli.output.folder.set_aside import is_regular_file, put_aside_if_changed
from movenet_cli.output.formats.coco import combine
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.output.formats.text_sink import TextSink
from movenet_cli.output.interface import Outputs, Sink
from movenet_cli.output.overlay.image import open_overlay

log = logging.getLogger(__name__)


@contextlib.contextmanager
def results_folder(
    root: Path,
    layout: Layout,
    settings: Mapping[Media, ResultSettings],
    files: Sequence[InputFile],
    media_of: Callable[[Path], Media | None],
    overwrite: bool = False,
) -> Iterator["FolderOutputs"]:
    """Hold a results folder for one run; what a killed run left half-written is removed first.

    Nothing is written or removed before it is clear that the run may start; see `results.plan`.

    Args:
        root: the folder; made when it is not there.
        layout: what is written, and where.
        settings: what results depend on besides the input, by kind of input.
        files: the inputs.
        media_of: tells what a file will turn out to be; None when it cannot be read.
        overwrite: nothing is taken to be up to date.

    Raises:
        OutputError: the folder cannot be made or written, another run holds it, or what is not ours is in
            the way.
        UsageError: results of other inputs or settings would be lost.
    """
    check_places(root, layout)
    missing = [path for path in (root / LOCK, *(root / LOCK).parents) if not path.exists()]
    with locked(root):
        try:
            journal = Journal(root)
            planner = FolderPlanner(root, journal, layout, settings, media_of, overwrite=overwrite)
            plan = planner.plan(files)
            plan.check(root)
        except BaseException:  # a run that is refused leaves no trace
            _remove_made(missing)
            raise
        try:
            remove_leftovers(root)
            _remove_half_done(root, journal)
            for folder in layout.folders:
                make_folder(root / folder)
            journal.note(plan.adopted)
            journal.note(chain(settings.values(), [RunFile(RUN, None)], planner.begun(plan.to_do)))
            journal.sync()
            _tell_what_goes(plan)
            yield FolderOutputs(root, layout, settings, journal, planner, overwrite)
        finally:
            journal.close()


def _remove_made(paths: Sequence[Path]) -> None:
    """Remove a lock and empty folders, innermost first."""
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()


def _remove_half_done(root: Path, journal: Journal) -> None:
    """Remove the files of inputs that a killed run did not finish; those that an entry vouches for stay."""
    unfinished = [begun for begun in journal.all_begun() if begun.outputs]
    for begun in unfinished:
        entry = journal.get(begun.name)
        known = entry.outputs if entry else {}
        for path in begun.outputs:
            target = root / path
            if path not in known and is_regular_file(target):
                with as_output_error(target):
                    target.unlink(missing_ok=True)
    journal.note(replace(begun, outputs=()) for begun in unfinished)


def _tell_what_goes(plan: FolderPlan) -> None:
    if plan.differing:
        count = counted(plan.differing.total(), "input")
        log.info("redoing results of %s that were made with other settings: %s", count, plan.what_differs)
    if plan.removed:
        what = ", ".join(f"{count} {kind}" for kind, count in plan.removed.items())
        log.info("removing outdated results that this run does not write again: %s", what)


class FolderOutputs(Outputs):
    """The results folder of one run.

    Args:
        root: the folder.
        layout: what is written, and where.
        settings: see `results_folder`.
        journal: of the folder.
        planner: tells which files may come of an input.
        overwrite: see `results_folder`.
    """

    def __init__(
        self,
        root: Path,
        layout: Layout,
        settings: Mapping[Media, ResultSettings],
        journal: Journal,
        planner: FolderPlanner,
        overwrite: bool,
    ) -> None:
        self._planner = planner
        self._root = root
        self._layout = layout
        self._keys = {media: each.key for media, each in settings.items()}
        self._journal = journal
        self._overwrite = overwrite
        self._work: dict[str, _Work] = {}
        self._failed: set[str] = set()
        self._dataset_lock = threading.Lock()
        self._halted = threading.Event()

    def kept(self, file: InputFile) -> InputOutcome | None:
        """See `Outputs.kept`."""
        if self._overwrite or self._journal.get(file.name) is None:
            return None
        for media in MEDIA:
            wanted = list(self._layout.files(file.name, media))
            entry = self._journal.up_to_date(file.name, file.path, self._keys[media], wanted, self._check)
            if entry is not None:
                return InputOutcome(
                    file.name, "kept", summary_of(entry), notes=tuple(entry.notes), path=file.path
                )
        return None

    def begin(self, file: InputFile) -> None:
        """See `Outputs.begin`: fingerprints the input before it is read, so that a later change shows."""
        if self._journal.begun(file.name) is None:  # it was to be kept, and has changed since
            self._journal.note(self._planner.begun([file]))
            self._journal.sync()
        self._work[file.name] = _Work(fingerprint(file.path, self._check), owed=self._layout.texts(file.name))

    def sinks(self, position: int, file: InputFile, header: Header) -> Sequence[Sink]:
        """The outputs that are missing or stale; see `Outputs.sinks`."""
        media = header.info.media
        wanted = self._layout.files(file.name, media)
        good = self._still_good(file, media)
        owed = {path: name for path, name in wanted.items() if self._overwrite or path not in good}
        for path in owed:
            if self._is_foreign(file.name, path):
                raise in_the_way([self._root / path])
        for path in owed.keys() & good.keys():
            put_aside_if_changed(self._root / path, good[path])
        self._work[file.name] = replace(self._work[file.name], good=good, owed=owed)
        self._disown_stale(file.name, good)
        self._remove(file.name, owed.keys() - good.keys())
        sinks: list[Sink] = []
        try:
            for path, format_name in owed.items():
                sinks.append(self._sink(path, format_name, file, header))
        except BaseException:
            for sink in sinks:
                sink.abort()
            raise
        return sinks

    def finished(self, file: InputFile, media: Media, summary: Summary, notes: tuple[str, ...] = ()) -> None:
        """See `Outputs.finished`.

        Raises:
            MediaError: the input is not what it was when it was begun.
        """
        work = self._work[file.name]
        if has_changed(file.path, work.mark):
            raise MediaError("it changed while it was read; run the same command again")
        made = (path for path in work.owed if (self._root / path).exists())
        outputs = {**work.good, **{path: output_of(self._root / path) for path in made}}
        self._journal.add(
            Entry(
                file.name,
                work.mark,
                self._keys[media],
                outputs,
                summary.fields(),
                tuple(summary.reasons),
                path=location_of(file.path),
                notes=notes,
            )
        )
        if dataset_part(file.name) not in outputs:
            self._drop_dataset()
        del self._work[file.name]

    def failed(self, file: InputFile, reason: str) -> None:
        """See `Outputs.failed`; removes what lies by now, and what this run had finished of the input."""
        self._failed.add(file.name)
        work = self._work.pop(file.name, None)
        entry = self._journal.get(file.name)
        known = entry.outputs if entry else {}
        good = known if entry and self._outlives_failure(entry, file.path, work) else {}
        owed = work.owed if work else self._layout.texts(file.name)
        for path in {*known, *owed} - good.keys():
            with contextlib.suppress(MediaError):  # a name that cannot be written is not there
                self._remove(file.name, [path])
        if not good:
            where = location_of(file.path)
            self._journal.add(Entry(file.name, None, "", {}, {}, (reason,), failed=True, path=where))

    def _outlives_failure(self, entry: Entry, path: Path, work: "_Work | None") -> bool:
        """Whether what is recorded of an input that failed is still true.

        An input that cannot even be read now keeps what it had: nothing says that it has changed.
        """
        if entry.fingerprint is None:
            return False
        if work is None:
            return not has_changed(path, entry.fingerprint)
        same = work.mark.sha256 == entry.fingerprint.sha256 and not has_changed(path, work.mark)
        return same and entry.key in self._keys.values()

    def halt(self) -> None:
        """See `Outputs.halt`; ends the reading of a large input for its fingerprint."""
        self._halted.set()

    def _check(self) -> None:
        if self._halted.is_set():
            raise Cancelled

    def combine(self, files: Sequence[InputFile]) -> None:
        """Write what is made of all inputs' results together, of those that have any, in the order given."""
        if "coco" in self._layout.formats:
            parts = [self._root / dataset_part(file.name) for file in files if self._has_part(file.name)]
            put_aside_if_changed(self._root / DATASET, self._journal.file(DATASET))
            self._journal.note([RunFile(DATASET, None)])
            combine(parts, self._root / DATASET)
            self._journal.note([RunFile(DATASET, output_of(self._root / DATASET))])

    def _has_part(self, name: str) -> bool:
        """Whether this run did or kept the input, and its part of the dataset is complete, by the journal."""
        entry = None if name in self._failed else self._journal.get(name)
        return entry is not None and dataset_part(name) in entry.outputs

    def sync(self) -> None:
        """Let everything so far reach the disk."""
        self._journal.sync()
        sync_folders(self._root)

    def write_run(self, document: Mapping[str, object]) -> None:
        """Write `run.json`."""
        write_file(self._root / RUN, run_text(document), self._root)

    def _still_good(self, file: InputFile, media: Media) -> dict[str, Output]:
        """Outputs of an earlier run with the same input and settings that are still as it left them."""
        key = self._keys[media]
        entry = self._journal.up_to_date(file.name, file.path, key, [], self._check)
        if entry is None:
            return {}
        return {
            path: output
            for path, output in entry.outputs.items()
            if is_up_to_date(entry, key, [path], self._root)
        }

    def _disown_stale(self, name: str, good: Mapping[str, Output]) -> None:
        """Strike what is stale from the journal and remove it; no power cut brings the old line back."""
        entry, begun = self._journal.get(name), self._journal.begun(name)
        if entry is not None and (stale := entry.outputs.keys() - good.keys()):
            for path in stale:
                put_aside_if_changed(self._root / path, entry.outputs[path])
            if begun is not None:  # what is stale stays ours until it is gone
                outputs = tuple(dict.fromkeys((*begun.outputs, *stale)))
                self._journal.note([replace(begun, outputs=outputs)])
            self._journal.add(replace(entry, outputs=good, is_open=True))
            self._journal.sync()
            self._remove(name, stale)

    def _remove(self, name: str, paths: Collection[str]) -> None:
        """Remove outputs of an input; the dataset goes with the part that it was made of."""
        if dataset_part(name) in paths:
            self._drop_dataset()
        entry = self._journal.get(name)
        for path in paths:
            if self._is_foreign(name, path):
                continue
            put_aside_if_changed(self._root / path, entry.outputs.get(path) if entry else None)
            with as_output_error(self._root / path):
                (self._root / path).unlink(missing_ok=True)

    def _drop_dataset(self) -> None:
        """Remove the dataset, if it is ours, since it is not made of today's results any more."""
        dataset = self._root / DATASET
        with self._dataset_lock:
            if self._journal.knows_file(DATASET) and is_regular_file(dataset):
                put_aside_if_changed(self._root / DATASET, self._journal.file(DATASET))
                with as_output_error(dataset, of_input=False):
                    dataset.unlink(missing_ok=True)

    def _is_foreign(self, name: str, path: str) -> bool:
        """Whether something is there that no line of the journal vouches for as a result of this input."""
        return os.path.lexists(self._root / path) and not self._journal.vouches_for(name, path)

    def _sink(self, path: str, format_name: str, file: InputFile, header: Header) -> Sink:
        if format_name == OVERLAY:
            return open_overlay(self._root / path, file.path, header, self._root)
        return TextSink(FORMATS[format_name].encoder(header), self._root / path, self._root)


@dataclass(frozen=True, slots=True)
class _Work:
    """One input under way.

    Attributes:
        mark: what the input was when it was begun.
        good: outputs of an earlier run that stay.
        owed: paths that this run writes, each with its format.
    """

    mark: Fingerprint
    good: Mapping[str, Output] = field(default_factory=dict)
    owed: Mapping[str, str] = field(default_factory=dict)


def run_text(document: Mapping[str, object]) -> str:
    """The text of `run.json`: indented, the list of inputs with one line for each."""
    rest = {name: value for name, value in document.items() if name != "files"}
    text = json.dumps(rest, indent=2)
    lines = ",\n".join(f"    {json_line(each)}" for each in cast(list[object], document.get("files", [])))
    files = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{text.removesuffix("}").rstrip()},\n  "files": {files}\n}}\n'
