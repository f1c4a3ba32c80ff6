"""One run: models loaded for some options, inputs that were found, and where their results go."""

import contextlib
import platform
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final

from movenet_cli.core.inputs import InputFile
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import InputOutcome
from movenet_cli.errors import InputError, MovenetError, OutputError
from movenet_cli.io.versions import version
from movenet_cli.media.discover import Discovery
from movenet_cli.media.opening import media_of
from movenet_cli.models.hub.resolve import resolve
from movenet_cli.models.interface import Model
from movenet_cli.models.load import load_model
from movenet_cli.output.folder.folder_outputs import FolderOutputs
from movenet_cli.output.folder.layout import MEDIA, Layout
from movenet_cli.output.folder.results_folder import results_folder
from movenet_cli.output.interface import Outputs
from movenet_cli.output.stream import StreamOutputs
from movenet_cli.run.batch import Batch, Events
from movenet_cli.run.effects import effective
from movenet_cli.run.engine import Engine
from movenet_cli.run.plan import Plan
from movenet_cli.run.report import Report
from movenet_cli.settings import Settings

if TYPE_CHECKING:  # a cached model is loaded without the HTTP client
    from movenet_cli.models.hub.fetch import Progress

LIBRARIES: Final = ("ai-edge-litert", "av", "numpy", "opencv-python-headless", "tensorflow")

LoadModel = Callable[[Settings, str], Model]
"""Finds and loads a model by name or path."""

_POSE_OPTIONS: Final = (
    "min_score",
    "crop",
    "max_people",
    "input_size",
    "track",
    "smooth",
    "max_pixels",
)
_RUN_OPTIONS: Final = ("jobs", "batch_size", "fail_fast", "runtime", "device")
"""What `run.json` tells of the settings, in this order, with the frames that were asked for in between."""

Watch = Callable[[], AbstractContextManager[Events]]
"""Opens what sees the progress; called when the work begins, closed when it is done."""


class Loaded:
    """Models that are loaded and fit the options, behind the workers that run them.

    A context manager that stops the workers; several inputs and threads may use it at once.

    Attributes:
        settings: without those that have no effect with these models.
        models: what is known of each model; the first one is what the user named.
        plan: chooses how each input is worked on.
        engine: runs the models.
    """

    def __init__(
        self,
        settings: Settings,
        given: frozenset[str],
        load: LoadModel,
        files: Sequence[InputFile] | None = None,
    ) -> None:
        """Load the models.

        Args:
            settings: what was asked for.
            given: see `effects.effective`.
            load: see `LoadModel`.
            files: see `effects.effective`.

        Raises:
            ModelError: a model is missing, corrupt, or no MoveNet.
            UsageError: options do not fit the models.
        """
        models = [load(settings, settings.model)]
        self.settings = effective(settings, given, models[0].info, files)
        if self.settings.refine_with is not None:
            models.append(load(settings, self.settings.refine_with))
        self.models = [model.info for model in models]
        self.plan = Plan(self.models, self.settings)
        self.engine = Engine(models, self.settings.jobs, self.settings.min_score)

    def __enter__(self) -> "Loaded":
        """Enter the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the workers."""
        self.engine.close()


@dataclass(frozen=True, slots=True)
class Target:
    """A results folder, and what of it is asked for.

    Attributes:
        folder: where it is.
        formats: names from the table of formats.
        overlay: whether skeletons are drawn, too.
        overwrite: whether everything is done again.
    """

    folder: Path
    formats: tuple[str, ...]
    overlay: bool = False
    overwrite: bool = False


def load_named(settings: Settings, name_or_path: str, progress: "Progress") -> Model:
    """A model by name or path, fetched first when it has to be."""
    found = resolve(name_or_path, offline=settings.offline, mirror=settings.mirror, progress=progress)
    return load_model(
        found.path,
        name=found.name,
        runtime=settings.runtime,
        device=settings.device,
        batch_size=settings.batch_size,
        sha256=found.sha256,
    )


