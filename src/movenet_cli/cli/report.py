"""`movenet report`: makes an HTML page about a results folder."""

from pathlib import Path

import click

from movenet_cli.cli.configured import ConfiguredCommand, config_options
from movenet_cli.cli.option_types import PathText
from movenet_cli.cli.options import options_of
from movenet_cli.cli.printing import print_message
from movenet_cli.errors import UsageError
from movenet_cli.settings import STREAM

option = options_of("report")


@click.command(cls=ConfiguredCommand)
@click.argument("results", type=PathText(only_folders=True))
@option(
    "-o",
    "--output",
    type=PathText(),
    show_default="report.html in RESULTS",
    help="The HTML file to write.",
)
@config_options(option)
def report(results: Path, output: Path | None) -> None:
    """Make an HTML page about a results folder: counts, failures, scores, timelines, a gallery.

    RESULTS is a results folder of `annotate`. The page shows everything for JSON and JSONL documents, and
    part of it for COCO. It is one file that needs no other file and no network. An existing file is replaced
    only if it is an older page of this command.

    \b
    Example:
      movenet report movenet-out -o night.html
    """
    from movenet_cli.html_report.page import write_report  # noqa: PLC0415 - heavy, and not for --help

    if str(output) == STREAM:
        raise UsageError("the page cannot be written to standard output; name a file, as in -o night.html")
    page = output or results / "report.html"
    write_report(results, page)
    print_message(f"report in {page}")
