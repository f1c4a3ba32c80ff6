"""What a journal says of an input: fingerprint, outputs and counts; and an entry to a line and back."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from movenet_cli.core.folder_names import OVERLAY
from movenet_cli.core.results import Summary
from movenet_cli.errors import InputError, MediaError
from movenet_cli.io.atomic import as_output_error
from movenet_cli.io.json_text import escape_name, json_line, plain_text, unescape_name
from movenet_cli.output.formats.registry import FORMATS

_PLACES: Final[dict[str, set[str]]] = {OVERLAY: {"", ".png", ".mp4"}}
for _format in FORMATS.values():
    _PLACES.setdefault(_format.folder, set()).add(_format.encoder.suffix)
"""What may follow an input's name in each folder of results."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """An input file's identity.

    Attributes:
        size: bytes.
        mtime_ns: time of its last change, nanoseconds.
        sha256: of its content.
    """

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Output:
    """A file that a run wrote.

    Attributes:
        size: bytes.
        sha256: of its content.
    """

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One finished input.

    Attributes:
        name: as in `InputFile.name`.
        fingerprint: of the input; None when it could not be read.
        key: what `settings_key` gave for the run's model and options.
        outputs: each output, by its path relative to the results folder (`/` between parts).
        counts: frames, ok, empty, failed.
        reasons: why frames failed, the first few; or why the whole input did.
        failed: whether the whole input failed; it then has no outputs and is tried again.
        path: where the input was, see `location_of`; None in a journal of version 0.1.0.
        notes: remarks about the input as a whole, such as that its end is missing.
        is_open: whether a run has begun to replace what is not among the outputs any more.
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


def location_of(path: Path) -> str:
    """Where a file is: links among its folders are resolved, its own name stands: a link is itself."""
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 - a Path for every file is slow
    return os.path.join(_real_folder(folder), name)  # noqa: PTH118


@lru_cache(maxsize=1024)
def _real_folder(path: str) -> str:
    """The folder with all links resolved; asked of the disk once, not for each of its files."""
    return os.path.realpath(path)


def summary_of(entry: Entry) -> Summary:
    """The counts of a finished input as the summary that they were written from."""
    return Summary.from_fields(entry.counts, entry.reasons)


def settings_key(values: Mapping[str, object]) -> str:
    """A short hash of everything besides the input that results depend on; JSON values only."""
    text = json.dumps(values, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fingerprint(path: Path, check: Callable[[], None] = lambda: None) -> Fingerprint:
    """Read an input's identity.

    Args:
        path: of the input.
        check: called every megabyte; may raise to give up.

    Raises:
        MediaError: when it cannot be read.
    """
    try:
        status = path.stat()
        sha256 = _content_hash(path, check)
    except OSError as error:
        raise MediaError(f"cannot read it: {error.strerror}") from error
    return Fingerprint(status.st_size, status.st_mtime_ns, sha256)


def has_changed(path: Path, mark: Fingerprint) -> bool:
    """Whether the file is seen to differ from its mark, by size or time; one that is gone is not."""
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) != (mark.size, mark.mtime_ns)


def output_of(path: Path) -> Output:
    """What to record of a complete output.

    Raises:
        OutputError: when it cannot be read back.
    """
    with as_output_error(path):
        return Output(path.stat().st_size, _content_hash(path))


def written(entry: Entry) -> bytes:
    """The entry as a line of the journal."""
    mark = entry.fingerprint
    fields: dict[str, object] = {
        "name": escape_name(entry.name),
        "state": "failed" if entry.failed else "open" if entry.is_open else "done",
        "fingerprint": mark and asdict(mark),
        "key": entry.key,
        "outputs": {escape_name(path): asdict(output) for path, output in entry.outputs.items()},
        "counts": dict(entry.counts),
        "reasons": [plain_text(reason) for reason in entry.reasons],
    }
    if entry.path is not None:
        fields["path"] = escape_name(entry.path)
    if entry.notes:
        fields["notes"] = [plain_text(note) for note in entry.notes]
    return json_line(fields).encode() + b"\n"


def parsed(line: bytes) -> Entry:
    """A line of the journal as an entry.

    Raises:
        InputError: when the line is damaged.
    """
    try:
        fields: dict[str, Any] = json.loads(line)
        mark, name, path = fields["fingerprint"], unescape_name(fields["name"]), fields.get("path")
        return Entry(
            name,
            None if mark is None else _parsed_fingerprint(mark),
            str(fields["key"]),
            {
                place_of(name, unescape_name(place)): _parsed_output(each)
                for place, each in fields["outputs"].items()
            },
            {str(counted): int(count) for counted, count in fields["counts"].items()},
            tuple(map(str, fields["reasons"])),
            fields["state"] == "failed",
            None if path is None else unescape_name(path),
            tuple(map(str, fields.get("notes", ()))),
            fields["state"] == "open",
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError("a damaged line of the journal") from error


def _content_hash(path: Path, check: Callable[[], None] = lambda: None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            check()
            digest.update(block)
    return digest.hexdigest()


def inside(path: str) -> str:
    """The path, when it leads to something inside of the folder that it is relative to.

    Raises:
        ValueError: it leads out of there.
    """
    is_absolute = path.startswith("/") or (os.name == "nt" and Path(path).anchor != "")
    if is_absolute or path in ("", ".") or ".." in path.split("/") or "\0" in path:
        raise ValueError(f"{path!r} leads out of its folder")
    return path


def place_of(name: str, path: str) -> str:
    """The path of a result, when a run can have written it for the input `name`.

    A run removes what is stale, so a line of the journal must not lead it to anything else.

    Raises:
        ValueError: it is no place of such a result.
    """
    inside(name)
    for folder, suffixes in _PLACES.items():
        if path.startswith(f"{folder}/{name}") and path[len(folder) + 1 + len(name) :] in suffixes:
            return path
    raise ValueError(f"{path!r} is no result of {name!r}")


def _parsed_fingerprint(fields: Mapping[str, Any]) -> Fingerprint:
    return Fingerprint(int(fields["size"]), int(fields["mtime_ns"]), str(fields["sha256"]))


def _parsed_output(fields: Mapping[str, Any]) -> Output:
    return Output(int(fields["size"]), str(fields["sha256"]))
