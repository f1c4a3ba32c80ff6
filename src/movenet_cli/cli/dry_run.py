"""`movenet annotate --dry-run`: what a run would do, told without loading a model or writing a file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from movenet_cli.cli.printing import printable, say
from movenet_cli.core.model_info import Kind, ModelInfo
from movenet_cli.core.types import Size
from movenet_cli.errors import ExitCode, ModelError
from movenet_cli.media.opening import media_of
from movenet_cli.models.hub.catalogue import CATALOGUE, catalogue_model
from movenet_cli.models.hub.resolve import resolve
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import MEDIA, Layout
from movenet_cli.output.folder.ownership import check_places
from movenet_cli.output.folder.plan import FolderPlan, PlannedInput
from movenet_cli.output.folder.planner import FolderPlanner
from movenet_cli.run.effects import effective
from movenet_cli.run.plan import Plan
from movenet_cli.settings import Settings

if TYPE_CHECKING:
    from movenet_cli.cli.run_annotate import Request
    from movenet_cli.media.discover import Discovery

UNKNOWN: Final = "0" * 64
"""Stands for the hash of a model that has not been downloaded."""


def dry_run(request: Request, found: Discovery) -> ExitCode:
    """Print a line for each input, and for each result that would go; exit code as if the run were refused.

    Raises:
        MovenetError: what would keep the run from starting, where it shows without loading a model.
    """
    settings, root = request.settings, request.output
    known = _Known(settings)
    if root is None:
        plan = FolderPlan([PlannedInput(file, "annotate", "to standard output") for file in found.files])
        known.infos()
    else:
        layout = Layout(request.formats, request.overlay)
        check_places(root, layout)
        journal = Journal(root)
        infos = known.infos(journal)
        if known.is_certain:
            settings = effective(settings, request.given, infos[0], found.files)
        run_plan = Plan(infos if settings.refine_with else infos[:1], settings)
        result_settings = {media: run_plan.result_settings(media) for media in MEDIA}
        planner = FolderPlanner(
            root, journal, layout, result_settings, media_of, overwrite=request.overwrite, exact=True
        )
        plan = planner.plan(found.files)
    for name, reason in found.missing:
        _print("fail", name, reason)
    for each in plan.inputs:
        _print(each.action, each.file.name, each.reason)
        for path in each.removes:
            _print("remove", path, "outdated, and not written again")
    return _closing(request, found, plan, known)


def _closing(request: Request, found: Discovery, plan: FolderPlan, known: _Known) -> ExitCode:
    counts = Counter(each.action for each in plan.inputs)
    parts = [
        f"{counts[action]:,} to {action}" for action in ("annotate", "add", "redo", "keep") if counts[action]
    ]
    if found.missing:
        parts.append(f"{len(found.missing):,} would fail")
    if found.ignored:
        parts.append(f"{found.ignored:,} ignored")
    if not request.quiet:
        for name in known.to_download:
            say(f"the model {name} would be downloaded first")
        say(f"dry run, nothing was done: {', '.join(parts)}")
    code = ExitCode.OK
    for problem in plan.problems(request.output or Path()):
        say(f"movenet: {problem}", "error")
        code = code or problem.exit_code
    return code


def _print(action: str, name: str, reason: str) -> None:
    click.echo(f"{action:<8}  {printable(name)}" + (f"  ({printable(reason)})" if reason else ""))


class _Known:
    """What can be said of the models without loading them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.to_download: list[str] = []
        self.is_certain = True

    def infos(self, journal: Journal | None = None) -> list[ModelInfo]:
        """Each model's facts: from the catalogue, its file, and earlier runs with the same file.

        Raises:
            ModelError: there is no such model, or it is not here and must not be downloaded.
        """
        settings = self._settings
        first: Kind = "multi" if settings.refine_with else "single"
        asked: list[tuple[str | None, Kind]] = [(settings.model, first), (settings.refine_with, "single")]
        return [self._info(name, kind, journal) for name, kind in asked if name]

    def _info(self, name: str, kind: Kind, journal: Journal | None) -> ModelInfo:
        row = catalogue_model(name) if name in CATALOGUE else None
        try:
            found = resolve(name, offline=True, mirror=None, progress=lambda *_: None)
        except ModelError:
            if row is None or self._settings.offline:
                raise
            self.to_download.append(name)
            title, sha256 = name, UNKNOWN
        else:
            title, sha256 = found.name, found.sha256
        used = journal.find_model(title, None if sha256 == UNKNOWN else sha256) if journal else None
        if used is not None:
            sha256, runtime = used.sha256, used.runtime
            kind = used.kind
        else:
            runtime = "tensorflow" if self._settings.device.startswith("gpu") else "litert"
        if self._settings.runtime != "auto":
            runtime = self._settings.runtime
        batch = self._settings.batch_size if runtime == "tensorflow" else 1
        if row is not None:
            return ModelInfo(title, row.kind, row.input_size, sha256, runtime, batch)
        self.is_certain &= used is not None
        size = None if used and used.is_flexible else Size(1, 1)
        return ModelInfo(title, kind, size, sha256, runtime, batch)
