"""The report page: an HTML file to review a results folder with, which needs no network.

A small one is a single file. Where thumbnails and data are many, they lie beside it (`side_files.py`).
"""

import base64
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from movenet_cli.core.skeleton import EDGE_INDICES, KEYPOINT_NAMES
from movenet_cli.core.wording import counted
from movenet_cli.errors import OutputError
from movenet_cli.html_report import content
from movenet_cli.html_report.places import Places
from movenet_cli.html_report.rows import Rows
from movenet_cli.html_report.side_files import SideFiles
from movenet_cli.html_report.statistics import Statistics, open_results, read_inputs
from movenet_cli.io.atomic import as_output_error, write_file
from movenet_cli.io.json_text import escape_name, plain_text

_MARK: Final = b" \xc2\xb7 MoveNet report</title>"
"""What every page of ours has at its top."""

_TOP: Final = 16 * 1024
"""Bytes in which to look for it: the style sheet comes after it, and names are short."""

_THREADS: Final = min(8, os.cpu_count() or 1)

_TEMPLATES: Final = "templates"
_SCRIPTS: Final = ("shapes.js", "viewer.js", "list.js")
"""The page's program, in order."""


def write_report(results_folder: Path, out: Path) -> Path | None:
    """Read a results folder of `annotate` and write its page.

    Args:
        results_folder: with JSON or JSONL documents; its overlays are shown where there are any.
        out: the HTML file; a folder above it that is missing is made. Files beside it go to `NAME-files/`.

    Returns:
        The folder of the files beside it; None when there is none.

    Raises:
        InputError: when the folder holds no results.
        OutputError: when the page cannot be written, or something else than an older page is there.
    """
    _require_page_or_nothing(out)
    statistics = open_results(results_folder)
    with SideFiles(out) as files, ThreadPoolExecutor(_THREADS) as pool:
        rows = Rows(statistics, Places(results_folder, out, statistics.run), files, pool)
        for review in read_inputs(results_folder, statistics):
            rows.add(review)
        rows.finish()
        files.close(pool)
        write_file(out, _html(results_folder, statistics, rows, files))
        files.keep()
        return files.folder


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


def _html(results_folder: Path, statistics: Statistics, rows: Rows, files: SideFiles) -> str:
    script = "".join(_template(name) for name in _SCRIPTS)
    page = (
        _environment()
        .get_template("page.html")
        .render(
            title=escape_name(results_folder.resolve().name),
            lead=content.lead(statistics),
            is_incomplete=statistics.run.get("complete") is False,
            statistics=statistics,
            failed=rows.failed,
            details=content.details(statistics),
            skeleton={"names": KEYPOINT_NAMES, "edges": EDGE_INDICES},
            data={name: _embedded(data) for name, data in (files.inline or {}).items()},
            row_files=rows.files,
            folder=None if files.folder is None else files.link,
            beside=None if files.folder is None else escape_name(files.folder.name),
            script=script,
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
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


def _template(name: str) -> str:
    return (resources.files("movenet_cli.html_report") / _TEMPLATES / name).read_text("utf-8")


def _embedded(data: bytes) -> str:
    """A side file as part of the page: JSON in which `<` is spelled out, or a thumbnail as an address."""
    if data.startswith(b"\xff\xd8"):
        return "data:image/jpeg;base64," + base64.b64encode(data).decode()
    return data.decode()
