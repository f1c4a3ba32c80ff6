"""What the page tells of the run as a whole: model, the options that had a say, times and versions."""

from collections.abc import Mapping
from typing import Any, Final

from movenet_cli.html_report.statistics import Statistics

_FILES: Final = ("formats", "overlay")
"""Options that decide which files there are; documents tell only what decides on numbers."""


def lead(statistics: Statistics) -> str:
    """Model and date in one line."""
    parts = []
    if statistics.model is not None:
        parts.append(f"{statistics.model.name} ({statistics.model.kind}-pose)")
    timings = statistics.run.get("timings")
    if isinstance(timings, dict) and isinstance(timings.get("started"), str):
        parts.append(timings["started"].replace("T", " ").removesuffix("+00:00") + " UTC")
    return " · ".join(parts)


def details(statistics: Statistics) -> dict[str, dict[str, str]]:
    """Model, options, times and versions, as results and the run recorded them: title, label, value."""
    run = statistics.run
    of_run = _mapping(run, "options")
    groups = {
        "Model": dict(_mapping(run, "model")) or _model_of(statistics),
        "Options": {
            **{name: values for name, values in statistics.options.items() if values},
            **{name: of_run[name] for name in _FILES if name in of_run},
        },
        "Time": _mapping(run, "timings"),
        "Versions": {**_tool(run), **_mapping(run, "libraries"), "python": run.get("python")},
    }
    shown = {
        title: {key.replace("_", " "): _text(value) for key, value in values.items() if value is not None}
        for title, values in groups.items()
    }
    return {title: entries for title, entries in shown.items() if entries}


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
        return ", ".join(map(_text, value))
    return f"{value:,}" if isinstance(value, int | float) else str(value)
