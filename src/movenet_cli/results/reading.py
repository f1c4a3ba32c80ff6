"""A results file of unknown origin, JSON or JSON lines, to its header and its frames, one at a time.

Our own layout (a line per frame) is read with little memory however long it is; JSON in any other layout is
read whole, up to `MAX_WHOLE` bytes.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from movenet_cli.core.results import Header, Summary
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import InputError
from movenet_cli.io.lines import MAX_LINE, LineTooLongError, bounded_lines
from movenet_cli.io.strict_json import strict_json
from movenet_cli.results.numbering import numbering
from movenet_cli.results.parsing import parse_frame, parse_header, parse_summary

MAX_WHOLE: Final = 64 * 1024 * 1024
_MAX_HEADER_LINES: Final = 64
_FRAMES_OPEN: Final = b'  "frames": ['


@dataclass(frozen=True, slots=True)
class Record:
    """A parsed piece of a document.

    Attributes:
        kind: `header`, `frame` or `summary`.
        where: its place in the file, for messages.
        fields: its content.
    """

    kind: str
    where: str
    fields: dict[str, Any]


class Document:
    """An open results file.

    Attributes:
        header: what stands before the frames.
        summary: counts of the frames that have been read.
    """

    def __init__(self, path: Path, records: Iterator[Record]) -> None:
        """Read the header from the records of the file at `path`."""
        self._path = path
        self._records = records
        first = _next(records, "header")
        with _at(first.where):
            self.header: Header = parse_header(first.fields)
            self._numbering = numbering(self.header.options)
        self.summary = Summary()

    def frames(self) -> Iterator[FrameResult]:
        """Every frame, in order, once.

        Raises:
            InputError: at the first record that is not as it must be; at the end, when the counts are wrong.
        """
        with _naming(self._path):
            yield from self._frames()

    def _frames(self) -> Iterator[FrameResult]:
        last = None
        for record in self._records:
            if record.kind == "summary":
                self._check_end(record)
                return
            fields = _expect(record, "frame").fields
            with _at(record.where):
                result = parse_frame(fields)
                self._check_place(result, last)
            last = result.index
            self.summary.add(result)
            yield result
        raise InputError("it ends before its summary: it is incomplete")

    def _check_place(self, result: FrameResult, last: int | None) -> None:
        info, media = self.header.info, self.header.info.media
        if media == "image" and (result.index, result.time) != (0, None):
            raise InputError("an image has one frame, 0, without a time")
        if result.size is not None and (media == "image" or result.size == (info.width, info.height)):
            raise InputError("a frame of the input's own size does not tell it")
        self._numbering.check(result.index, last)

    def _check_end(self, record: Record) -> None:
        with _at(record.where):
            told, counted = parse_summary(record.fields), self.summary
        for key in ("frames", "ok", "empty", "failed"):
            said, found = getattr(told, key), getattr(counted, key)
            if said != found:
                raise InputError(f"the summary says {said} {key}, there are {found}")
        if self.header.info.media == "image" and counted.frames != 1:
            raise InputError(f"an image with {counted.frames} frames")
        if next(self._records, None) is not None:
            raise InputError("something follows its summary")


@contextlib.contextmanager
def open_document(path: Path, source: str | None = None) -> Iterator[Document]:
    """Open a results file, `.json` or `.jsonl`.

    Args:
        path: the file.
        source: the input that it must be of, told by its place in a results folder; None for any.

    Raises:
        InputError: when the file is not what it must be; the message begins with the path.
    """
    layout = _jsonl_records if path.suffix == ".jsonl" else _json_records
    with contextlib.ExitStack() as stack:
        with _naming(path):
            document = Document(path, layout(stack.enter_context(path.open("rb"))))
            if source not in (None, document.header.source):
                raise InputError("its source is not the one that its place tells")
        yield document


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Turn what goes wrong in reading into an error that names the file."""
    try:
        yield
    except (OSError, LineTooLongError) as error:
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _json_records(stream: BinaryIO) -> Iterator[Record]:
    header = _our_header(stream)
    if header is None:
        stream.seek(0)
        yield from _whole_records(stream)
    else:
        yield Record("header", "the header", header)
        yield from _our_records(stream)


