"""One `annotate` run: finds the inputs, loads the model, runs the batch, says how it went."""

import contextlib
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from movenet_cli.batch import Batch
from movenet_cli.clashes import check_overlays
from movenet_cli.cli.download_bar import download_bar
from movenet_cli.cli.dry_run import dry_run
from movenet_cli.cli.effects import effective, warn_of_unmatched
from movenet_cli.cli.memory import keep_large_blocks
from movenet_cli.cli.options import Moment
from movenet_cli.cli.printing import printable, say, say_event, speaks_json
from movenet_cli.cli.progress import make_progress
from movenet_cli.cli.signals import ignore_interrupts
from movenet_cli.engine import Engine
from movenet_cli.errors import ExitCode, InputError, MovenetError, OutputError
from movenet_cli.folder import FolderOutputs, results_folder
from movenet_cli.models.interface import Model, ModelInfo
from movenet_cli.models.loading import load_model
from movenet_cli.models.store import resolve
from movenet_cli.outputs import Outputs, StreamOutputs
from movenet_cli.report import InputOutcome, Report
from movenet_cli.results.layout import Layout
from movenet_cli.results.plan import MEDIA
from movenet_cli.settings import STREAM, Crop, PoseSettings, RunSettings, Runtime
from movenet_cli.sinks.jsontext import plain_text
from movenet_cli.sources.discover import Discovery, discover, read_paths
from movenet_cli.sources.interface import FrameRange
from movenet_cli.strategy import Strategy
from movenet_cli.versions import version

LIBRARIES: Final = ("ai-edge-litert", "av", "numpy", "opencv-python-headless", "tensorflow")


@dataclass(frozen=True, slots=True)
class Request:
    """The parsed command line; the fields are the options' own names."""

    inputs: tuple[str, ...]
    output: Path | None
    formats: tuple[str, ...]
    overlay: bool
    overwrite: bool
    dry_run: bool
    model: str
    min_score: float
    crop: Crop
    max_people: int
    input_size: int
    track: bool
    smooth: bool
    refine_with: str | None
    stride: int
    fps: float | None
    start: Moment | None
    end: Moment | None
    max_frames: int | None
    root: str | None
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    null: bool
    max_pixels: int
    fail_fast: bool
    jobs: int
    runtime: Runtime
    device: str
    batch_size: int
    offline: bool
    mirror: str | None
    progress: str
    quiet: bool
    verbose: int
    given: frozenset[str]
    """The options that stand on the command line, not only in the environment."""

    @property
    def frames(self) -> FrameRange:
        """Which frames of a video are asked for."""
        start, end = self.start or Moment(), self.end or Moment()
        return FrameRange(
            self.stride, self.fps, start.seconds, end.seconds, start.frame, end.frame, self.max_frames
        )

    @property
    def pose_settings(self) -> PoseSettings:
        """What decides the numbers."""
        return PoseSettings(
            self.min_score,
            self.crop,
            self.max_people,
            self.input_size,
            self.track,
            self.smooth,
            self.max_pixels,
        )

    @property
    def run_settings(self) -> RunSettings:
        """How the work is done."""
        return RunSettings(self.jobs, self.batch_size, self.fail_fast)


def run_annotate(request: Request) -> ExitCode:
    """Do what was asked for and return the exit code of the run.

    Raises:
        MovenetError: before the first input is touched, when the run cannot start; or later, when results
            cannot be written.
    """
    keep_large_blocks()
    found = _find(request)
    if request.overlay:
        check_overlays(found.files, request.max_pixels)
    if request.dry_run:
        return dry_run(request, found)
    models = [_load(request, request.model)]
    request = effective(request, models[0].info, found.files)
    if request.refine_with is not None:
        models.append(_load(request, request.refine_with))
    strategy = Strategy([model.info for model in models], request.pose_settings, request.frames)
    report = Report(found.ignored, len(found.files) + len(found.missing))
    for name, reason in found.missing:
        report.add(InputOutcome(name, "failed", reason=reason))
        say(f"movenet: {name}: {reason}", "error", source=plain_text(name))
    report.stopped = request.fail_fast and bool(found.missing)
    run = _Run(request, found, models, strategy, report)
    if request.output is None:
        run.to_stream(cast(BinaryIO, sys.stdout.buffer))
    else:
        run.to_folder(request.output)
    return report.exit_code


