"""What two runs' settings differ in, in words that name the options."""

from collections.abc import Mapping
from typing import Any

from movenet_cli.output.folder.records import ResultSettings


def differences(old: ResultSettings | None, new: ResultSettings) -> list[str]:
    """Such as `model lightning, now mini` or `min_score 0.3, now 0.5`; empty when they are the same.

    Args:
        old: of the results that are there; None when nobody wrote them down.
        new: of this run.
    """
    if old is None:
        return ["a model or options that version 0.1.0 did not write down"]
    found = []
    if old.values.get("revision") != new.values.get("revision"):
        found.append("an older version of movenet-cli, which gave other numbers")
    before, now = _models(old.values), _models(new.values)
    for part in ("model", "refine_with"):
        found += _model_difference(part, before.get(part), now.get(part))
    then, today = dict(old.values.get("options", {})), dict(new.values.get("options", {}))
    for options, values in ((then, old.values), (today, new.values)):
        options.pop("refine_with", None)
        options.pop("refine_with_sha256", None)
        if "input_size" in values:
            options["input_size"] = values["input_size"]
    for name in dict.fromkeys((*then, *today)):
        if then.get(name) != today.get(name):
            found.append(f"{name} {_text(then.get(name))}, now {_text(today.get(name))}")
    return found or ["other settings"]


def _models(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Name, sha256 and runtime of each model."""
    return dict(zip(("model", "refine_with"), values.get("models", []), strict=False))


def _model_difference(part: str, old: list[str] | None, new: list[str] | None) -> list[str]:
    if old == new:
        return []
    if old is None or new is None or old[0] != new[0]:
        return [f"{part} {old[0] if old else 'none'}, now {new[0] if new else 'none'}"]
    if old[1] != new[1]:
        return [f"another file of the {part} {new[0]} (sha256 {old[1][:8]}…, now {new[1][:8]}…)"]
    return [f"runtime {old[2]}, now {new[2]}"]


def _text(value: object) -> str:
    if value is None:
        return "not given"
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
