"""`movenet annotate` as a client of the library: reads paths, shows progress, prints how the run ended."""

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, BinaryIO, cast

import click

from movenet_cli.cli.download_bar import download_bar
from movenet_cli.cli.dry_run import print_dry_run
from movenet_cli.cli.memory import keep_large_blocks
from movenet_cli.cli.printing import print_event, print_message, printable, prints_json
from movenet_cli.cli.progress import make_progress
from movenet_cli.cli.signals import ignore_interrupts
from movenet_cli.core.inputs import InputFile, Inputs
from movenet_cli.core.shard import Shard
from movenet_cli.errors import ExitCode, UsageError
from movenet_cli.io.json_text import plain_text
from movenet_cli.io.storage.interface import Storage
from movenet_cli.media.discover import Discovery, read_paths
from movenet_cli.media.local_copy import copy_of_stream
from movenet_cli.models.interface import Model
from movenet_cli.run.annotate import Run, Target
from movenet_cli.run.dry_run import dry_run
from movenet_cli.run.inputs import find_inputs
from movenet_cli.run.loading import LoadedModels, load_named
from movenet_cli.run.report import Report
from movenet_cli.run.shards.inputs import ShardInputs
from movenet_cli.settings import DEFAULT_STDIN_NAME, STREAM, Settings


@dataclass(frozen=True, slots=True)
class Request:
    """The parsed command line; the fields are the options' own names.

    Attributes:
        settings: the options that every client of the library has.
        given: the options that were given on the command line, not only in the environment.
        config: see `Target`.
    """

    inputs: tuple[str, ...]
    output: Storage | None
    formats: tuple[str, ...]
    overlay: bool
    overwrite: bool
    dry_run: bool
    root: str | None
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    null: bool
    shard: Shard | None
    stdin_media: bool
    stdin_name: str | None
    progress: str
    quiet: bool
    verbose: int
    settings: Settings
    given: frozenset[str]
    config: str | None

    @classmethod
    def of(cls, values: Mapping[str, Any], given: frozenset[str], config: str | None) -> "Request":
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
        return cls(**rest, settings=settings, given=given, config=config)

    def target(self, part: ShardInputs | None) -> Target | None:
        """The results folder, and what to write there; None for a stream."""
        if self.output is None:
            return None
        config = None if self.config is None else os.path.abspath(self.config)  # noqa: PTH100 - with a table behind it
        return Target(self.output, self.formats, self.overlay, self.overwrite, part, config)


def run_annotate(request: Request) -> ExitCode:
    """Run, or dry-run, and return the exit code.

    Raises:
        MovenetError: before the first input is touched, when the run cannot start; or later, when results
            cannot be written.
    """
    keep_large_blocks()
    with contextlib.ExitStack() as stack:
        return _run_annotate(request, _inputs(request, stack))


def _run_annotate(request: Request, inputs: Sequence[str | InputFile]) -> ExitCode:
    found = find_inputs(
        inputs,
        request.settings,
        include=request.include,
        exclude=request.exclude,
        root=request.root,
        given=request.given,
        overlay=request.overlay,
    )
    part = None
    if request.shard is not None:
        cuts = request.output is not None and not request.overlay
        part = ShardInputs.of(found, request.shard, request.settings, cuts=cuts)
    all_files, found = found.files, found if part is None else part.found
    target = request.target(part)
    if request.dry_run:
        dry = dry_run(request.settings, request.given, found, target, all_files)
        return print_dry_run(found, dry, request.output, quiet=request.quiet)
    report = _run(request, found, target, all_files)
    _print_end(report, request)
    return report.exit_code


def _inputs(request: Request, stack: contextlib.ExitStack) -> list[str | InputFile]:
    """The inputs, with what standard input says or is in the place of `-`."""
    inputs: list[str | InputFile] = list(request.inputs)
    if STREAM in inputs:
        place, stdin = inputs.index(STREAM), sys.stdin.buffer
        if request.stdin_media:
            name = request.stdin_name or DEFAULT_STDIN_NAME
            inputs[place] = stack.enter_context(copy_of_stream(stdin, name))
        else:
            inputs[place : place + 1] = read_paths(stdin, null=request.null)
    return inputs


def _run(request: Request, found: Discovery, target: Target | None, all_files: Inputs) -> Report:
    def load(settings: Settings, name_or_path: str) -> Model:
        without_bar = request.quiet or request.progress in ("json", "none")
        with download_bar(disable=True if without_bar else None) as progress:
            return load_named(settings, name_or_path, progress)

    with LoadedModels(request.settings, request.given, load, all_files) as models:
        for name, reason in found.missing:
            print_message(f"movenet: {name}: {reason}", "error", source=plain_text(name))
        verbose = request.verbose > 0
        frames, part = request.settings.frames, None if target is None else target.part
        run = Run(
            models,
            found,
            lambda: make_progress(
                request.progress, found.files, frames, part, quiet=request.quiet, verbose=verbose
            ),
        )
        if target is None:
            run.to_stream(cast(BinaryIO, sys.stdout.buffer))
        else:
            run.to_folder(target, at_end=ignore_interrupts)
    return run.report


def _print_end(report: Report, request: Request) -> None:
    where = "results on standard output" if request.output is None else f"results in {request.output}"
    if request.shard is not None and request.output is not None:
        where += f" (shard {request.shard}; when all are done: movenet merge {request.output})"
    if report.interrupted:
        print_message("movenet: interrupted; run the same command again to do the rest", "error")
    if prints_json():
        document = report.document({})
        shown = {name: document[name] for name in ("exit_code", "complete", "inputs", "frames")}
        print_event("summary", **shown, message=printable(report.closing_line(where)))
    elif not request.quiet:
        print_message(report.closing_line(where))