def _our_header(stream: BinaryIO) -> dict[str, Any] | None:
    """The header in our layout, with the stream at the first frame's line; None when it is another layout."""
    lines: list[bytes] = []
    for line in bounded_lines(stream):
        if line.rstrip() == _FRAMES_OPEN:
            break
        lines.append(line)
        if len(lines) > _MAX_HEADER_LINES:
            return None
    start = stream.tell()
    first = stream.readline(MAX_LINE).strip()
    stream.seek(start)
    try:
        if first != b"],":
            strict_json(first.removesuffix(b","))
        header: dict[str, Any] = strict_json(b"".join(lines).rstrip().removesuffix(b",") + b"}")
    except ValueError:
        return None
    return header


def _our_records(stream: BinaryIO) -> Iterator[Record]:
    count, comma = 0, False
    for line in bounded_lines(stream):
        text = line.strip()
        if text == b"],":
            break
        if comma is not bool(count):
            raise InputError(f"no comma after frame record {count}")
        count += 1
        comma = text.endswith(b",")
        where = f"frame record {count}"
        yield Record("frame", where, _object(text.removesuffix(b","), where))
    else:
        raise InputError("it ends in the middle of its frames: it is incomplete")
    if comma:
        raise InputError(f"nothing follows the comma after frame record {count}")
    rest = _object(b"{" + stream.read(_MAX_HEADER_LINES * 1024), "the end")
    if rest.keys() != {"summary"} or not isinstance(rest["summary"], dict):
        raise InputError("no summary follows the frames")
    yield Record("summary", "the summary", rest["summary"])


def _whole_records(stream: BinaryIO) -> Iterator[Record]:
    size = os.fstat(stream.fileno()).st_size
    if size > MAX_WHOLE:
        raise InputError(f"{size:,} bytes, not a line per frame: too large to be read whole")
    document = _object(stream.read(MAX_WHOLE), "the document")
    frames, summary = document.pop("frames", None), document.pop("summary", None)
    if not isinstance(frames, list) or not isinstance(summary, dict):
        raise InputError("frames or summary are missing")
    yield Record("header", "the header", document)
    for count, frame in enumerate(frames, 1):
        if not isinstance(frame, dict):
            raise InputError(f"frame record {count} is no object")
        yield Record("frame", f"frame record {count}", frame)
    yield Record("summary", "the summary", summary)


def _jsonl_records(stream: BinaryIO) -> Iterator[Record]:
    source = None
    for number, line in enumerate(bounded_lines(stream), 1):
        where = f"line {number}"
        if not line.endswith(b"\n"):
            raise InputError(f"{where} is torn: it is incomplete")
        fields = _object(line, where)
        kind = fields.pop("record", None)
        source = fields.get("source") if kind == "header" else source
        if not isinstance(kind, str) or fields.get("source") != source:
            raise InputError(f"{where} has no record, or another source than the first")
        if kind != "header":
            fields.pop("source", None)
        yield Record(kind, where, fields)


def _next(records: Iterator[Record], kind: str) -> Record:
    record = next(records, None)
    if record is None:
        raise InputError("it is empty")
    return _expect(record, kind)


def _expect(record: Record, kind: str) -> Record:
    if record.kind != kind:
        raise InputError(f"{record.where} is not a {kind}")
    return record


@contextlib.contextmanager
def _at(where: str) -> Iterator[None]:
    """Tell the place in the file of what is wrong."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _object(data: bytes, where: str) -> dict[str, Any]:
    try:
        value = strict_json(data)
    except ValueError as error:
        raise InputError(f"{where} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(f"{where} is no object")
    return value
