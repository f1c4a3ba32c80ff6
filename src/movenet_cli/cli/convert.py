"""`movenet convert`: results in another format, without a model."""

from pathlib import Path

import click

from movenet_cli.cli.options import PathText, options_of
from movenet_cli.cli.printing import print_message
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode, UsageError
from movenet_cli.settings import FORMATS, STREAM

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

    RESULTS is an output folder of `annotate` with JSON or JSONL documents. No model is run. A dataset is made
    of the last run's inputs. Nothing but files that annotate or convert wrote is replaced.

    \b
    Example:
      movenet convert movenet-out --to coco
    """
    from movenet_cli.results.convert import convert_results  # noqa: PLC0415 - heavy, and not for --help

    if str(output) == STREAM:
        raise UsageError("convert writes files: name a folder with -o; annotate can stream with -o -")
    inputs = failed = 0
    left_out: list[str] = []
    for converted in convert_results(results, format_name, output):
        if converted.is_left_out:
            left_out.append(converted.name)
            continue
        inputs += 1
        if converted.reason is not None:
            failed += 1
            print_message(f"movenet: {converted.name}: {converted.reason}", "error")
    if left_out:
        more = f" and {len(left_out) - 1:,} more" if len(left_out) > 1 else ""
        print_message(f"not in the dataset, since the last run did not have it: {left_out[0]}{more}")
    where = output or results
    print_message(
        f"{inputs - failed:,} of {counted(inputs, 'input')} converted to {format_name}, results in {where}"
    )
    if failed == inputs:
        return ExitCode.INPUT
    return ExitCode.PARTIAL if failed else ExitCode.OK
