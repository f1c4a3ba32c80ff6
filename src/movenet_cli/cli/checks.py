"""Checks of the options of `annotate` that only the command line has, before anything heavy is loaded."""

import os
import sys
from collections.abc import Set
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from movenet_cli import settings as default
from movenet_cli.errors import InputError, OutputError
from movenet_cli.io.address import scheme_of
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.io.storage.open_storage import open_storage


def options_given(context: click.Context) -> frozenset[str]:
    """The options that were given on the command line, and not only in the environment."""
    return frozenset(
        name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    )


def check_places(options: dict[str, Any]) -> None:
    """Refuse a standard stream that is needed and closed (`>&-`), and a current folder that is gone."""
    if options["output"] is None and sys.stdout is None:
        raise OutputError("standard output is closed; choose a results folder with --output")
    if default.STREAM in options["inputs"] and sys.stdin is None:
        raise InputError("standard input is closed; there is nothing to read")
    named = [text for text in options["inputs"] if scheme_of(text) is None]
    output = options["output"]
    paths = [*named, *([output.root] if isinstance(output, LocalStorage) else [])]
    if all(map(os.path.isabs, paths)):  # also of a Path
        return
    try:
        Path.cwd()
    except OSError as error:
        raise InputError(
            f"the current folder cannot be used ({error.strerror}); change to another one"
        ) from error


def check_options(options: dict[str, Any], given: Set[str]) -> None:
    """Refuse options that contradict each other; what comes from the environment is left out instead."""
    options["formats"] = tuple(dict.fromkeys(name for group in options["formats"] for name in group))
    if options["output"] == default.STREAM:
        options["output"] = None
        _check_stream(options, given)
    else:
        options["output"] = open_storage(options["output"], offline=options["offline"])
    _check_contradictions(options, given)


def _check_stream(options: dict[str, Any], given: Set[str]) -> None:
    if options["overlay"] and "overlay" in given:
        raise click.UsageError("--overlay needs a results folder; -o - writes no file")
    if options["overwrite"] and "overwrite" in given:
        raise click.UsageError("--overwrite would have no effect: -o - writes no file")
    if set(options["formats"]) - {"json", "jsonl"} and "formats" in given:
        raise click.UsageError("-o - streams JSONL; choose a results folder for other formats")
    if options["engine"] == "processes":
        if "engine" in given:
            raise click.UsageError("--engine processes needs a results folder; threads write to -o -")
        options["engine"] = "local"
    options |= {"overlay": False, "overwrite": False, "formats": ("jsonl",)}


def _check_stdin(options: dict[str, Any], given: Set[str]) -> None:
    if options["stdin_media"] and default.STREAM not in options["inputs"]:
        if "stdin_media" in given:
            raise click.UsageError("--stdin-media would have no effect: standard input (-) is not an input")
        options["stdin_media"] = False
    if options["stdin_media"] and options["null"] and {"stdin_media", "null"} <= given:
        raise click.UsageError("--null would have no effect: --stdin-media reads no paths")
    name = options["stdin_name"]
    if name is not None and not options["stdin_media"] and "stdin_name" in given:
        raise click.UsageError("--stdin-name would have no effect without --stdin-media")
    if name is not None and ({"", ".", ".."} & set(name.split("/")) or "\0" in name):
        raise click.UsageError(f"--stdin-name: {name!r} is not a name of a file below a folder")


def _check_contradictions(options: dict[str, Any], given: Set[str]) -> None:
    _check_stdin(options, given)
    if options["null"] and default.STREAM not in options["inputs"]:
        if "null" in given:
            raise click.UsageError("--null would have no effect: no paths are read from standard input (-)")
        options["null"] = False
    if options["offline"] and "mirror" not in given:
        options["mirror"] = None
    if options["quiet"] and options["verbose"]:
        if {"quiet", "verbose"} <= given:
            raise click.UsageError("--quiet and --verbose contradict each other; leave one of them out")
        options |= {"quiet": False} if "verbose" in given else {"verbose": 0}
