"""Puts the long videos together whose segments the shards of a run have done: the last part of a merge."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, cast

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.core.model_info import Kind, ModelInfo
from movenet_cli.core.size import Size
from movenet_cli.errors import InputError, MediaError, UsageError
from movenet_cli.io.json_text import unescape_name
from movenet_cli.io.storage.interface import Storage
from movenet_cli.media.opening import media_of
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.order import FolderOrder
from movenet_cli.output.folder.planner import FolderPlanner
from movenet_cli.output.folder.results_folder import missing_results
from movenet_cli.run.annotate import POSE_OPTIONS
from movenet_cli.run.batch import Batch
from movenet_cli.run.events import Events
from movenet_cli.run.loading import LoadModel, RecordedModels
from movenet_cli.run.report import Report
from movenet_cli.run.segments.segment import Tell
from movenet_cli.run.shards.accounts import ShardAccount
from movenet_cli.run.workers.interface import Workers
from movenet_cli.run.workers.processes import Processes, are_worth_it
from movenet_cli.run.workers.threads import Threads
from movenet_cli.run.workers.work import Done, SegmentWork, Work
from movenet_cli.run.workers.worker import Worker
from movenet_cli.settings import Settings

log = logging.getLogger(__name__)

OpenEvents = Callable[[Sequence[InputFile]], AbstractContextManager[Events]]
"""Opens what follows the progress with these inputs."""

_OPTIONS: Final = (*POSE_OPTIONS, "batch_size", "runtime", "device")


def shared_files(accounts: Sequence[ShardAccount]) -> list[InputFile]:
    """The videos that the shards share; all of them have the same."""
    shared = accounts[0].shard.shared
    return [InputFile(Path(unescape_name(each.path)), unescape_name(each.source)) for each in shared]


def put_together(
    folder: Storage,
    journal: Journal,
    accounts: Sequence[ShardAccount],
    load: LoadModel,
    open_events: OpenEvents,
) -> Report:
    """Make the results of the shared videos, of their segments where these are there and fit together.

    It is the work of any run with the settings of the shards, which finds most of it done.

    Args:
        folder: the results folder, which is held.
        journal: of the folder.
        accounts: of all shards.
        load: loads a model; only called when a frame has to be looked at.
        open_events: see `OpenEvents`.

    Raises:
        InputError: what a shard wrote down is damaged.
        KeyboardInterrupt: the work was interrupted; a merge later goes on with it.
        ModelError: a frame has to be looked at, and the model is not here, or another one.
        OutputError: results cannot be written, or what is not ours is in the way.
        UsageError: results of other inputs or settings would be lost.
    """
    files = shared_files(accounts)
    report = Report(expected=len(files))
    if not files:
        return report
    layout = Layout(accounts[0].options["formats"], overlay=False)
    models = _models(accounts, load)
    with models, open_events(files) as events:
        settings = models.plan.all_result_settings()
        keys: dict[Media, str] = {media: each.key for media, each in settings.items()}
        wants_all = any(account.options["overwrite"] for account in accounts)
        anew = [
            file
            for file in files
            if wants_all and _has_segments(FolderOrder(folder, file, layout, keys, {}, None))
        ]
        for overwrite, group in ((True, anew), (False, [file for file in files if file not in anew])):
            planner = FolderPlanner(folder, journal, layout, settings, media_of, overwrite)
            outputs, cancellation = missing_results(planner, group), CancellationToken()
            with _workers(models, group, cancellation) as workers:
                Batch(workers, outputs, events, report, cancellation).run(group)
            if report.interrupted:
                raise KeyboardInterrupt
    return report


def _has_segments(order: FolderOrder) -> bool:
    """Whether a video's first segment is there, done by a shard since the video was last put together."""
    try:
        in_segments = order.in_segments()
    except MediaError:
        return False
    return in_segments is not None and in_segments.segment_place("video", 0, "").exists()


def _models(accounts: Sequence[ShardAccount], load: LoadModel) -> RecordedModels:
    """The models and settings that the shards have written down."""
    first = accounts[0]
    try:
        settings = Settings(
            model=unescape_name(first.shard.model),
            refine_with=None if first.refine_with is None else unescape_name(first.shard.refine_with or ""),
            offline=any(account.shard.offline for account in accounts),
            **{name: first.options[name] for name in _OPTIONS},
        )
        infos = [_info(each) for each in (first.model, first.refine_with) if each is not None]
        return RecordedModels(settings, infos, load)
    except (KeyError, TypeError, ValueError, UsageError) as error:
        raise InputError(
            f"what shard {first.shard.number} wrote down of its options is damaged ({error}); run it again"
        ) from error


def _info(recorded: dict[str, Any]) -> ModelInfo:
    shape = recorded["input"]
    size = None if shape is None else Size(shape[1], shape[0])
    return ModelInfo(
        recorded["name"], cast(Kind, recorded["kind"]), size, recorded["sha256"], recorded["runtime"]
    )


def _workers(models: RecordedModels, files: Sequence[InputFile], cancellation: CancellationToken) -> Workers:
    jobs = models.settings.jobs
    if models.infos[0].runtime == "litert" and are_worth_it(jobs, files):
        return _Telling(Processes(models, cancellation))
    return _Telling(Threads(Worker(models, cancellation), jobs))


class _Telling(Workers):
    """Workers that say when a segment is to be annotated that the shards should have done."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._told: set[str] = set()

    @property
    def count(self) -> int:
        """See `Workers.count`."""
        return self._workers.count

    def do(self, work: Work, tell: Tell) -> Done:
        """See `Workers.do`."""
        if isinstance(work, SegmentWork) and work.before is None:
            self._look_for(work)
        return self._workers.do(work, tell)

    def close(self) -> None:
        """See `Workers.close`."""
        self._workers.close()

    def _look_for(self, work: SegmentWork) -> None:
        name = work.file.name
        if name not in self._told and not work.place.exists():
            self._told.add(name)
            log.warning(
                "%s: segments of it are missing, and are annotated now: it has changed since the shards ran, "
                "or they did not finish it",
                name,
            )
