"""`movenet annotate` as a client of the library: finds the inputs, has them annotated, says how it went."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO, cast

import click

from movenet_cli.cli.download_bar import download_bar
from movenet_cli.cli.dry_run import dry_run
from movenet_cli.cli.memory import keep_large_blocks
from movenet_cli.cli.printing import printable, say, say_event, speaks_json
from movenet_cli.cli.progress import Progress, make_progress
from movenet_cli.cli.signals import ignore_interrupts
from movenet_cli.errors import ExitCode, UsageError
from movenet_cli.io.json_text import plain_text
from movenet_cli.media.discover import Discovery, discover, read_paths
from movenet_cli.models.interface import Model
from movenet_cli.run.annotate import Loaded, Run, Target, check_found, load_named
from movenet_cli.run.collisions import check_overlays
from movenet_cli.run.effects import warn_of_unmatched
from movenet_cli.run.report import Report
from movenet_cli.settings import STREAM, Settings


@dataclass(frozen=True, slots=True)
class Request:
    """The parsed command line; the fields are the options' own names.

    Attributes:
        options: those that every client of the library has.
        given: the options that stand on the command line, not only in the environment.
    """

    inputs: tuple[str, ...]
    output: Path | None
    formats: tuple[str, ...]
    overlay: bool
    overwrite: bool
    dry_run: bool
    root: str | None
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    null: bool
    progress: str
    quiet: bool
    verbose: int
    settings: Settings
    given: frozenset[str]

    @classmethod
    def of(cls, values: Mapping[str, Any], given: frozenset[str]) -> "Request":
        """What Click has parsed.

        Raises:
            click.UsageError: values contradict each other.
        """
        names = {field.name for field in fields(Settings)}
        try:
            settings = Settings(**{name: value for name, value in values.items() if name in names})
        except UsageError as error:
            raise click.UsageError(str(error)) from error
        rest = {name: value for name, value in values.items() if name not in names}
        return cls(**rest, settings=settings, given=given)

    def target(self, folder: Path) -> Target:
        """The results folder, and what of it is asked for."""
        return Target(folder, self.formats, self.overlay, self.overwrite)


def run_annotate(request: Request) -> ExitCode:
    """Do what was asked for and return the exit code of the run.

    Raises:
        MovenetError: before the first input is touched, when the run cannot start; or later, when results
            cannot be written.
    """
    keep_large_blocks()
    found = _find(request)
    if request.overlay:
        check_overlays(found.files, request.settings.max_pixels)
    if request.dry_run:
        return dry_run(request, found)

    def watch() -> Progress:
        return make_progress(
            request.progress,
            found.files,
            request.settings.frames,
            quiet=request.quiet,
            verbose=request.verbose > 0,
        )

    with Loaded(request.settings, request.given, lambda _, name: _load(request, name), found.files) as loaded:
        for name, reason in found.missing:
            say(f"movenet: {name}: {reason}", "error", source=plain_text(name))
        run = Run(loaded, found, watch)
        if request.output is None:
            run.to_stream(cast(BinaryIO, sys.stdout.buffer))
            where = "results on standard output"
        else:
            run.to_folder(request.target(request.output), at_end=ignore_interrupts)
            where = f"results in {request.output}"
    _say_end(run.report, where, quiet=request.quiet)
    return run.report.exit_code


def _say_end(report: Report, where: str, *, quiet: bool) -> None:
    if report.interrupted:
        say("movenet: interrupted; run the same command again to do the rest", "error")
    if speaks_json():
        facts = report.document({})
        shown = {name: facts[name] for name in ("exit_code", "complete", "inputs", "frames")}
        say_event("summary", **shown, message=printable(report.closing_line(where)))
    elif not quiet:
        say(report.closing_line(where))


def _load(request: Request, name_or_path: str) -> Model:
    """A model by name or path, with a bar while it is fetched."""
    without_bar = request.quiet or request.progress in ("json", "none")
    with download_bar(disable=True if without_bar else None) as progress:
        return load_named(request.settings, name_or_path, progress)


def _find(request: Request) -> Discovery:
    """The input files, or an error when there is nothing to work on."""
    inputs = list(request.inputs)
    if STREAM in inputs:
        place = inputs.index(STREAM)
        inputs[place : place + 1] = read_paths(sys.stdin.buffer, null=request.null)
    found = discover(inputs, include=request.include, exclude=request.exclude, root=request.root)
    meant = {"include": request.include, "exclude": request.exclude}
    warn_of_unmatched(found, **{name: globs for name, globs in meant.items() if name in request.given})
    check_found(found, inputs)
    return found
