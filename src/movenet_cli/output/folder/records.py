"""What a journal holds besides finished inputs: settings, inputs that were begun, files of the run itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name, json_line, unescape_name
from movenet_cli.output.folder.entries import Entry, Output, inside, parsed, place_of


@dataclass(frozen=True, slots=True)
class ResultSettings:
    """What results depend on besides their input.

    Attributes:
        key: a short hash of the values; entries name their settings by it.
        values: media, models, options and revision as JSON values, to tell what differs.
    """

    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """An input that a run has set out to annotate; until its entry follows, its outputs may be half there.

    Attributes:
        name: of the input.
        keys: of the settings that it was to be annotated with, one for each kind of media.
        outputs: the paths that the run was going to write and where nothing was before: what is there after
            it has been killed is its own.
    """

    name: str
    keys: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file of the run as a whole, such as `coco.json`, or one that `convert` made.

    Attributes:
        path: relative to the results folder.
        output: what was written; None from before it is written until after.
    """

    path: str
    output: Output | None


Record = Entry | ResultSettings | Begun | RunFile


def _values(fields: Mapping[str, Any]) -> dict[str, Any]:
    """ResultSettings as a journal holds them, checked as far as anybody relies on it."""
    values = dict(fields)
    values["models"] = [[str(part) for part in model] for model in values["models"]]
    values["kinds"] = [str(kind) for kind in values["kinds"]]
    values["options"] = dict(values["options"])
    if any(len(model) != 3 for model in values["models"]) or len(values["kinds"]) != len(values["models"]):
        raise ValueError("models without name, hash, runtime or kind")
    return values


def record_line(record: ResultSettings | Begun | RunFile) -> bytes:
    """The record as a line of the journal."""
    fields: dict[str, Any]
    if isinstance(record, ResultSettings):
        fields = {"settings": record.key, "values": dict(record.values)}
    elif isinstance(record, Begun):
        outputs = [escape_name(path) for path in record.outputs]
        fields = {"begun": escape_name(record.name), "keys": list(record.keys), "outputs": outputs}
    else:
        fields = {"file": escape_name(record.path), "output": record.output and asdict(record.output)}
    return json_line(fields).encode() + b"\n"


def is_beginning(line: bytes) -> bool:
    """Whether a line may be the beginning of one of ours, as a process that is killed may leave it."""
    heads = (b'{"settings": "', b'{"begun": "', b'{"file": "', b'{"name": "')
    return any(line.startswith(head) or head.startswith(line) for head in heads)


def parse_record(line: bytes) -> Record:
    """A line of the journal.

    Raises:
        InputError: when the line is damaged.
    """
    try:
        fields: Any = json.loads(line)
        if "settings" in fields:
            return ResultSettings(str(fields["settings"]), _values(fields["values"]))
        if "begun" in fields:
            name = unescape_name(fields["begun"])
            outputs = tuple(place_of(name, unescape_name(path)) for path in fields["outputs"])
            return Begun(name, tuple(map(str, fields["keys"])), outputs)
        if "file" in fields:
            output = fields["output"]
            return RunFile(
                inside(unescape_name(fields["file"])),
                output and Output(int(output["size"]), str(output["sha256"])),
            )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError("a damaged line of the journal") from error
    return parsed(line)
