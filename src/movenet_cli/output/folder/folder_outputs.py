"""Writes a run's results into its folder: a file per input and format, overlays, dataset, `run.json`.

For each input, in this order: the journal tells which files may come of it, what is out of date is struck
from the journal and removed, the new files appear one by one under their names, and an entry in the journal
makes them count.
"""

import contextlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import ClassVar, cast

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.folder_names import PROBE, RUN, SEGMENTS
from movenet_cli.core.inputs import InputFile, Inputs, Media
from movenet_cli.core.restartable import Restartable
from movenet_cli.core.results import InputOutcome
from movenet_cli.core.shard import Shard
from movenet_cli.errors import MediaError
from movenet_cli.io.json_text import json_line
from movenet_cli.io.patience import Patience
from movenet_cli.io.storage.interface import Storage
from movenet_cli.output.folder.dataset import Dataset
from movenet_cli.output.folder.fingerprint import Fingerprint, has_changed, location_of, same_content
from movenet_cli.output.folder.layout import MEDIA, dataset_part
from movenet_cli.output.folder.order import FolderOrder, WrittenFiles
from movenet_cli.output.folder.output_file import Output, put_aside_if_changed
from movenet_cli.output.folder.ownership import in_the_way, is_foreign
from movenet_cli.output.folder.planner import FolderPlanner
from movenet_cli.output.folder.records import Entry
from movenet_cli.output.folder.shards import SHARD_RUN, shard_file
from movenet_cli.output.interface import Order, Outputs, T, Written


