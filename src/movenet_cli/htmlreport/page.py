"""A results folder in, one HTML page out that needs no other file and no network."""

from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from movenet_cli.foldernames import OVERLAY
from movenet_cli.htmlreport import sections
from movenet_cli.htmlreport.statistics import Statistics, gather
from movenet_cli.sinks.files import write_file
from movenet_cli.sinks.jsontext import escape_name, plain_text

"""The folder of overlays inside a results folder."""


def write_report(results_folder: Path, out: Path) -> None:
    """Read a results folder of `annotate` and write its page.

    Args:
        results_folder: with JSON or JSONL documents; its overlays are shown where there are any.
        out: the HTML file; a folder above it that is missing is made.

    Raises:
        InputError: when the folder holds no results.
        OutputError: when the page cannot be written.
    """
    write_file(out, render(results_folder))


def render(results_folder: Path) -> str:
    """The page's HTML; arguments and errors as `write_report`."""
    statistics = gather(results_folder)
    parts = [
        sections.state(statistics),
        sections.figures(statistics),
        sections.failures(statistics),
        sections.scores(statistics),
        sections.gallery(statistics, results_folder / OVERLAY),
        sections.videos(statistics),
        sections.images(statistics),
        sections.facts(statistics),
    ]
    page = Template(_resource("page.html")).substitute(
        title=escape(escape_name(results_folder.resolve().name)),
        style=_resource("style.css"),
        lead=_lead(statistics),
        sections="\n".join(filter(None, parts)),
        footer="Made by movenet-cli. Nothing about the pictures has left the machine.",
    )
    return plain_text(page)


def _lead(statistics: Statistics) -> str:
    """Model and date in one line."""
    facts = []
    if statistics.inputs:
        model = statistics.inputs[0].header.model
        facts.append(f"{model.name} ({model.kind}-pose)")
    timings = statistics.run.get("timings")
    if isinstance(timings, dict) and isinstance(timings.get("started"), str):
        facts.append(timings["started"].replace("T", " ").removesuffix("+00:00") + " UTC")
    return escape(" · ".join(facts))


def _resource(name: str) -> str:
    return files("movenet_cli.htmlreport").joinpath(name).read_text("utf-8")
