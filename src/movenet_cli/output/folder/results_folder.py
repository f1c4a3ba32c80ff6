"""Holds a results folder for one run: checks that the run may start, and clears what a killed run left.

From then on `FolderOutputs` writes the results. Whatever moment a run is killed at, the journal has told of a
file before it is there, so that the next run tells our files from somebody else's.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, compress
from pathlib import Path

from movenet_cli.core.folder_names import LOCK, RUN
from movenet_cli.core.inputs import InputFile, Inputs, Media
from movenet_cli.core.shard import Shard
from movenet_cli.io.storage.interface import Storage
from movenet_cli.io.storage.open_storage import open_storage
from movenet_cli.output.folder.folder_outputs import FolderOutputs
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.lock import locked
from movenet_cli.output.folder.ownership import check_places
from movenet_cli.output.folder.plan import FolderPlan
from movenet_cli.output.folder.planner import FolderPlanner
from movenet_cli.output.folder.records import RunFile, StartedInput
from movenet_cli.output.folder.result_settings import ResultSettings
from movenet_cli.output.folder.shards import SHARD_LOCK, SHARD_RUN, check_count, remove_shards, shard_file


@contextlib.contextmanager
def results_folder(
    place: Path | str | Storage,
    layout: Layout,
    settings: Mapping[Media, ResultSettings],
    files: Inputs,
    media_of: Callable[[InputFile], Media | None],
    overwrite: bool = False,
    shard: Shard | None = None,
    shared: Sequence[InputFile] = (),
) -> Iterator[FolderOutputs]:
    """Hold a results folder for one run; what a killed run left half-written is removed first.

    Nothing is written or removed before it is clear that the run may start; see `planner.py`.

    Args:
        place: the folder, by its path or address; made when it is not there.
        layout: what is written, and where.
        settings: what results depend on besides the input, by kind of input.
        files: the inputs.
        media_of: tells what an input will turn out to be; None when it cannot be read.
        overwrite: nothing is taken to be up to date.
        shard: whose run it is; None for a run of its own.
        shared: long videos of which a shard does some segments; it writes results of those only whose names
            are its own.

    Raises:
        OutputError: the folder cannot be made or written, another run holds it, or what is not ours is in
            the way.
        UsageError: results of other inputs or settings would be lost.
    """
    storage = open_storage(place)
    check_places(storage, layout)
    missing = storage.missing(LOCK if shard is None else shard_file(shard, SHARD_LOCK))
    with locked(storage, shard):
        try:
            if shard is not None:
                check_count(storage, shard)
            journal = Journal(storage, shard, frozenset(file.name for file in shared))
            planner = FolderPlanner(storage, journal, layout, settings, media_of, overwrite)
            if shared:
                planner.plan(shared).check(storage)
            plan = planner.plan(files)
            plan.check(storage)
        except BaseException:  # a run that is refused leaves no trace
            storage.remove_made(missing)
            raise
        try:
            if shard is None:
                storage.remove_leftovers()  # other shards may be writing theirs
                remove_shards(storage, SHARD_RUN)
            elif storage.kind(RUN) == "file":
                storage.remove(RUN)  # what it says will not hold before the next merge
            _remove_unfinished(storage, journal)
            _begin(planner, plan, files)
            yield FolderOutputs(planner, shard)
        finally:
            journal.close()


def missing_results(planner: FolderPlanner, files: Sequence[InputFile]) -> FolderOutputs:
    """Begin to write some inputs' results into a folder that is held; others that it has stay as they are.

    Raises:
        OutputError: what is not ours is in the way.
        UsageError: results of other inputs or settings would be lost.
    """
    plan = planner.plan(files)
    plan.check(planner.storage)
    _begin(planner, plan, files)
    return FolderOutputs(planner)


def _begin(planner: FolderPlanner, plan: FolderPlan, files: Inputs) -> None:
    """Write down what will be done, before the first of it is."""
    for folder in planner.layout.folders:
        planner.storage.make_folder(folder)
    journal = planner.journal
    if any(plan.moved):
        journal.note(planner.moved(compress(files, plan.moved)))
    started = plan.started(planner.keys)
    journal.note(chain(planner.settings.values(), [RunFile(RUN, None)], started))
    journal.sync()  # no file of ours is on the disk before the line that says it is ours
    plan.log_losses()


def _remove_unfinished(storage: Storage, journal: Journal) -> None:
    """Remove the files of inputs that a killed run did not finish; what an entry lists stays."""
    # The lines stay, without outputs: that these inputs were to be redone with these settings still holds.
    unfinished = (started for started in journal.all_started() if started.outputs)
    journal.note(_without_outputs(started, storage, journal) for started in unfinished)


def _without_outputs(started: StartedInput, storage: Storage, journal: Journal) -> StartedInput:
    entry = journal.get(started.name)
    finished = entry.outputs if entry else {}
    for path in started.outputs:
        if path not in finished and storage.kind(path) == "file":
            storage.remove(path, of_input=True)
    return replace(started, outputs=())
