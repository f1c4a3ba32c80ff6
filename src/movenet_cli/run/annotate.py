"""A run from beginning to end: annotates the inputs, and writes their results and the run's own record."""

import contextlib
import platform
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import BinaryIO, Final

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import InputFile
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import InputOutcome
from movenet_cli.core.shard import Shard
from movenet_cli.errors import MovenetError, OutputError, UsageError
from movenet_cli.io.json_text import escape_name
from movenet_cli.io.storage.interface import Storage
from movenet_cli.io.versions import version
from movenet_cli.media.discover import Discovery
from movenet_cli.media.opening import media_of
from movenet_cli.output.folder.folder_outputs import FolderOutputs
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.results_folder import results_folder
from movenet_cli.output.interface import Outputs
from movenet_cli.output.stream import StreamOutputs
from movenet_cli.run.batch import Batch
from movenet_cli.run.events import Events
from movenet_cli.run.loading import LoadedModels
from movenet_cli.run.report import Report
from movenet_cli.run.shards.inputs import ShardInputs
from movenet_cli.run.workers.interface import Workers
from movenet_cli.run.workers.processes import Processes, are_worth_it
from movenet_cli.run.workers.ray_cluster import cluster
from movenet_cli.run.workers.ray_workers import RayWorkers
from movenet_cli.run.workers.threads import Threads
from movenet_cli.run.workers.worker import Worker

LIBRARIES: Final = ("ai-edge-litert", "av", "numpy", "opencv-python-headless", "tensorflow")

POSE_OPTIONS: Final = (
    "min_score",
    "min_keypoints",
    "min_pose_score",
    "crop",
    "max_people",
    "input_size",
    "track",
    "smooth",
    "max_pixels",
)
"""The settings that results depend on, besides the models and the range of frames."""

_RUN_OPTIONS: Final = ("jobs", "engine", "batch_size", "fail_fast", "runtime", "device")
"""What `run.json` records besides, behind the range of frames."""

OpenEvents = Callable[[], AbstractContextManager[Events]]
"""Opens what follows the progress; called when the work begins, closed when it is done."""


@dataclass(frozen=True, slots=True)
class Target:
    """A results folder, and what the run shall write there.

    Attributes:
        folder: where it is.
        formats: names from the table of formats.
        overlay: whether to draw skeletons, too.
        overwrite: whether to redo everything.
        part: of a run's inputs that are given; None when all are.
        config: the configuration file that settings came from, and the table in it.
    """

    folder: Storage
    formats: tuple[str, ...]
    overlay: bool = False
    overwrite: bool = False
    part: ShardInputs | None = None
    config: str | None = None

    @property
    def shard(self) -> Shard | None:
        """Whose run it is; None for a run of its own."""
        return None if self.part is None else self.part.shard


