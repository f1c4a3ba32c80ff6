"""A results folder to a list of what is wrong in it: schema, counts, order of frames, fingerprints."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from movenet_cli.errors import InputError, OutputError
from movenet_cli.results.cococheck import check_coco
from movenet_cli.results.csvcheck import check_csv
from movenet_cli.results.entries import Entry, output_of
from movenet_cli.results.finding import KEYPOINTS, find_all_documents, find_files
from movenet_cli.results.journal import JOURNAL_NAME, read_journal
from movenet_cli.results.reading import open_document
from movenet_cli.sinks.interface import Summary
from movenet_cli.sinks.registry import FORMATS

_Counts = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something broken.

    Attributes:
        where: the file.
        what: one line.
    """

    where: Path
    what: str


class Validation:
    """One pass over a results folder; memory holds the counts of each input.

    Args:
        folder: results of `annotate` or `convert`.

    Raises:
        InputError: when the folder holds no results at all.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counts: dict[str, _Counts] = {}
        self.files = 0
        if not (folder / KEYPOINTS).is_dir() and not (folder / "coco.json").is_file():
            raise InputError(
                f"{folder} is no results folder of annotate: no {KEYPOINTS}/ and no coco.json in it"
            )

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong, as it is found; `files` counts what has been looked at."""
        if (self._folder / KEYPOINTS).is_dir():
            yield from self._documents()
            yield from self._tables()
        yield from self._dataset()
        if (self._folder / JOURNAL_NAME).exists():
            yield from self._journal()
            yield from self._run()

    def _documents(self) -> Iterator[Problem]:
        for found in find_all_documents(self._folder):
            self.files += 1
            try:
                with open_document(found.path) as document:
                    for _ in document.frames():
                        pass
            except InputError as error:
                yield _problem(found.path, error)
                continue
            if document.header.source != found.name:
                yield Problem(found.path, "its source is not the one that its place tells")
            yield from self._compare(found.path, found.name, document.summary)

    def _tables(self) -> Iterator[Problem]:
        for path, name in find_files(self._folder, FORMATS["csv"].encoder.suffix):
            self.files += 1
            try:
                yield from self._compare(path, name, check_csv(path, name))
            except InputError as error:
                yield _problem(path, error)

    def _compare(self, path: Path, name: str, summary: Summary) -> Iterator[Problem]:
        """All files of one input count the same frames."""
        counts = (summary.frames, summary.ok, summary.empty, summary.failed)
        if self._counts.setdefault(name, counts) != counts:
            yield Problem(path, f"it has other frames than the other files of {name!a}")

    def _dataset(self) -> Iterator[Problem]:
        path = self._folder / "coco.json"
        if path.exists():
            self.files += 1
            try:
                check_coco(path)
            except InputError as error:
                yield _problem(path, error)

    def _journal(self) -> Iterator[Problem]:
        """The files are those that the journal tells of; of several lines for an input the last one holds."""
        path = self._folder / JOURNAL_NAME
        latest: dict[str, int] = {}
        try:
            for number, entry in enumerate(read_journal(self._folder)):
                latest[entry.name] = number
            for number, entry in enumerate(read_journal(self._folder)):
                if latest[entry.name] == number:
                    yield from self._entry(path, entry)
        except InputError as error:
            yield _problem(path, error)

    def _entry(self, journal: Path, entry: Entry) -> Iterator[Problem]:
        found = self._counts.get(entry.name)
        if entry.failed and found is not None:
            yield Problem(journal, f"{entry.name!a} failed, yet it has results, of an earlier run")
        if not entry.failed and found is not None and found != _counts_of(entry):
            yield Problem(journal, f"{entry.name!a} has other counts than its results")
        for name, output in entry.outputs.items():
            yield from self._output(self._folder / name, output.size, output.sha256)

    def _output(self, path: Path, size: int, sha256: str) -> Iterator[Problem]:
        if self._folder.resolve() not in path.resolve().parents:
            yield Problem(path, "the journal tells of a file outside of the folder")
        elif not path.is_file():
            yield Problem(path, "it is missing")
        else:
            self.files += 1
            try:
                now = output_of(path)
            except OutputError as error:
                yield Problem(path, str(error))
            else:
                if (now.size, now.sha256) != (size, sha256):
                    yield Problem(path, "it has been changed since it was written")

    def _run(self) -> Iterator[Problem]:
        path = self._folder / "run.json"
        try:
            run: Any = json.loads(path.read_bytes())
            complete = run["complete"]
        except FileNotFoundError:
            yield Problem(path, "it is missing: the run was killed; start it again to go on")
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            yield Problem(path, f"it cannot be read: {error}")
        else:
            if complete is not True:
                yield Problem(path, "the run did not reach its end; start it again to go on")


def _problem(path: Path, error: InputError) -> Problem:
    return Problem(path, str(error).removeprefix(f"{path}: "))


def _counts_of(entry: Entry) -> _Counts:
    frames, ok, empty, failed = (entry.counts.get(key, 0) for key in ("frames", "ok", "empty", "failed"))
    return frames, ok, empty, failed
