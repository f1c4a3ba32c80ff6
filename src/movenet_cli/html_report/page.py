"""The report page: one HTML file about a results folder that needs no other file and no network."""

import os
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from movenet_cli.core.folder_names import OVERLAY
from movenet_cli.core.wording import counted
from movenet_cli.errors import OutputError
from movenet_cli.html_report import content
from movenet_cli.html_report.statistics import Statistics, gather
from movenet_cli.io.atomic import as_output_error, write_file
from movenet_cli.io.json_text import escape_name, plain_text

_MARK: Final = b" \xc2\xb7 MoveNet report</title>"
"""What every page of ours has at its top."""

_TOP: Final = 16 * 1024
"""Bytes in which to look for it: the style sheet comes after it, and names are short."""


def write_report(results_folder: Path, out: Path) -> None:
    """Read a results folder of `annotate` and write its page.

    Args:
        results_folder: with JSON or JSONL documents; its overlays are shown where there are any.
        out: the HTML file; a folder above it that is missing is made.

    Raises:
        InputError: when the folder holds no results.
        OutputError: when the page cannot be written, or something else than an older page is there.
    """
    _require_page_or_nothing(out)
    write_file(out, render(results_folder))


def _require_page_or_nothing(out: Path) -> None:
    if not os.path.lexists(out):
        return
    with as_output_error(out, of_input=False):
        if out.is_file():
            with out.open("rb") as stream:
                if _MARK in stream.read(_TOP):
                    return
    raise OutputError(
        f"{out} exists and is not a report of movenet; move it away, or choose another file with --output"
    )


def render(results_folder: Path) -> str:
    """The page's HTML; arguments and errors as `write_report`."""
    statistics = gather(results_folder)
    page = (
        _environment()
        .get_template("page.html")
        .render(
            title=escape_name(results_folder.resolve().name),
            lead=_lead(statistics),
            is_incomplete=statistics.run.get("complete") is False,
            statistics=statistics,
            failures=content.failures(statistics),
            notes=content.notes(statistics),
            gallery=content.gallery(statistics, results_folder / OVERLAY),
            details=content.details(statistics),
        )
    )
    return plain_text(page.lstrip())


def _environment() -> Environment:
    """Where templates come from; with autoescape, since names, reasons and options are anybody's text."""
    environment = Environment(
        loader=PackageLoader("movenet_cli.html_report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = "{:,}".format
    environment.globals["counted"] = counted
    return environment


def _lead(statistics: Statistics) -> str:
    """Model and date in one line."""
    parts = []
    if statistics.model is not None:
        parts.append(f"{statistics.model.name} ({statistics.model.kind}-pose)")
    timings = statistics.run.get("timings")
    if isinstance(timings, dict) and isinstance(timings.get("started"), str):
        parts.append(timings["started"].replace("T", " ").removesuffix("+00:00") + " UTC")
    return " · ".join(parts)