def check_found(found: Discovery, inputs: Sequence[str]) -> None:
    """Refuse to run over nothing.

    Raises:
        InputError: none of the inputs can be used.
    """
    if not found.files:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in found.missing[:3])
        raise InputError(
            f"nothing to annotate: {reasons or 'no image or video found in ' + ', '.join(inputs)}"
        )


class Run:
    """Annotates what was found; an input that fails is a line in the report, and the others go on.

    An interrupt leaves complete files only, marks the report, and is not raised again.

    Args:
        loaded: the models.
        found: the inputs.
        watch: see `Watch`.

    Attributes:
        report: what became of the inputs so far.
    """

    def __init__(self, loaded: Loaded, found: Discovery, watch: Watch) -> None:
        self._loaded = loaded
        self._found = found
        self._watch = watch
        self.report = Report(found.ignored, len(found.files) + len(found.missing))
        for name, reason in found.missing:
            self.report.add(InputOutcome(name, "failed", reason=reason))
        self.report.stopped = loaded.settings.fail_fast and bool(found.missing)

    def to_stream(self, stream: BinaryIO) -> None:
        """Results as JSON lines.

        Raises:
            OutputError: the stream cannot be written.
        """
        self._annotate(StreamOutputs(stream))

    def to_folder(self, target: Target, at_end: Callable[[], None] = lambda: None) -> None:
        """Results as files; `run.json` says so while the run is under way, and how it ended.

        Args:
            target: the results folder.
            at_end: called when the account is complete; an interrupt after that would say something else.

        Raises:
            OutputError: results cannot be written, or what is not ours is in the way.
            UsageError: results of other inputs or settings would be lost.
        """
        report = self.report
        layout = Layout(target.formats, target.overlay)
        result_settings = {media: self._loaded.plan.result_settings(media) for media in MEDIA}
        with results_folder(
            target.folder, layout, result_settings, self._found.files, media_of, target.overwrite
        ) as outputs:
            try:
                self._write_run(outputs, target)
                self._annotate(outputs)
                if report.is_complete:
                    outputs.combine(self._found.files)
                outputs.sync()
                self._write_run(outputs, target)
                at_end()
            except KeyboardInterrupt:
                report.interrupted = True
                self._write_run(outputs, target)
            except MovenetError as error:
                report.fatal = error.exit_code
                with contextlib.suppress(OutputError):
                    self._write_run(outputs, target)
                raise

    def _annotate(self, outputs: Outputs) -> None:
        if self.report.stopped:
            self.report.finished = True
            return
        loaded, settings = self._loaded, self._loaded.settings
        with self._watch() as events:
            batch = Batch(
                loaded.engine,
                loaded.plan,
                outputs,
                settings,
                events,
            )
            batch.run(self._found.files, self.report)

    def _write_run(self, outputs: FolderOutputs, target: Target) -> None:
        outputs.write_run(self.report.document(self._facts(target)))

    def _facts(self, target: Target) -> dict[str, object]:
        """What `run.json` says of the run besides its counts."""
        settings, models = self._loaded.settings, self._loaded.models
        return {
            "libraries": {name: found for name in LIBRARIES if (found := version(name))},
            "python": platform.python_version(),
            "platform": platform.platform(),
            "model": _model_facts(models[0]),
            "refine_with": _model_facts(models[1]) if len(models) > 1 else None,
            "options": {
                "formats": list(target.formats),
                "overlay": target.overlay,
                "overwrite": target.overwrite,
                **{name: getattr(settings, name) for name in _POSE_OPTIONS},
                **asdict(settings.frames),
                **{name: getattr(settings, name) for name in _RUN_OPTIONS},
            },
        }


def _model_facts(info: ModelInfo) -> dict[str, object]:
    return {
        "name": info.name,
        "kind": info.kind,
        "input": info.input_size and info.input_size.shape,
        "sha256": info.sha256,
        "runtime": info.runtime,
    }
