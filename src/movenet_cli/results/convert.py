"""The conversion of results to another format, as `annotate` would have written it, without a model."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from movenet_cli.core.folder_names import DATASET, RUN
from movenet_cli.core.natural_order import natural_path_key
from movenet_cli.core.results import Summary
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import InputError, MediaError
from movenet_cli.io.atomic import AtomicFile
from movenet_cli.io.json_text import unescape_name
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.output.folder.dataset import Dataset
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.lock import locked
from movenet_cli.output.folder.output_file import output_of, put_aside_if_changed
from movenet_cli.output.folder.ownership import check_places, in_the_way, is_foreign, is_foreign_run_file
from movenet_cli.output.folder.records import Entry, RunFile, StartedInput
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.results.finding import DocumentFile, find_documents
from movenet_cli.results.reading import open_document
from movenet_cli.results.run_file import read_run


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of one input's results.

    Attributes:
        name: the input's name.
        path: the new file; for COCO the input's part of the dataset.
        summary: counts of its frames.
        reason: why it could not be converted; None when it was.
        is_left_out: whether it is no input of the last run, which the dataset is made of.
    """

    name: str
    path: Path
    summary: Summary = field(default_factory=Summary)
    reason: str | None = None
    is_left_out: bool = False


def convert_results(folder: Path, format_name: str, output: Path | None = None) -> Iterator[Converted]:
    """Write all results of a folder in another format; inputs in natural order of their names.

    Nothing is overwritten but what the journal there tells of as ours. The journal of the same folder learns
    of the new files as results of their inputs, that of another folder as files that were converted.

    Args:
        folder: results of `annotate`, with JSON or JSONL documents.
        format_name: a key of `FORMATS`; for `coco` the dataset is complete when the iterator is through. It
            is made of the inputs of the last run, as `annotate` makes it.
        output: the results folder to write to; None for the same one.

    Yields:
        Each input, when it is done; one that is broken is left out and has its `reason`.

    Raises:
        InputError: when there are no results to convert.
        OutputError: when the new files cannot be written, or something that is not ours is in the way.
    """
    documents = {found.name: found for found in find_documents(folder)}
    owed = _inputs_of_last_run(folder)
    names = {*documents, *owed}
    target = folder if output is None or _is_same(folder, output) else output
    check_places(LocalStorage(target), Layout([format_name], overlay=False))
    with locked(target), contextlib.closing(Journal(target)) as journal:
        converter = _Converter(folder, target, format_name, journal)
        converter.check(names)
        LocalStorage(target).remove_leftovers()
        for name in sorted(names, key=natural_path_key):
            if format_name == "coco" and owed and name not in owed:
                yield Converted(name, documents[name].path, is_left_out=True)
            else:
                yield converter.convert(name, documents.get(name))
        converter.finish()


def _inputs_of_last_run(folder: Path) -> set[str]:
    """The names of the inputs that the last run finished; empty when nobody knows, or not all of them."""
    try:
        run = read_run(folder / RUN)
        return {unescape_name(source) for source in run.sources or ()} if run.complete else set()
    except (InputError, ValueError):
        return set()


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


