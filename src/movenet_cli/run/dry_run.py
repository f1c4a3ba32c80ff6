"""A dry run: what a run would do with each input, found out without loading a model or writing a file."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from movenet_cli.core.inputs import InputFile, Inputs
from movenet_cli.core.model_info import Kind, ModelInfo
from movenet_cli.core.types import Size
from movenet_cli.errors import ModelError
from movenet_cli.media.discover import Discovery
from movenet_cli.media.opening import media_of
from movenet_cli.models.hub.catalogue import CATALOGUE
from movenet_cli.models.hub.resolve import resolve
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.ownership import check_places
from movenet_cli.output.folder.plan import FolderPlan, PlannedInput
from movenet_cli.output.folder.planner import FolderPlanner
from movenet_cli.run.annotate import Target
from movenet_cli.run.plan import Plan
from movenet_cli.run.unused_options import effective_settings
from movenet_cli.settings import Settings

_UNKNOWN_HASH: Final = "0" * 64
"""Stands for the hash of a model that has not been downloaded."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a run would do.

    Attributes:
        plan: with each input.
        downloads: names of the models that it would download first.
    """

    plan: FolderPlan
    downloads: tuple[str, ...]


def dry_run(
    settings: Settings,
    given: Set[str],
    found: Discovery,
    target: Target | None,
    all_files: Inputs | None = None,
) -> DryRun:
    """Find out what a run would do.

    Args:
        settings: of the run.
        given: see `effective_settings`.
        found: the inputs.
        target: where results go; None for a stream.
        all_files: of all shards, when the inputs are those of one.

    Raises:
        MovenetError: what would keep the run from starting, where that shows without loading a model.
    """
    journal = None
    if target is not None:
        layout, storage = Layout(target.formats, target.overlay), target.folder
        check_places(storage, layout)
        shared = () if target.part is None else target.part.shared
        journal = Journal(storage, target.shard, frozenset(file.name for file in shared))
    first: Kind = "multi" if settings.refine_with else "single"
    asked: list[tuple[str | None, Kind]] = [(settings.model, first), (settings.refine_with, "single")]
    models = [_Model.of(name, kind, settings, journal) for name, kind in asked if name]
    if all(model.is_certain for model in models):
        settings = effective_settings(
            settings, given, models[0].info, found.files if all_files is None else all_files
        )
    infos = [model.info for model in models]
    run_plan = Plan(infos if settings.refine_with else infos[:1], settings)
    if target is None or journal is None:
        plan = FolderPlan([PlannedInput(file, "annotate", "to standard output") for file in found.files])
    else:
        results = run_plan.all_result_settings()
        planner = FolderPlanner(
            storage, journal, layout, results, media_of, overwrite=target.overwrite, exact=True
        )
        plan = planner.plan([*found.files, *shared] if shared else found.files)
        plan.inputs = [_in_part(each, shared) for each in plan.inputs]
    return DryRun(plan, tuple(model.info.name for model in models if not model.is_here))


def _in_part(planned: PlannedInput, shared: Sequence[InputFile]) -> PlannedInput:
    """What a shard does with one input: of a long video, some segments only."""
    if planned.action == "keep" or planned.file not in shared:
        return planned
    return replace(planned, reason=f"some of its segments; {planned.reason}")


@dataclass(frozen=True, slots=True)
class _Model:
    """What can be said of a model without loading it.

    Attributes:
        info: from the catalogue, its file, and earlier runs with the same file.
        is_certain: whether its kind and input size are known, and not only assumed.
        is_here: whether it would not have to be downloaded.
    """

    info: ModelInfo
    is_certain: bool
    is_here: bool

    @classmethod
    def of(cls, name: str, kind: Kind, settings: Settings, journal: Journal | None) -> "_Model":
        """Look a model up.

        Args:
            name: or path.
            kind: what to assume of a model that nothing is known of.
            settings: of the run.
            journal: of earlier runs, if there is one.

        Raises:
            ModelError: there is no such model, or it is not on this machine and must not be downloaded.
        """
        row = CATALOGUE.get(name)
        try:
            found = resolve(name, offline=True, mirror=None, progress=lambda *_: None)
            title, sha256 = found.name, found.sha256
            is_here = True
        except ModelError:
            if row is None or settings.offline:
                raise
            title, sha256, is_here = name, _UNKNOWN_HASH, False
        used = journal.find_model(title, sha256 if is_here else None) if journal else None
        if used is not None:
            kind, sha256, runtime = used.kind, used.sha256, used.runtime
        else:
            runtime = "tensorflow" if settings.device.startswith("gpu") else "litert"
        if settings.runtime != "auto":
            runtime = settings.runtime
        batch = settings.batch_size if runtime == "tensorflow" else 1
        if row is not None:
            return cls(ModelInfo(title, row.kind, row.input_size, sha256, runtime, batch), True, is_here)
        size = None if used and used.is_flexible else Size(1, 1)
        return cls(ModelInfo(title, kind, size, sha256, runtime, batch), used is not None, is_here)
