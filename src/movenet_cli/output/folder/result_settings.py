"""What results depend on besides their input, and in what the settings of two runs differ."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from movenet_cli.io.hashing import sha256_of_bytes


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A model that an earlier run used: hash, runtime, kind, and whether it takes inputs of any size."""

    sha256: str
    runtime: str
    kind: Literal["single", "multi"]
    is_flexible: bool


@dataclass(frozen=True, slots=True)
class ResultSettings:
    """What results depend on besides their input.

    Attributes:
        key: a short hash of the values; the journal's entries name their settings by it.
        values: media, models, options and revision as JSON values, to tell what differs.
    """

    key: str
    values: Mapping[str, Any]

    def find_model(self, name: str, sha256: str | None) -> UsedModel | None:
        """The model of this file among those used; of this name, when the file is not known."""
        for (used, used_sha256, runtime), kind in zip(
            self.values["models"], self.values["kinds"], strict=True
        ):
            if used_sha256 == sha256 or (sha256 is None and used == name):
                return UsedModel(used_sha256, runtime, kind, "input_size" in self.values)
        return None


def settings_key(values: Mapping[str, object]) -> str:
    """A short hash of everything besides the input that results depend on; JSON values only."""
    text = json.dumps(values, sort_keys=True, allow_nan=False)
    return sha256_of_bytes(text.encode("utf-8", "surrogatepass"))[:32]


def differences(old: ResultSettings | None, new: ResultSettings) -> list[str]:
    """Such as `model lightning, now mini` or `min_score 0.3, now 0.5`; never empty.

    Args:
        old: of the results that are there; None when nobody wrote them down.
        new: of this run; other settings.
    """
    if old is None:
        return ["a model or options that version 0.1.0 did not write down"]
    found = []
    if old.values.get("revision") != new.values.get("revision"):
        found.append("an older version of movenet-cli, which gave other numbers")
    before, now = _models(old.values), _models(new.values)
    for part in ("model", "refine_with"):
        found += _model_difference(part, before.get(part), now.get(part))
    then, today = _options(old.values), _options(new.values)
    for name in dict.fromkeys((*then, *today)):
        if then.get(name) != today.get(name):
            found.append(f"{name} {_text(then.get(name))}, now {_text(today.get(name))}")
    return found or ["other settings"]


def _models(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Name, sha256 and runtime of each model."""
    return dict(zip(("model", "refine_with"), values.get("models", []), strict=False))


def _options(values: Mapping[str, Any]) -> dict[str, Any]:
    """The options as the user gives them; the second model is compared as a model."""
    options = {**values.get("options", {})}
    options.pop("refine_with", None)
    options.pop("refine_with_sha256", None)
    if "input_size" in values:
        options["input_size"] = values["input_size"]
    return options


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
