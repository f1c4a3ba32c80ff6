"""Holds a results folder for one run: checks that the run may start, and clears what a killed run left.

From then on `FolderOutputs` writes the results. Whatever moment a run is killed at, the journal has told of a
file before it is there, so that the next run tells our files from somebody else's.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from movenet_cli.core.folder_names import LOCK, RUN
from movenet_cli.core.inputs import InputFile, Inputs, Media
from movenet_cli.core.shard import Shard
from movenet_cli.io.atomic import as_output_error, make_folder, remove_leftovers
from movenet_cli.output.folder.folder_outputs import FolderOutputs
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.lock import locked
from movenet_cli.output.folder.output_file import is_regular_file
from movenet_cli.output.folder.ownership import check_places
from movenet_cli.output.folder.plan import FolderPlan
from movenet_cli.output.folder.planner import FolderPlanner
from movenet_cli.output.folder.records import RunFile
from movenet_cli.output.folder.result_settings import ResultSettings
from movenet_cli.output.folder.shards import SHARD_LOCK, SHARD_RUN, check_count, remove_shards, shard_file


@contextlib.contextmanager
def results_folder(
    root: Path,
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
        root: the folder; made when it is not there.
        layout: what is written, and where.
        settings: what results depend on besides the input, by kind of input.
        files: the inputs.
        media_of: tells what an input will turn out to be; None when it cannot be read.
        overwrite: nothing is taken to be up to date.
        shard: whose run it is; None for a run of its own.
        shared: long videos of which a shard does some segments, and writes no results.

    Raises:
        OutputError: the folder cannot be made or written, another run holds it, or what is not ours is in
            the way.
        UsageError: results of other inputs or settings would be lost.
    """
    check_places(root, layout)
    lock = root / LOCK if shard is None else shard_file(root, shard, SHARD_LOCK)
    missing = [path for path in (lock, *lock.parents) if not path.exists()]
    with locked(root, shard):
        try:
            if shard is not None:
                check_count(root, shard)
            names = frozenset(file.name for file in shared)
            journal = Journal(root, shard, names)
            planner = FolderPlanner(root, journal, layout, settings, media_of, overwrite)
            planner.plan(shared).check(root)
            plan = planner.plan(files)
            plan.check(root)
        except BaseException:  # a run that is refused leaves no trace
            _remove_made(missing)
            raise
        try:
            if shard is None:
                remove_leftovers(root)  # other shards may be writing theirs
                remove_shards(root, SHARD_RUN)
            elif is_regular_file(root / RUN):
                with as_output_error(root / RUN, of_input=False):
                    (root / RUN).unlink(missing_ok=True)  # what it says will not hold before the next merge
            _remove_unfinished(root, journal)
            _begin(planner, plan)
            yield FolderOutputs(planner, shard, names)
        finally:
            journal.close()


def missing_results(planner: FolderPlanner, files: Sequence[InputFile]) -> FolderOutputs:
    """Begin to write some inputs' results into a folder that is held; others that it has stay as they are.

    Raises:
        OutputError: what is not ours is in the way.
        UsageError: results of other inputs or settings would be lost.
    """
    plan = planner.plan(files)
    plan.check(planner.root)
    _begin(planner, plan)
    return FolderOutputs(planner)


def _begin(planner: FolderPlanner, plan: FolderPlan) -> None:
    """Write down what will be done, before the first of it is."""
    for folder in planner.layout.folders:
        make_folder(planner.root / folder)
    journal = planner.journal
    journal.note(plan.relocated)
    journal.note(chain(planner.settings.values(), [RunFile(RUN, None)], planner.started(plan.to_do)))
    journal.sync()  # no file of ours is on the disk before the line that says it is ours
    plan.log_losses()


def _remove_made(paths: Sequence[Path]) -> None:
    """Remove a lock and empty folders, innermost first."""
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()


def _remove_unfinished(root: Path, journal: Journal) -> None:
    """Remove the files of inputs that a killed run did not finish; what an entry lists stays."""
    unfinished = [started for started in journal.all_started() if started.outputs]
    for started in unfinished:
        entry = journal.get(started.name)
        finished = entry.outputs if entry else {}
        for path in started.outputs:
            target = root / path
            if path not in finished and is_regular_file(target):
                with as_output_error(target):
                    target.unlink(missing_ok=True)
    # The lines stay, without outputs: that these inputs were to be redone with these settings still holds.
    journal.note(replace(started, outputs=()) for started in unfinished)
