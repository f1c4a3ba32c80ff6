"""`movenet report`: makes an HTML page to review a results folder with."""

from pathlib import Path

import click

from movenet_cli.cli.configured import ConfiguredCommand, config_options
from movenet_cli.cli.option_types import PathText, ResultsText
from movenet_cli.cli.options import options_of
from movenet_cli.cli.printing import print_message
from movenet_cli.cli.results_here import refuse_writing, results_here
from movenet_cli.errors import UsageError
from movenet_cli.io.storage.interface import Storage
from movenet_cli.settings import STREAM

option = options_of("report")


@click.command(cls=ConfiguredCommand)
@click.argument("results", type=ResultsText(only_folders=True))
@option(
    "-o",
    "--output",
    type=PathText(),
    show_default="report.html in RESULTS",
    help="The HTML file to write.",
)
@config_options(option)
def report(results: Storage, output: Path | None) -> None:
    """Make an HTML page to review a results folder with: worst first, skeletons, curves of scores, gaps.

    RESULTS is a results folder of `annotate`. The page shows everything for JSON and JSONL documents, and
    part of it for COCO. It needs no network. A large one has files beside it, in a folder that is called like
    the page with -files; move them together. An existing page is replaced only if it is one of this command.

    \b
    Example:
      movenet report movenet-out -o night.html
    """
    from movenet_cli.html_report.page import write_report  # noqa: PLC0415 - heavy, and not for --help

    if str(output) == STREAM:
        raise UsageError("the page cannot be written to standard output; name a file, as in -o night.html")
    refuse_writing(results, output, "a page")
    with results_here(results) as folder:
        page = output or folder / "report.html"
        beside = write_report(folder, page)
    print_message(f"report in {page}" + (f", with its files in {beside}" if beside else ""))
