"""The check of a whole results folder: every file by itself, and all of them against each other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from movenet_cli.core.folder_names import DATASET, KEYPOINTS, RUN
from movenet_cli.core.results import Summary
from movenet_cli.errors import InputError, MovenetError
from movenet_cli.io.json_text import escape_name
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.output.folder.journal import JOURNAL_NAME, read_records
from movenet_cli.output.folder.layout import dataset_part
from movenet_cli.output.folder.output_file import Output, output_of
from movenet_cli.output.folder.records import Entry, RunFile
from movenet_cli.output.folder.shards import SHARD_JOURNAL, SHARD_RUN, shard_files
from movenet_cli.results.comparison import contents, differing_origins, miscounted
from movenet_cli.results.csv_check import check_csv
from movenet_cli.results.dataset import read_dataset
from movenet_cli.results.finding import find_all_documents, find_files, is_folder, no_folder
from movenet_cli.results.reading import open_document
from movenet_cli.results.run_file import Run, read_run, refuse_unmerged


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
    """One pass over a results folder; memory holds the counts and the paths of each input.

    Attributes:
        files: how many have been looked at.
        unread: how many inputs the journal tells of that could not be read; they rightly have no results.

    Args:
        folder: results of `annotate` or `convert`.

    Raises:
        InputError: when the folder holds no results at all.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counts: dict[str, Summary] = {}
        self._finished: dict[str, Summary] | None = None
        self._origins: dict[str, Path] = {}
        self._unowned: set[Path] = set()
        self._run: Run | None = None
        self._is_of_a_run = False
        self._dataset: Output | None = None
        self.files = 0
        self.unread = 0
        if not is_folder(folder):
            raise no_folder(folder)
        if not is_folder(folder / KEYPOINTS) and not self._has(DATASET, JOURNAL_NAME, RUN):
            raise InputError(
                f"{folder} is not a results folder of annotate: no {KEYPOINTS}/, {DATASET} or {RUN} in it"
            )

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong, as it is found; `files` and `unread` count what has been looked at."""
        yield from self._documents()
        yield from self._tables()
        if self._has(JOURNAL_NAME, RUN):
            yield from self._check_journal()
        is_in_shards = bool(shard_files(LocalStorage(self._folder), SHARD_RUN, SHARD_JOURNAL))
        if self._has(RUN) or self._is_of_a_run or is_in_shards:
            yield from self._check_run()
        for path, name in find_files(self._folder, "coco"):
            self._origins.setdefault(escape_name(name), path)
        yield from self._check_dataset()

    def _has(self, *names: str) -> bool:
        return any((self._folder / name).exists() for name in names)

    def _documents(self) -> Iterator[Problem]:
        for found in find_all_documents(self._folder):
            self.files += 1
            self._unowned.add(found.path)
            try:
                with open_document(found.path, found.name) as document:
                    for _ in document.frames():
                        pass
            except InputError as error:
                yield _problem(found.path, error)
                continue
            self._origins.setdefault(escape_name(found.name), found.path)
            yield from self._compare(found.path, found.name, document.summary)

    def _tables(self) -> Iterator[Problem]:
        for path, name in find_files(self._folder, "csv"):
            self.files += 1
            self._unowned.add(path)
            try:
                yield from self._compare(path, name, check_csv(path, name))
            except InputError as error:
                yield _problem(path, error)

    def _compare(self, path: Path, name: str, summary: Summary) -> Iterator[Problem]:
        """All files of one input count the same frames."""
        if self._counts.setdefault(name, summary) != summary:
            yield Problem(path, f"it has other counts of frames than the other files of {name!a}")

    def _check_journal(self) -> Iterator[Problem]:
        """The files are those that the journal tells of; of several lines for an input the last one holds."""
        path = self._folder / JOURNAL_NAME
        latest: dict[str, int] = {}
        unread: dict[str, bool] = {}
        files: dict[str, Output | None] = {}
        finished: dict[str, Summary] = {}
        try:
            _require_file(path)
            for number, record in enumerate(read_records(self._folder)):
                if isinstance(record, Entry):
                    latest[record.name] = number
                    unread[record.name] = record.failed
                    self._is_of_a_run |= _is_of_a_run(record)
                elif isinstance(record, RunFile):
                    files[record.path] = record.output
            for number, record in enumerate(read_records(self._folder)):
                if isinstance(record, Entry) and latest[record.name] == number and not record.failed:
                    finished[escape_name(record.name)] = record.summary
                    for name in record.outputs:
                        files.pop(name, None)
                    yield from self._check_entry(path, record)
            self.unread = sum(unread.values())
            self._is_of_a_run |= RUN in files
            yield from self._check_files(files)
        except InputError as error:
            yield _problem(path, error)
        else:
            self._finished = finished
            for unowned in sorted(self._unowned if self._is_of_a_run else ()):
                yield Problem(unowned, "it belongs to no finished input that the journal knows")

    def _check_files(self, files: Mapping[str, Output | None]) -> Iterator[Problem]:
        """Files that `convert` made; the dataset's content is looked at later on."""
        self._dataset = files.get(DATASET)
        for name, output in files.items():
            self._unowned.discard(self._folder / name)
            if name not in (RUN, DATASET) and output is not None:
                yield from self._check_output(self._folder / name, output)

    def _check_entry(self, journal: Path, entry: Entry) -> Iterator[Problem]:
        counts = entry.summary
        if self._counts.setdefault(entry.name, counts) != counts:
            yield Problem(journal, f"{entry.name!a} has other counts than its results")
        for name, output in entry.outputs.items():
            self._unowned.discard(self._folder / name)
            found = list(self._check_output(self._folder / name, output))
            if not found and name == dataset_part(entry.name):
                self._origins[escape_name(entry.name)] = self._folder / name
            yield from found

    def _check_output(self, path: Path, recorded: Output) -> Iterator[Problem]:
        try:
            _require_file(path)
            self.files += 1
            if output_of(path) != recorded:
                yield Problem(path, "it has been changed since it was written")
        except MovenetError as error:
            yield _problem(path, error)

    def _check_run(self) -> Iterator[Problem]:
        path = self._folder / RUN
        try:
            refuse_unmerged(path)
            _require_file(path)
            self._run = read_run(path)
        except InputError as error:
            yield _problem(path, error)
        else:
            if not self._run.complete:
                yield Problem(path, "the run did not reach its end; start it again to go on")
            if self._finished is not None:
                yield from self._compare_run(self._run, self._finished)

    def _compare_run(self, run: Run, finished: Mapping[str, Summary]) -> Iterator[Problem]:
        """The journal has every input that the run finished; it may have others, of earlier runs."""
        journal = self._folder / JOURNAL_NAME
        if run.sources is not None:
            lost = sorted(run.sources - finished.keys())
            if lost:
                more = f" and {len(lost) - 1:,} more" if len(lost) > 1 else ""
                yield Problem(journal, f"the run finished inputs that it does not have: {lost[0]!a}{more}")
                return
            finished = {name: finished[name] for name in run.sources}
        if len(finished) < run.finished:
            what = f"it has {len(finished):,} finished inputs, {RUN} counts {run.finished:,}"
            yield Problem(journal, what)
        elif len(finished) == run.finished:
            told, counted = run.frames.summary(), sum(finished.values(), start=Summary())
            if told != counted:
                yield Problem(self._folder / RUN, f"it counts {told}, the journal {counted}")

    def _check_dataset(self) -> Iterator[Problem]:
        """The dataset has every frame of the run, and of each input what its results give."""
        path = self._folder / DATASET
        run = self._run if self._run and self._run.complete and "coco" in self._run.options.formats else None
        if run is None and not self._has(DATASET):
            return
        try:
            _require_file(path)
            self.files += 1
            found = contents(read_dataset(path))
        except InputError as error:
            yield _problem(path, error)
            return
        count = sum(content.summary.frames for content in found.values())
        if run is not None and count < run.frames.frames:
            yield Problem(path, f"it has {count:,} images, the run had {run.frames.frames:,} frames")
        wrong = miscounted(found, self._counts) if self._counts else set()
        for source in sorted(wrong):
            yield Problem(
                path, f"it has other counts of images of {source!a} than its results have of frames"
            )
        differing = differing_origins(found, self._origins, wrong)
        for source in sorted(differing):
            origin = differing[source].relative_to(self._folder)
            yield Problem(path, f"its annotations of {source!a} are not those of {str(origin)!a}")
        is_recorded = self._dataset in (None, output_of(path))
        if not (is_recorded or wrong or differing):
            yield Problem(path, "it has been changed since it was written")


def _require_file(path: Path) -> None:
    """Refuse what is no regular file before it is opened: some things wait for a writer for ever."""
    try:
        is_file = path.is_file()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}") from error
    if not is_file:
        raise InputError("it is not a regular file" if path.exists() else "it is missing")


def _problem(path: Path, error: MovenetError) -> Problem:
    return Problem(path, str(error).removeprefix(f"{path}: "))


def _is_of_a_run(entry: Entry) -> bool:
    """Whether `annotate` wrote it; version 0.1.0 did not write down that there was a run."""
    return entry.path is None
