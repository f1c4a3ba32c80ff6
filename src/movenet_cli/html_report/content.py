"""What the report page shows besides counts: failures, notes, a gallery of overlays, the run's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from movenet_cli.html_report.statistics import InputStatistics, Statistics
from movenet_cli.html_report.thumbnails import thumbnail
from movenet_cli.io.json_text import escape_name
from movenet_cli.output.overlay.image import overlay_name

_MAX_GALLERY: Final = 24


@dataclass(frozen=True, slots=True)
class GalleryImage:
    """One overlay: the input's name, and the image as a `data:` address."""

    name: str
    data: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """Overlays to look at.

    Attributes:
        candidates: how many inputs with people have an overlay.
        images: those that are shown.
    """

    candidates: int
    images: list[GalleryImage]


def gallery(statistics: Statistics, overlays: Path) -> Gallery:
    """Overlays of inputs spread evenly over the run, a video at its best frame."""
    candidates = [
        each for each in statistics.inputs if each.summary.ok and _overlay(each, overlays).is_file()
    ]
    step = max(1.0, len(candidates) / _MAX_GALLERY)
    chosen = [candidates[int(place * step)] for place in range(min(len(candidates), _MAX_GALLERY))]
    images = [(each.name, thumbnail(_overlay(each, overlays), each.best.offset)) for each in chosen]
    return Gallery(len(candidates), [GalleryImage(name, data) for name, data in images if data is not None])


def failures(statistics: Statistics) -> list[tuple[str, str]]:
    """Name and reason of everything that failed, whether the run recorded it or not."""
    raw = {each.header.source: each.name for each in statistics.inputs}
    recorded = [(raw.get(name, name), what) for name, what in _pairs(statistics.run, "failures", "reason")]
    names = {name for name, _ in recorded}
    unrecorded = [
        (each.name, "; ".join(each.summary.reasons))
        for each in statistics.inputs
        if each.summary.failed and each.name not in names
    ]
    broken = [(escape_name(name), reason) for name, reason in statistics.broken]
    return sorted(recorded + unrecorded + broken)


def notes(statistics: Statistics) -> list[tuple[str, str]]:
    """Name and text of the run's notes about inputs."""
    return _pairs(statistics.run, "notes", "note")


def details(statistics: Statistics) -> dict[str, dict[str, str]]:
    """Model, options, times and versions, as the run recorded them: a title, and labels with their values."""
    run = statistics.run
    groups = {
        "Model": dict(_mapping(run, "model")) or _model_of(statistics),
        "Options": _mapping(run, "options"),
        "Time": _mapping(run, "timings"),
        "Versions": {**_tool(run), **_mapping(run, "libraries"), "python": run.get("python")},
    }
    shown = {
        title: {key.replace("_", " "): _text(value) for key, value in values.items() if value is not None}
        for title, values in groups.items()
    }
    return {title: entries for title, entries in shown.items() if entries}


def _pairs(run: Mapping[str, Any], key: str, text: str) -> list[tuple[str, str]]:
    """The run's records under `key` as (source, text)."""
    records = run.get(key)
    if not isinstance(records, list):
        return []
    return [
        (str(each.get("source", "")), str(each.get(text, ""))) for each in records if isinstance(each, dict)
    ]


def _model_of(statistics: Statistics) -> dict[str, object]:
    model = statistics.model
    if model is None:
        return {}
    return {"name": model.name, "kind": model.kind, "sha256": model.sha256}


def _tool(run: Mapping[str, Any]) -> dict[str, object]:
    tool = _mapping(run, "tool")
    return {str(tool["name"]): tool.get("version")} if "name" in tool else {}


def _mapping(run: Mapping[str, Any], key: str) -> Mapping[str, object]:
    value = run.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _overlay(each: InputStatistics, overlays: Path) -> Path:
    return overlays / overlay_name(each.header.source, each.header.info.media)
