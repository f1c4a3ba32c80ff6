"""The models of a run: found, loaded, checked against the settings, and ready to find poses."""

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, cast

from movenet_cli.core.inputs import Inputs
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.errors import ModelError
from movenet_cli.models.hub.resolve import resolve
from movenet_cli.models.interface import Model
from movenet_cli.models.load import load_model
from movenet_cli.run.engine import Engine
from movenet_cli.run.plan import Plan
from movenet_cli.run.unused_options import effective_settings
from movenet_cli.settings import Settings

if TYPE_CHECKING:  # a cached model is loaded without the HTTP client
    from movenet_cli.models.hub.fetch import Progress

LoadModel = Callable[[Settings, str], Model]
"""Finds and loads a model by name or path."""


def load_named(settings: Settings, name_or_path: str, progress: "Progress") -> Model:
    """A model by name or path, downloaded first when it has to be."""
    found = resolve(name_or_path, offline=settings.offline, mirror=settings.mirror, progress=progress)
    return load_model(found, runtime=settings.runtime, device=settings.device, batch_size=settings.batch_size)


class LoadedModels:
    """The models of a run, behind the workers that run them.

    A context manager that stops the workers; several inputs and threads may use it at once.

    Attributes:
        settings: without those that have no effect with these models.
        given: the names of the options that were given.
        infos: what is known of each model; the first one is what the user named.
        plan: chooses how each input is annotated.
    """

    def __init__(
        self,
        settings: Settings,
        given: frozenset[str],
        load: LoadModel,
        files: Inputs | None = None,
    ) -> None:
        """Load the models.

        Args:
            settings: as requested.
            given: see `effective_settings`.
            load: see `LoadModel`.
            files: see `effective_settings`.

        Raises:
            ModelError: a model is missing, corrupt, or not a MoveNet.
            UsageError: options do not fit the models.
        """
        models = [load(settings, settings.model)]
        self.settings = effective_settings(settings, given, models[0].info, files)
        if self.settings.refine_with is not None:
            models.append(load(settings, self.settings.refine_with))
        self.given = given | self.settings.given
        self.infos = [model.info for model in models]
        self.plan = Plan(self.infos, self.settings)
        self._engine: Engine | None = Engine(models, self.settings.jobs, self.settings.thresholds)

    @property
    def engine(self) -> Engine:
        """Runs the models.

        Raises:
            ModelError: see `RecordedModels`.
        """
        return cast(Engine, self._engine)

    def close(self) -> None:
        """Stop the workers; safe to call twice."""
        if self._engine is not None:
            self._engine.close()

    def __enter__(self) -> "LoadedModels":
        """Enter the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the workers."""
        self.close()


class RecordedModels(LoadedModels):
    """Models that are known by what an earlier run wrote down, and loaded when the first frame needs them.

    Args:
        settings: of that run, without those that had no effect.
        infos: of its models.
        load: see `LoadModel`.
    """

    def __init__(self, settings: Settings, infos: Sequence[ModelInfo], load: LoadModel) -> None:
        self.settings = settings
        self.given = frozenset()
        self.infos = list(infos)
        self.plan = Plan(self.infos, settings)
        self._engine = None
        self._load = load
        self._lock = threading.Lock()

    @property
    def engine(self) -> Engine:
        """Runs the models.

        Raises:
            ModelError: they are not here, or not the same.
        """
        with self._lock:
            if self._engine is None:
                self._engine = Engine(self._models(), self.settings.jobs, self.settings.thresholds)
            return self._engine

    def _models(self) -> list[Model]:
        models = []
        for name, info in zip((self.settings.model, self.settings.refine_with), self.infos, strict=False):
            model = self._load(self.settings, name or "")
            if (model.info.sha256, model.info.runtime) != (info.sha256, info.runtime):
                raise ModelError(
                    f"{name}: this is not the model that the earlier results were made with: "
                    f"{model.info.sha256[:12]}… run by {model.info.runtime}, and not "
                    f"{info.sha256[:12]}… run by {info.runtime}"
                )
            models.append(model)
        return models