@dataclass(frozen=True, slots=True)
class _Run:
    """Everything is found and loaded; what is left is the work."""

    request: Request
    found: Discovery
    models: Sequence[Model]
    strategy: Strategy
    report: Report

    def to_stream(self, stream: BinaryIO) -> None:
        """Results as JSON lines."""
        self._annotate(StreamOutputs(stream))
        self._say_end("results on standard output")

    def to_folder(self, root: Path) -> None:
        """Results as files; `run.json` says so while the run is under way, and how it ended."""
        request = self.request
        layout = Layout(request.formats, request.overlay)
        settings = {media: self.strategy.settings(media) for media in MEDIA}
        with results_folder(root, layout, settings, self.found.files, request.overwrite) as outputs:
            try:
                self._write_run(outputs)
                self._annotate(outputs)
                if self.report.is_complete:
                    outputs.combine(self.found.files)
                outputs.sync()
                self._write_run(outputs)
                ignore_interrupts()  # from here on the account is what the caller will be told
            except KeyboardInterrupt:
                self.report.interrupted = True
                self._write_run(outputs)
            except MovenetError as error:
                self.report.fatal = error.exit_code
                with contextlib.suppress(OutputError):
                    self._write_run(outputs)
                raise
        self._say_end(f"results in {root}")

    def _annotate(self, outputs: Outputs) -> None:
        request, settings = self.request, self.request.run_settings
        if self.report.stopped:
            self.report.finished = True
            return
        with (
            Engine(self.models, settings.jobs, request.min_score) as engine,
            make_progress(
                request.progress,
                self.found.files,
                request.frames,
                quiet=request.quiet,
                verbose=request.verbose > 0,
            ) as progress,
        ):
            batch = Batch(
                engine, self.strategy, outputs, request.frames, request.max_pixels, settings, progress
            )
            batch.run(self.found.files, self.report)

    def _write_run(self, outputs: FolderOutputs) -> None:
        outputs.write_run(self.report.document(self._facts()))

    def _say_end(self, where: str) -> None:
        if self.report.interrupted:
            say("movenet: interrupted; run the same command again to do the rest", "error")
        if speaks_json():
            facts = self.report.document({})
            shown = {name: facts[name] for name in ("exit_code", "complete", "inputs", "frames")}
            say_event("summary", **shown, message=printable(self.report.closing_line(where)))
        elif not self.request.quiet:
            say(self.report.closing_line(where))

    def _facts(self) -> dict[str, object]:
        """What `run.json` says of the run besides its counts."""
        request, infos = self.request, [model.info for model in self.models]
        return {
            "libraries": {name: found for name in LIBRARIES if (found := version(name))},
            "python": platform.python_version(),
            "platform": platform.platform(),
            "model": _model_facts(infos[0]),
            "refine_with": _model_facts(infos[1]) if len(infos) > 1 else None,
            "options": {
                "formats": list(request.formats),
                "overlay": request.overlay,
                "overwrite": request.overwrite,
                **asdict(request.pose_settings),
                **asdict(request.frames),
                **asdict(request.run_settings),
                "runtime": request.runtime,
                "device": request.device,
            },
        }


def _load(request: Request, name_or_path: str) -> Model:
    """A model by name or path, fetched first when it has to be."""
    without_bar = request.quiet or request.progress in ("json", "none")
    with download_bar(disable=True if without_bar else None) as progress:
        found = resolve(name_or_path, offline=request.offline, mirror=request.mirror, progress=progress)
    return load_model(
        found.path,
        name=found.name,
        runtime=request.runtime,
        device=request.device,
        batch_size=request.batch_size,
        sha256=found.sha256,
    )


def _find(request: Request) -> Discovery:
    """The input files, or an error when there is nothing to work on."""
    inputs = list(request.inputs)
    if STREAM in inputs:
        place = inputs.index(STREAM)
        inputs[place : place + 1] = read_paths(sys.stdin.buffer, null=request.null)
    found = discover(inputs, include=request.include, exclude=request.exclude, root=request.root)
    warn_of_unmatched(request, found)
    if not found.files:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in found.missing[:3])
        raise InputError(
            f"nothing to annotate: {reasons or 'no image or video found in ' + ', '.join(inputs)}"
        )
    return found


def _model_facts(info: ModelInfo) -> dict[str, object]:
    return {
        "name": info.name,
        "kind": info.kind,
        "input": info.input_size,
        "sha256": info.sha256,
        "runtime": info.runtime,
    }
