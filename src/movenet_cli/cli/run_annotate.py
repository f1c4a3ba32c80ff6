"""One `annotate` run: finds the inputs, loads the model, runs the batch, says how it went."""

import contextlib
import logging
import platform
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Final, cast

import click

from movenet_cli.batch import Batch
from movenet_cli.cli.download_bar import download_bar
from movenet_cli.cli.options import Moment
from movenet_cli.cli.progress import make_progress, printable
from movenet_cli.engine import Engine
from movenet_cli.errors import ExitCode, InputError, OutputError
from movenet_cli.folder import MEDIA, results_folder
from movenet_cli.models.interface import Model
from movenet_cli.models.loading import load_model
from movenet_cli.models.store import resolve
from movenet_cli.outputs import Outputs, StreamOutputs
from movenet_cli.report import InputOutcome, Report
from movenet_cli.settings import STREAM, Crop, PoseSettings, RunSettings, Runtime
from movenet_cli.sources.discover import Discovery, discover, read_paths
from movenet_cli.sources.interface import FrameRange
from movenet_cli.strategy import Strategy

log = logging.getLogger(__name__)

LIBRARIES: Final = ("ai-edge-litert", "av", "numpy", "opencv-python-headless", "tensorflow")


@dataclass(frozen=True, slots=True)
class Request:
    """The parsed command line; the fields are the options' own names."""

    inputs: tuple[str, ...]
    output: Path | None
    formats: tuple[str, ...]
    overlay: bool
    overwrite: bool
    model: str
    min_score: float
    crop: Crop
    max_people: int
    input_size: int
    track: bool
    smooth: bool
    stride: int
    fps: float | None
    start: Moment | None
    end: Moment | None
    max_frames: int | None
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
        return RunSettings(self.jobs, self.batch_size, self.overwrite, self.fail_fast)


def run_annotate(request: Request) -> ExitCode:
    """Do what was asked for and return the exit code of the run.

    Raises:
        MovenetError: before the first input is touched, when the run cannot start.
    """
    found = _find(request)
    model = _load(request, request.model)
    strategy = Strategy([model.info], request.pose_settings, request.frames)
    report = Report(found.ignored)
    for name, reason in found.missing:
        report.add(InputOutcome(name, "failed", reason=reason))
        click.echo(f"movenet: {printable(name)}: {reason}", err=True)
    if request.output is None:
        _stream(request, found, model, strategy, report)
    else:
        _to_folder(request, request.output, found, model, strategy, report)
    return report.exit_code


def _load(request: Request, name_or_path: str) -> Model:
    """A model by name or path, fetched first when it has to be."""
    with download_bar(disable=True if request.quiet else None) as progress:
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
    found = discover(inputs, include=request.include, exclude=request.exclude)
    if not found.files:
        reasons = "; ".join(f"{printable(name)}: {reason}" for name, reason in found.missing[:3])
        raise InputError(
            f"nothing to annotate: {reasons or 'no image or video found in ' + ', '.join(inputs)}"
        )
    return found


def _stream(request: Request, found: Discovery, model: Model, strategy: Strategy, report: Report) -> None:
    outputs = StreamOutputs(cast(BinaryIO, sys.stdout.buffer))
    _run(request, found, model, strategy, outputs, report)
    _say_end(request, report, "results on standard output")


def _to_folder(
    request: Request, root: Path, found: Discovery, model: Model, strategy: Strategy, report: Report
) -> None:
    keys = {media: strategy.key(media) for media in MEDIA}
    with results_folder(root, request.formats, request.overlay, keys) as outputs:
        try:
            _run(request, found, model, strategy, outputs, report)
            if report.is_complete:
                outputs.combine(found.files)
        except OutputError:
            with contextlib.suppress(OutputError):
                outputs.write_run(report.document(_facts(request, model)))
            raise
        outputs.write_run(report.document(_facts(request, model)))
    _say_end(request, report, f"results in {root}")


def _run(
    request: Request,
    found: Discovery,
    model: Model,
    strategy: Strategy,
    outputs: Outputs,
    report: Report,
) -> None:
    settings = request.run_settings
    with (
        Engine([model], settings.jobs, request.min_score) as engine,
        make_progress(request.progress, len(found.files), request.quiet) as progress,
    ):
        batch = Batch(engine, strategy, outputs, request.frames, request.max_pixels, settings, progress)
        batch.run(found.files, report)


def _say_end(request: Request, report: Report, where: str) -> None:
    if report.interrupted:
        click.echo("movenet: interrupted; run the same command again to go on where it stopped", err=True)
    if not request.quiet:
        click.echo(report.closing_line(where), err=True)


def _facts(request: Request, model: Model) -> dict[str, object]:
    """What `run.json` says of the run besides its counts."""
    info = model.info
    return {
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "model": {
            "name": info.name,
            "kind": info.kind,
            "input": info.input_size,
            "sha256": info.sha256,
            "runtime": info.runtime,
        },
        "options": {
            "formats": list(request.formats),
            "overlay": request.overlay,
            **asdict(request.pose_settings),
            **asdict(request.frames),
            **asdict(request.run_settings),
            "runtime": request.runtime,
            "device": request.device,
        },
    }