class Run:
    """Annotates the inputs that were found; one that fails is recorded in the report, and the others go on.

    An interrupt leaves complete files only, marks the report, and is not raised again.

    Args:
        models: the loaded models.
        found: the inputs.
        open_events: see `OpenEvents`.

    Attributes:
        report: what became of the inputs so far.
    """

    def __init__(self, models: LoadedModels, found: Discovery, open_events: OpenEvents) -> None:
        self._models = models
        self._found = found
        self._open_events = open_events
        self.report = Report(found.ignored, len(found.files) + len(found.missing))
        for name, reason in found.missing:
            self.report.add(InputOutcome(name, "failed", reason=reason))
        self.report.stopped = models.settings.fail_fast and bool(found.missing)

    def to_stream(self, stream: BinaryIO) -> None:
        """Write the results to a stream, as JSON lines.

        Raises:
            OutputError: the stream cannot be written.
            UsageError: the work could not be done as the settings say.
        """
        settings = self._models.settings
        if settings.engine == "ray" or settings.item_timeout is not None:
            what = "--engine ray" if settings.engine == "ray" else "--item-timeout"
            raise UsageError(f"{what} needs a results folder; choose one with --output")
        self._annotate(StreamOutputs(stream), None)

    def to_folder(self, target: Target, at_end: Callable[[], None] = lambda: None) -> None:
        """Write the results to a folder; `run.json` there says that the run is under way, then how it ended.

        Args:
            target: the results folder.
            at_end: called when `run.json` is complete; an interrupt after that would contradict it.

        Raises:
            OutputError: results cannot be written, or what is not ours is in the way.
            UsageError: results of other inputs or settings would be lost.
        """
        report = self.report
        layout = Layout(target.formats, target.overlay)
        result_settings = self._models.plan.all_result_settings()
        with (
            self._cluster(),
            results_folder(
                target.folder,
                layout,
                result_settings,
                self._found.files,
                media_of,
                target.overwrite,
                target.shard,
                () if target.part is None else target.part.shared,
            ) as outputs,
        ):
            try:
                self._write_run(outputs, target)
                self._annotate(outputs, target.part)
                if report.is_complete:
                    outputs.combine(self._found.files)
                    outputs.remove_segments()
                outputs.sync()
                self._write_run(outputs, target)
                at_end()
            except KeyboardInterrupt:
                report.interrupted = True
                outputs.hurry()
                self._write_run(outputs, target)
            except MovenetError as error:
                report.fatal = error.exit_code
                with contextlib.suppress(OutputError):
                    self._write_run(outputs, target)
                raise

    def _annotate(self, outputs: Outputs, part: ShardInputs | None) -> None:
        if self.report.stopped:
            self.report.finished = True
            return
        with self._open_events() as events:
            cancellation, fail_fast = CancellationToken(), self._models.settings.fail_fast
            shared, shard = (part.shared, part.shard) if part is not None else ((), None)
            with self._workers(outputs, cancellation, shared) as workers:
                batch = Batch(workers, outputs, events, self.report, cancellation, fail_fast=fail_fast)
                batch.run(self._found.files, shared, shard)
            outputs.tidy()

    def _workers(
        self, outputs: Outputs, cancellation: CancellationToken, shared: Sequence[InputFile]
    ) -> Workers:
        settings = self._models.settings
        engine = settings.engine
        if engine == "ray":
            return RayWorkers(self._models, cancellation)
        if engine == "local" and settings.item_timeout is not None:
            engine = "processes"
        elif engine == "local":
            is_on_cpu = all(info.runtime == "litert" for info in self._models.infos)
            is_much = any(are_worth_it(settings.jobs, files) for files in (shared, self._found.files))
            engine = "processes" if is_on_cpu and is_much else "threads"
        if engine == "processes" and outputs.are_shared:
            return Processes(self._models, cancellation)
        return Threads(Worker(self._models, cancellation), settings.jobs)

    def _cluster(self) -> AbstractContextManager[None]:
        """Joined before anything is written.

        Raises:
            UsageError: there is none.
        """
        settings = self._models.settings
        return cluster(settings.ray_address) if settings.engine == "ray" else contextlib.nullcontext()

    def _write_run(self, outputs: FolderOutputs, target: Target) -> None:
        document = self.report.document(self._metadata(target))
        if target.part is not None:
            target.part.complete(document)
        outputs.write_run(document)

    def _metadata(self, target: Target) -> dict[str, object]:
        """What `run.json` says of the run besides its counts."""
        settings, models = self._models.settings, self._models.infos
        return {
            "libraries": {name: found for name in LIBRARIES if (found := version(name))},
            "python": platform.python_version(),
            "platform": platform.platform(),
            "model": _model_metadata(models[0]),
            "refine_with": _model_metadata(models[1]) if len(models) > 1 else None,
            "config": None if target.config is None else escape_name(target.config),
            "options": {
                "formats": list(target.formats),
                "overlay": target.overlay,
                "overwrite": target.overwrite,
                **{name: getattr(settings, name) for name in POSE_OPTIONS},
                **asdict(settings.frames),
                **{name: getattr(settings, name) for name in _RUN_OPTIONS},
            },
        }


def _model_metadata(info: ModelInfo) -> dict[str, object]:
    return {
        "name": info.name,
        "kind": info.kind,
        "input": info.input_size and info.input_size.shape,
        "sha256": info.sha256,
        "runtime": info.runtime,
    }