class _Converter:
    """Writes into one results folder, which it holds.

    Args:
        folder: where the documents are.
        target: where to write.
        format_name: what to write.
        journal: of the target.
    """

    def __init__(self, folder: Path, target: Path, format_name: str, journal: Journal) -> None:
        self._folder = folder
        self._target = target
        self._storage = LocalStorage(target)
        self._format = format_name
        self._journal = journal
        self._layout = Layout([format_name], overlay=False)
        self._parts: list[str] = []

    def check(self, names: Iterable[str]) -> None:
        """Refuse to begin when something is in the way that is not ours.

        Raises:
            OutputError: naming it.
        """
        places = ((name, self._place(name)) for name in sorted(names))
        foreign = [self._storage.place(place) for name, place in places if self._is_foreign(name, place)]
        if self._format == "coco" and self._is_foreign_dataset():
            foreign.insert(0, self._storage.place(DATASET))
        if foreign:
            raise in_the_way(foreign)

    def convert(self, name: str, document: DocumentFile | None) -> Converted:
        """Write one input's file."""
        place, entry = self._place(name), self._entry(name)
        path = self._target / place
        try:
            summary = self._write(name, document, place, entry)
        except (InputError, MediaError) as error:
            if self._is_intact(entry, place):
                self._parts.append(place)  # it was made of the document when that was whole
            return Converted(name, path, reason=str(error))
        self._parts.append(place)
        return Converted(name, path, summary)

    def finish(self) -> None:
        """Make the dataset of its parts, if there are any, and let everything reach the disk."""
        if self._format == "coco" and self._parts:
            Dataset(self._storage, self._journal).write(self._parts)
        self._journal.sync()
        self._storage.sync()

    def _place(self, name: str) -> str:
        (place,) = self._layout.texts(name)
        return place

    def _entry(self, name: str) -> Entry | None:
        """What the journal tells of the input; that of another folder tells of other results."""
        return self._journal.get(name) if self._target == self._folder else None

    def _is_foreign(self, name: str, place: str) -> bool:
        if self._journal.is_run_file(place):
            return False
        if self._target != self._folder:
            return self._storage.exists(place)
        return is_foreign(self._storage, self._journal, name, place)

    def _is_foreign_dataset(self) -> bool:
        """A dataset of this folder's own run may be replaced, one of another folder's run may not."""
        is_of_another_run = self._target != self._folder and any(self._journal.entries())
        is_there = self._storage.exists(DATASET)
        return is_there and (is_of_another_run or is_foreign_run_file(self._storage, self._journal, DATASET))

    def _is_intact(self, entry: Entry | None, place: str) -> bool:
        path = self._target / place
        recorded = None if entry is None else entry.outputs.get(place)
        return recorded is not None and path.is_file() and output_of(path) == recorded

    def _write(self, name: str, document: DocumentFile | None, place: str, entry: Entry | None) -> Summary:
        if document is None:
            if entry is not None and self._is_intact(entry, place):
                return entry.summary
            raise InputError("it has no JSON or JSONL document: run annotate with --format json in addition")
        path = self._target / place
        with open_document(document.path, name) as opened:
            encoder = FORMATS[self._format].encoder(opened.header)
            if path == document.path:  # it is in this format
                return _read_through(opened.frames(), opened.summary)
            with AtomicFile(path, self._target) as file:
                file.write(encoder.begin())
                for result in opened.frames():
                    file.write(encoder.frame(result))
                file.write(encoder.end(opened.summary))
                self._announce(name, document, place, entry)
            self._record(name, document, place, entry)
        return opened.summary

    def _announce(self, name: str, document: DocumentFile, place: str, entry: Entry | None) -> None:
        """Before the new file appears: it is ours, even when nobody gets to say what it is."""
        known = entry.outputs.get(place) if entry is not None else None
        put_aside_if_changed(self._storage, place, known or self._journal.run_file(place))
        if entry is not None and self._is_result(document, entry):
            started = self._journal.started(name) or StartedInput(name, (), ())
            self._journal.note([replace(started, outputs=(*started.outputs, place))])
            return
        self._journal.note([RunFile(place, None)])
        if entry is not None and known is not None:
            others = {path: output for path, output in entry.outputs.items() if path != place}
            self._journal.add(replace(entry, outputs=others))

    def _record(self, name: str, document: DocumentFile, place: str, entry: Entry | None) -> None:
        """The new file is a result of the input, when the document is one as it was written."""
        made = output_of(self._target / place)
        if entry is None or not self._is_result(document, entry):
            self._journal.note([RunFile(place, made)])
            return
        started = self._journal.started(name)
        self._journal.add(replace(entry, outputs={**entry.outputs, place: made}))
        if started is not None and started.keys:  # a run that did not end has more to do with it
            self._journal.note([replace(started, outputs=tuple(p for p in started.outputs if p != place))])

    def _is_result(self, document: DocumentFile, entry: Entry) -> bool:
        return self._is_intact(entry, document.path.relative_to(self._folder).as_posix())


def _read_through(results: Iterator[FrameResult], summary: Summary) -> Summary:
    for _ in results:
        pass
    return summary