class FolderOutputs(Outputs):
    """The results folder of one run.

    Args:
        planner: knows the folder and its journal, and decides what is up to date.
        shard: whose run it is; None for a run of its own.
    """

    are_shared: ClassVar[bool] = True

    def __init__(self, planner: FolderPlanner, shard: Shard | None = None) -> None:
        self._storage, self._journal, self._layout = planner.storage, planner.journal, planner.layout
        self._planner = planner
        self._shard = shard
        self._dataset = Dataset(self._storage, self._journal)
        self._failed: set[str] = set()
        self._published: dict[str, list[str]] = {}  # of inputs whose entry is not written yet
        self._cancellation = CancellationToken()
        self._patience = Patience(self._probe)

    def attempt(self, action: Callable[[], T]) -> T:
        """See `Outputs.attempt`."""
        return self._patience.run(action, self._cancellation.check)

    def hurry(self) -> None:
        """See `Outputs.hurry`."""
        self._patience.end()

    def _probe(self) -> None:
        """Write what the journal lacks since it could not be written, and a file.

        Raises:
            OutputError: the folder cannot be written.
        """
        self._journal.sync()
        with self._storage.write(PROBE) as file:
            file.write("\n")
        self._storage.remove(PROBE)

    def kept(self, file: InputFile, order: Order | None = None) -> InputOutcome | None:
        """See `Outputs.kept`."""
        entry = self._journal.get(file.name)
        now = order.now if isinstance(order, FolderOrder) else None
        planned = self._planner.decide(
            file,
            entry,
            lambda recorded: (
                _same(recorded, now) if now else same_content(recorded, file, self._cancellation.check)
            ),
        )
        if entry is None or planned.action != "keep":
            return None
        # Touched: the new time spares the next run the reading. Begun: it is not to be done any more.
        is_news = planned.fingerprint != entry.fingerprint or now is not None
        if is_news and self._journal.is_writer_of(file.name):
            self._journal.add(replace(entry, fingerprint=planned.fingerprint))
        return InputOutcome(file.name, "kept", entry.summary, notes=tuple(entry.notes), file=file)

    def order(self, position: int, file: InputFile) -> FolderOrder:
        """See `Outputs.order`: what is missing or out of date is to be written."""
        is_ours = self._journal.is_writer_of(file.name)
        if is_ours and self._journal.started(file.name) is None:
            # It was to be kept, and has changed since the plan.
            self._journal.note([self._planner.started(file.name)])
            self._journal.sync()
        entry = self._journal.get(file.name)
        recorded = entry.fingerprint.sha256 if entry and entry.fingerprint else None
        up_to_date: dict[Media, frozenset[str]] = {}
        is_to_be_kept = False
        if recorded is not None:
            for media in MEDIA:
                planned = self._planner.decide(file, entry, lambda fingerprint: fingerprint, [media])
                up_to_date[media] = frozenset(() if planned.action == "redo" else planned.up_to_date)
                is_to_be_kept |= planned.action == "keep"
        keys = {media: settings.key for media, settings in self._planner.settings.items()}
        return FolderOrder(self._storage, file, self._layout, keys, up_to_date, recorded, is_to_be_kept)

    def commit(self, file: InputFile, written: Written) -> None:
        """See `Outputs.commit`."""
        files = cast(WrittenFiles, written)
        try:
            self._publish(file, files)
        finally:
            self._storage.discard(each.staged for each in files.files.values() if each is not None)

    def _publish(self, file: InputFile, written: WrittenFiles) -> None:
        """Make way for an input's outputs, give them their names, and record them."""
        media, now, to_write = written.media, written.fingerprint, written.files
        planned = self._planner.decide(
            file,
            self._journal.get(file.name),
            lambda recorded: _same(recorded, now),
            [media],
        )
        up_to_date = planned.up_to_date
        for path in to_write:  # the plan has looked, too; this is a last look before anything is touched
            if is_foreign(self._storage, self._journal, file.name, path):
                raise in_the_way([self._storage.place(path)])
        for path in to_write.keys() & up_to_date.keys():
            put_aside_if_changed(self._storage, path, up_to_date[path])
        self._strike_outdated(file.name, up_to_date)
        # An up-to-date file that is overwritten is right, and stays, until the new one takes its name.
        gone = (path for path, staged in to_write.items() if staged is None or path not in up_to_date)
        self._remove(file.name, tuple(gone))
        outputs = {path: output for path, output in up_to_date.items() if path not in to_write}
        for path, staged in to_write.items():
            if staged is not None:
                self._published.setdefault(file.name, []).append(path)
                self._storage.publish(staged.staged, path)
                outputs[path] = staged.output
        entry = Entry(
            file.name,
            now,
            self._planner.settings[media].key,
            outputs,
            written.summary.fields(),
            tuple(written.summary.reasons),
            path=location_of(file),
            notes=written.notes,
        )
        self._journal.add(entry)
        self._published.pop(file.name, None)
        if dataset_part(file.name) not in outputs:
            self._dataset.drop()  # it does not have this input

    def failed(self, file: InputFile, reason: str, order: Order | None) -> None:
        """See `Outputs.failed`; removes what lies by now, and what this run had finished of the input."""
        self._failed.add(file.name)
        now = order.now if isinstance(order, FolderOrder) else None
        entry = self._journal.get(file.name)
        recorded = entry.outputs if entry else {}
        stays = recorded if entry and self._outlives_failure(entry, file, now) else {}
        for path in {*recorded, *self._published.pop(file.name, [])} - stays.keys():
            with contextlib.suppress(MediaError):  # a name that cannot be written is not there
                self._remove(file.name, [path])
        if not stays:
            where = location_of(file)
            self._journal.add(Entry(file.name, None, "", {}, {}, (reason,), failed=True, path=where))

    def _outlives_failure(self, entry: Entry, file: InputFile, now: Fingerprint | None) -> bool:
        """Whether what is recorded of an input that failed is still true.

        An input that cannot even be read now keeps what it had: nothing says that it has changed.
        """
        if entry.fingerprint is None:
            return False
        if now is None:
            return not has_changed(file, entry.fingerprint)
        same = now.sha256 == entry.fingerprint.sha256 and not has_changed(file, now)
        return same and entry.key in self._planner.keys

    def tidy(self) -> None:
        """See `Outputs.tidy`."""
        if self._shard is None:  # other shards may be writing theirs
            self._patience.run(self._storage.remove_leftovers)

    def halt(self) -> None:
        """See `Outputs.halt`; ends the reading of a large input for its fingerprint."""
        self._cancellation.cancel()
        self._storage.halt()

    def combine(self, files: Inputs) -> None:
        """Write what is made of all inputs' results together, of those that have any, in the order given."""
        if self._shard is not None:  # `movenet merge` does, when all are there
            return
        if "coco" in self._layout.formats:
            parts = Restartable(
                lambda: (dataset_part(file.name) for file in files if self._has_part(file.name))
            )
            self._patience.run(lambda: self._dataset.write(parts))

    def remove_segments(self) -> None:
        """Remove what is left of videos that an earlier run did not finish, and nobody wants any more."""
        if self._shard is None:
            self._storage.remove_folder(SEGMENTS)

    def _has_part(self, name: str) -> bool:
        """Whether this run did or kept the input, and its part of the dataset is complete, by the journal."""
        entry = None if name in self._failed else self._journal.get(name)
        return entry is not None and dataset_part(name) in entry.outputs

    def sync(self) -> None:
        """Let everything so far reach the disk."""
        self._patience.run(self._journal.sync)
        self._patience.run(self._storage.sync)

    def write_run(self, document: Mapping[str, object]) -> None:
        """Write `run.json`, or the shard's account."""
        path = RUN if self._shard is None else shard_file(self._shard, SHARD_RUN)
        self._patience.run(lambda: write_account(self._storage, path, document))

    def _strike_outdated(self, name: str, up_to_date: Mapping[str, Output]) -> None:
        """Strike what is out of date from the journal, then remove it.

        The struck line is on the disk before a new file has its name. Else a power cut could leave the old
        line beside the new file, and both would look right.
        """
        entry, started = self._journal.get(name), self._journal.started(name)
        if entry is None or not (outdated := entry.outputs.keys() - up_to_date.keys()):
            return
        for path in outdated:
            put_aside_if_changed(self._storage, path, entry.outputs[path])
        if started is not None:  # what is struck must be known as ours until it is gone
            outputs = tuple(dict.fromkeys((*started.outputs, *outdated)))
            self._journal.note([replace(started, outputs=outputs)])
        self._journal.add(replace(entry, outputs=up_to_date, is_open=True))
        self._journal.sync()
        self._remove(name, outdated)

    def _remove(self, name: str, paths: Collection[str]) -> None:
        """Remove outputs of an input; the dataset goes with the part that it was made of."""
        if dataset_part(name) in paths:
            self._dataset.drop()
        entry = self._journal.get(name)
        for path in paths:
            if not is_foreign(self._storage, self._journal, name, path):
                put_aside_if_changed(self._storage, path, entry.outputs.get(path) if entry else None)
                self._storage.remove(path, of_input=True)


def _same(recorded: Fingerprint | None, now: Fingerprint) -> Fingerprint | None:
    """The fingerprint now, when the content is the recorded one; None when it is not."""
    return now if recorded is not None and recorded.sha256 == now.sha256 else None


def write_account(storage: Storage, path: str, document: Mapping[str, object]) -> None:
    """Write the account of a run: indented, the list of inputs with one line for each."""
    rest = {name: value for name, value in document.items() if name != "files"}
    with storage.write(path) as file:
        file.write(json.dumps(rest, indent=2).removesuffix("}").rstrip() + ',\n  "files": [')
        between = "\n"
        for each in cast(Iterable[object], document.get("files", ())):  # there may be a million
            file.write(f"{between}    {json_line(each)}")
            between = ",\n"
        file.write("]\n}\n" if between == "\n" else "\n  ]\n}\n")
