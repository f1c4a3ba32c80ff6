"""The four kinds of line in a results folder's journal: an entry for a finished input, a started input, the
settings of a run, and a file of the run itself; each is one line of JSON, written and read here."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from movenet_cli.core.folder_names import OVERLAY
from movenet_cli.core.results import Summary
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name, json_line, plain_text, unescape_name
from movenet_cli.output.folder.fingerprint import Fingerprint
from movenet_cli.output.folder.output_file import Output
from movenet_cli.output.folder.result_settings import ResultSettings
from movenet_cli.output.formats.registry import FORMATS

_SUFFIXES: Final[dict[str, set[str]]] = {OVERLAY: {"", ".png", ".mp4"}}
for _format in FORMATS.values():
    _SUFFIXES.setdefault(_format.folder, set()).add(_format.encoder.suffix)
"""What may follow an input's name in each folder of results."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An input that a run has finished, or found that it cannot be annotated.

    Attributes:
        name: as in `InputFile.name`.
        fingerprint: of the input; None when it could not be read.
        key: of the settings that its results were made with, see `ResultSettings`.
        outputs: each output, by its path relative to the results folder (`/` between parts).
        counts: frames, ok, empty, failed.
        reasons: why frames failed, the first few; or why the whole input did.
        failed: whether the whole input failed; it then has no outputs and is tried again.
        path: where the input was, see `location_of`; None in a journal of version 0.1.0.
        notes: remarks about the input as a whole, such as that its end is missing.
        is_open: whether a run is about to replace outputs that are not listed any more.
    """

    name: str
    fingerprint: Fingerprint | None
    key: str
    outputs: Mapping[str, Output]
    counts: Mapping[str, int]
    reasons: Sequence[str] = ()
    failed: bool = False
    path: str | None = None
    notes: Sequence[str] = ()
    is_open: bool = False

    @property
    def summary(self) -> Summary:
        """The counts as the summary that they were written from."""
        return Summary.from_fields(self.counts, self.reasons)


@dataclass(frozen=True, slots=True)
class StartedInput:
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


Record = Entry | StartedInput | RunFile | ResultSettings


def record_line(record: Record) -> bytes:
    """The record as a line of the journal."""
    fields: dict[str, Any]
    if isinstance(record, Entry):
        fields = _entry_fields(record)
    elif isinstance(record, StartedInput):
        outputs = [escape_name(path) for path in record.outputs]
        fields = {"begun": escape_name(record.name), "keys": list(record.keys), "outputs": outputs}
    elif isinstance(record, RunFile):
        fields = {"file": escape_name(record.path), "output": record.output and asdict(record.output)}
    else:
        fields = {"settings": record.key, "values": dict(record.values)}
    return json_line(fields).encode() + b"\n"


def parse_record(line: bytes) -> Record:
    """A line of the journal.

    Raises:
        InputError: when the line is damaged.
    """
    try:
        fields: Any = json.loads(line)
        if "begun" in fields:
            name = unescape_name(fields["begun"])
            outputs = tuple(_result_of(name, path) for path in fields["outputs"])
            return StartedInput(name, tuple(map(str, fields["keys"])), outputs)
        if "file" in fields:
            return RunFile(
                _inside(unescape_name(fields["file"])), fields["output"] and _output(fields["output"])
            )
        if "settings" in fields:
            return ResultSettings(str(fields["settings"]), _checked_values(fields["values"]))
        return _entry(fields)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError("a damaged line of the journal") from error


def is_beginning(line: bytes) -> bool:
    """Whether a line may be the beginning of one of ours, as a process that is killed may leave it."""
    heads = (b'{"settings": "', b'{"begun": "', b'{"file": "', b'{"name": "')
    return any(line.startswith(head) or head.startswith(line) for head in heads)


def _entry_fields(entry: Entry) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": escape_name(entry.name),
        "state": "failed" if entry.failed else "open" if entry.is_open else "done",
        "fingerprint": entry.fingerprint and asdict(entry.fingerprint),
        "key": entry.key,
        "outputs": {escape_name(path): asdict(output) for path, output in entry.outputs.items()},
        "counts": dict(entry.counts),
        "reasons": [plain_text(reason) for reason in entry.reasons],
    }
    if entry.path is not None:
        fields["path"] = escape_name(entry.path)
    if entry.notes:
        fields["notes"] = [plain_text(note) for note in entry.notes]
    return fields


def _entry(fields: Mapping[str, Any]) -> Entry:
    name, found, path = unescape_name(fields["name"]), fields["fingerprint"], fields.get("path")
    return Entry(
        name,
        None
        if found is None
        else Fingerprint(int(found["size"]), int(found["mtime_ns"]), str(found["sha256"])),
        str(fields["key"]),
        {_result_of(name, place): _output(each) for place, each in fields["outputs"].items()},
        {str(counted): int(count) for counted, count in fields["counts"].items()},
        tuple(map(str, fields["reasons"])),
        fields["state"] == "failed",
        None if path is None else unescape_name(path),
        tuple(map(str, fields.get("notes", ()))),
        fields["state"] == "open",
    )


def _output(fields: Mapping[str, Any]) -> Output:
    return Output(int(fields["size"]), str(fields["sha256"]))


def _checked_values(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `ResultSettings`, checked as far as anybody relies on them."""
    values = dict(fields)
    values["models"] = [[str(part) for part in model] for model in values["models"]]
    values["kinds"] = [str(kind) for kind in values["kinds"]]
    values["options"] = dict(values["options"])
    if any(len(model) != 3 for model in values["models"]) or len(values["kinds"]) != len(values["models"]):
        raise ValueError("models without name, hash, runtime or kind")
    return values


def _result_of(name: str, written: str) -> str:
    """The path of a result, as it is written in the journal, when a run can have made it of the input `name`.

    A run removes what is out of date. A journal may come from anywhere, so no line of it must lead the run to
    a file that is no result.

    Raises:
        ValueError: it is no place of such a result.
    """
    path = unescape_name(written)
    _inside(name)
    for folder, suffixes in _SUFFIXES.items():
        start = f"{folder}/{name}"
        if path.startswith(start) and path[len(start) :] in suffixes:
            return path
    raise ValueError(f"{path!r} is no result of {name!r}")


def _inside(path: str) -> str:
    """The path, when it leads to something inside of the folder that it is relative to.

    Raises:
        ValueError: it leads out of there.
    """
    is_absolute = path.startswith("/") or (os.name == "nt" and Path(path).anchor != "")
    if is_absolute or path in ("", ".") or ".." in path.split("/") or "\0" in path:
        raise ValueError(f"{path!r} leads out of its folder")
    return path
