"""`movenet report`: a results folder as one page to look at."""

from pathlib import Path

import click

from movenet_cli.cli.options import PathText, options_of
from movenet_cli.cli.printing import say
from movenet_cli.errors import UsageError
from movenet_cli.settings import STREAM

option = options_of("report")


@click.command()
@click.argument("results", type=PathText())
@option("-o", "--output", type=PathText(), help="The page; default: report.html in the folder.")
def report(results: Path, output: Path | None) -> None:
    """Make one self-contained HTML page: counts, failures, scores, timelines, a gallery.

    RESULTS is an output folder of `annotate`; JSON or JSONL documents tell most, COCO some of it. The page
    loads nothing from anywhere. Nothing but an older page of this command is replaced.

    \b
    Example:
      movenet report movenet-out -o night.html
    """
    from movenet_cli.html_report.page import write_report  # noqa: PLC0415 - heavy, and not for --help

    if str(output) == STREAM:
        raise UsageError("the page is written to a file: name it, as in -o night.html")
    page = output or results / "report.html"
    write_report(results, page)
    say(f"report in {page}")
