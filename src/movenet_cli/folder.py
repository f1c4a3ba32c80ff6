"""A results folder: a file per input and format, overlays, the COCO dataset, the journal, `run.json`."""

import contextlib
import json
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from movenet_cli.cancellation import Stopped
from movenet_cli.errors import MediaError
from movenet_cli.foldernames import DATASET, OVERLAY, RUN
from movenet_cli.outputs import Outputs
from movenet_cli.report import InputOutcome
from movenet_cli.results.entries import Entry, Fingerprint, Output, fingerprint, has_changed, output_of
from movenet_cli.results.journal import Journal, is_up_to_date
from movenet_cli.results.layout import Layout, dataset_part
from movenet_cli.results.lock import locked
from movenet_cli.sinks.cocofile import combine
from movenet_cli.sinks.document import summary_fields
from movenet_cli.sinks.files import as_output_error, make_folder, remove_leftovers, sync_folders, write_file
from movenet_cli.sinks.interface import Header, Sink, Summary
from movenet_cli.sinks.overlay import open_overlay
from movenet_cli.sinks.registry import FORMATS
from movenet_cli.sinks.textsink import TextSink
from movenet_cli.sources.interface import InputFile, Media

MEDIA: Final[tuple[Media, ...]] = ("image", "video")


@contextlib.contextmanager
def results_folder(
    root: Path, formats: Sequence[str], overlay: bool, keys: Mapping[Media, str], overwrite: bool = False
) -> Iterator["FolderOutputs"]:
    """Hold a results folder for one run; what a killed run left half-written is removed first.

    Args:
        root: the folder; made when it is not there.
        formats: names from the table of formats.
        overlay: whether to draw skeletons, too.
        keys: hash of all that results depend on besides the input, by kind of input.
        overwrite: nothing is taken to be up to date.

    Raises:
        OutputError: the folder cannot be made or written, or another run holds it.
    """
    with locked(root):
        remove_leftovers(root)
        layout = Layout(formats, overlay)
        for folder in layout.folders:
            make_folder(root / folder)
        journal = Journal(root)
        try:
            yield FolderOutputs(root, layout, keys, journal, overwrite)
        finally:
            journal.close()
        sync_folders(root)


class FolderOutputs(Outputs):
    """The results folder of one run.

    Args:
        root: the folder.
        layout: what is written, and where.
        keys: see `results_folder`.
        journal: of the folder.
        overwrite: see `results_folder`.
    """

    def __init__(
        self,
        root: Path,
        layout: Layout,
        keys: Mapping[Media, str],
        journal: Journal,
        overwrite: bool,
    ) -> None:
        self._root = root
        self._layout = layout
        self._keys = keys
        self._journal = journal
        self._overwrite = overwrite
        self._work: dict[str, _Work] = {}
        self._failed: set[str] = set()
        self._halted = threading.Event()

    def kept(self, file: InputFile) -> InputOutcome | None:
        """See `Outputs.kept`."""
        if self._overwrite or self._journal.get(file.name) is None:
            return None
        for media in MEDIA:
            wanted = list(self._layout.files(file.name, media))
            entry = self._journal.up_to_date(file.name, file.path, self._keys[media], wanted, self._check)
            if entry is not None:
                return InputOutcome(file.name, "kept", _summary(entry))
        return None

    def begin(self, file: InputFile) -> None:
        """See `Outputs.begin`: fingerprints the input before it is read, so that a later change shows."""
        self._work[file.name] = _Work(fingerprint(file.path, self._check), owed=self._layout.texts(file.name))

    def sinks(self, position: int, file: InputFile, header: Header) -> Sequence[Sink]:
        """The outputs that are missing or stale; see `Outputs.sinks`."""
        media = header.info.media
        wanted = self._layout.files(file.name, media)
        good = self._still_good(file, media)
        owed = {path: name for path, name in wanted.items() if self._overwrite or path not in good}
        if any(_is_same(self._root / path, file.path) for path in owed):
            raise MediaError("its overlay would take its place; choose another folder with --output")
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

    def finished(self, file: InputFile, media: Media, summary: Summary) -> None:
        """See `Outputs.finished`.

        Raises:
            MediaError: the input is not what it was when it was begun.
        """
        work = self._work[file.name]
        if has_changed(file.path, work.mark):
            raise MediaError("it changed while it was read; run the same command again")
        made = (path for path in work.owed if (self._root / path).exists())
        outputs = {**work.good, **{path: output_of(self._root / path) for path in made}}
        counts = summary_fields(summary)
        self._journal.add(
            Entry(file.name, work.mark, self._keys[media], outputs, counts, tuple(summary.reasons))
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
            self._journal.add(Entry(file.name, None, "", {}, {}, (reason,), failed=True))

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
            raise Stopped

    def combine(self, files: Sequence[InputFile]) -> None:
        """Write what is made of all inputs' results together, of those that have any, in the order given."""
        if "coco" in self._layout.formats:
            parts = [self._root / dataset_part(file.name) for file in files if self._has_part(file.name)]
            combine(parts, self._root / DATASET)

    def _has_part(self, name: str) -> bool:
        """Whether this run did or kept the input, and its part of the dataset is complete, by the journal."""
        entry = None if name in self._failed else self._journal.get(name)
        return entry is not None and dataset_part(name) in entry.outputs

    def write_run(self, document: Mapping[str, object]) -> None:
        """Write `run.json`."""
        write_file(self._root / RUN, json.dumps(document, indent=2) + "\n", self._root)

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
        entry = self._journal.get(name)
        if entry is not None and (stale := entry.outputs.keys() - good.keys()):
            self._journal.add(replace(entry, outputs=good))
            self._journal.sync()
            self._remove(name, stale)

    def _remove(self, name: str, paths: Collection[str]) -> None:
        """Remove outputs of an input; the dataset goes with the part that it was made of."""
        if dataset_part(name) in paths:
            self._drop_dataset()
        for path in paths:
            with as_output_error(self._root / path):
                (self._root / path).unlink(missing_ok=True)

    def _drop_dataset(self) -> None:
        dataset = self._root / DATASET
        if dataset.is_file():
            with as_output_error(dataset, of_input=False):
                dataset.unlink(missing_ok=True)

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


def _is_same(output: Path, source: Path) -> bool:
    try:
        return output.samefile(source)
    except OSError:
        return False


def _summary(entry: Entry) -> Summary:
    frames, ok, empty, failed = (entry.counts.get(name, 0) for name in ("frames", "ok", "empty", "failed"))
    return Summary(frames, ok, empty, failed, list(entry.reasons))
