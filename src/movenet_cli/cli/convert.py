"""`movenet convert`: results in another format, without a model."""

from pathlib import Path

import click

from movenet_cli.cli.options import PathText, options_of
from movenet_cli.cli.printing import say
from movenet_cli.errors import ExitCode
from movenet_cli.settings import FORMATS
from movenet_cli.wording import counted

option = options_of("convert")


@click.command()
@click.argument("results", type=PathText())
@option("--to", "format_name", required=True, type=click.Choice(FORMATS), help="The other format.")
@option(
    "-o",
    "--output",
    type=PathText(),
    help="A folder to write to; default: the results folder itself.",
)
def convert(results: Path, format_name: str, output: Path | None) -> int:
    """Write the results of `annotate` in another format; the same bytes that `annotate` would have written.

    RESULTS is an output folder of `annotate` with JSON or JSONL documents. No model is run.

    \b
    Example:
      movenet convert movenet-out --to coco
    """
    from movenet_cli.results.convert import convert_results  # noqa: PLC0415 - heavy, and not for --help

    inputs = failed = 0
    for converted in convert_results(results, format_name, output):
        inputs += 1
        if converted.reason is not None:
            failed += 1
            say(f"movenet: {converted.name}: {converted.reason}", "error")
    where = output or results
    say(f"{inputs - failed:,} of {counted(inputs, 'input')} converted to {format_name}, results in {where}")
    if failed == inputs:
        return ExitCode.INPUT
    return ExitCode.PARTIAL if failed else ExitCode.OK
