"""A results document, JSON or JSON lines, of unknown origin: its header, then its frames one at a time.

In our own layout each frame is a line, and the document is read with little memory however long it is. JSON
in any other layout is read whole, up to `MAX_WHOLE` bytes.
"""

import contextlib
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, TypeVar

import msgspec

from movenet_cli.core.results import Summary
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import InputError
from movenet_cli.io.lines import LineTooLongError, bounded_lines
from movenet_cli.io.strict_json import decode
from movenet_cli.results.records import (
    FrameLine,
    FrameRecord,
    HeaderLine,
    HeaderRecord,
    SummaryLine,
    SummaryRecord,
)

MAX_WHOLE: Final = 64 * 1024 * 1024
_HEADER_LINES: Final = 1 + len(HeaderRecord.__struct_fields__)
"""An opening brace and a line for each field, then the line that opens the list of frames."""

_FRAMES_OPEN: Final = b'"frames": ['
_FRAMES_CLOSE: Final = b"],"
_MAX_END: Final = 64 * 1024

_ANY_LINE: Final[Any] = HeaderLine | FrameLine | SummaryLine

T = TypeVar("T")
Place: TypeAlias = str
"""Where in the file something stands, for messages."""

Records: TypeAlias = Iterator[tuple[Place, HeaderRecord | FrameRecord | SummaryRecord]]


class Document:
    """An open results file.

    Attributes:
        header: what stands before the frames.
        summary: counts of the frames that have been read.
    """

    def __init__(self, path: Path, records: Records) -> None:
        """Read the header from the records of the file at `path`."""
        self._path = path
        self._records = records
        where, record = next(records, ("it", None))
        if not isinstance(record, HeaderRecord):
            raise InputError(f"{where} has no header")
        with _at(where):
            self.header = record.header()
            self._options = record.checked_options()
        self.summary = Summary()

    def frames(self) -> Iterator[FrameResult]:
        """Every frame, in order, once.

        Raises:
            InputError: at the first record that is not as it must be; at the end, when the counts are wrong.
        """
        with _naming(self._path):
            last = None
            for where, record in self._records:
                if isinstance(record, SummaryRecord):
                    return self._check_end(where, record.summary())
                if not isinstance(record, FrameRecord):
                    raise InputError(f"{where} is a second header")
                with _at(where):
                    result = record.result()
                    self._check_place(result, last)
                last = result.index
                self.summary.add(result)
                yield result
            raise InputError("it ends before its summary: the file is incomplete")

    def _check_place(self, result: FrameResult, last: int | None) -> None:
        info, media = self.header.info, self.header.info.media
        if media == "image" and (result.index, result.time) != (0, None):
            raise ValueError("an image has one frame, 0, without a time")
        if result.size is not None and (media == "image" or result.size == (info.width, info.height)):
            raise ValueError("a frame tells its size only where it is not the input's")
        self._options.check_number(result.index, last)

    def _check_end(self, where: Place, told: Summary) -> None:
        if told != self.summary:
            raise InputError(f"{where} says {told}, there are {self.summary}")
        if self.header.info.media == "image" and told.frames != 1:
            raise InputError(f"an image has one frame, not {told.frames}")
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
                raise InputError("its source is not the one that its path tells")
        yield document


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Name the file in whatever goes wrong while it is read."""
    try:
        yield
    except (OSError, LineTooLongError) as error:
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


@contextlib.contextmanager
def _at(where: Place) -> Iterator[None]:
    """Name the place in the file where a value is wrong."""
    try:
        yield
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error


def _decoded(where: Place, kind: type[T], data: bytes | msgspec.Raw, *, unique: bool = False) -> T:
    with _at(where):
        return decode(kind, data, unique=unique)


def _json_records(stream: BinaryIO) -> Records:
    """The records of a JSON document; the line that opens the frames tells whether it is in our layout."""
    head = list(islice(bounded_lines(stream), _HEADER_LINES))
    is_ours = next(bounded_lines(stream), b"").strip() == _FRAMES_OPEN
    return _our_records(stream, b"".join(head)) if is_ours else _whole_records(stream)


def _our_records(stream: BinaryIO, head: bytes) -> Records:
    """A line for each frame; the commas, which belong to no frame, are checked and taken away."""
    yield "the header", _decoded("the header", HeaderRecord, head.rstrip().removesuffix(b",") + b"}")
    count, has_comma = 0, False
    for line in bounded_lines(stream):
        text = line.strip()
        if text == _FRAMES_CLOSE:
            break
        if count and not has_comma:
            raise InputError(f"no comma after frame record {count}")
        count, has_comma = count + 1, text.endswith(b",")
        where = f"frame record {count}"
        yield where, _decoded(where, FrameRecord, text.removesuffix(b","))
    else:
        raise InputError("it ends in the middle of its frames: the file is incomplete")
    if has_comma:
        raise InputError(f"nothing follows the comma after frame record {count}")
    end = _decoded("the end", _End, b"{" + stream.read(_MAX_END))
    yield "the summary", end.summary


def _whole_records(stream: BinaryIO) -> Records:
    """Read at once; the frames are still parsed one by one."""
    size = os.fstat(stream.fileno()).st_size
    if size > MAX_WHOLE:
        raise InputError(f"{size:,} bytes, not a line per frame: too large to be read whole")
    stream.seek(0)
    document = _decoded("the document", _Whole, stream.read(MAX_WHOLE), unique=True)
    yield "the header", document
    for count, frame in enumerate(document.frames, 1):
        where = f"frame record {count}"
        yield where, _decoded(where, FrameRecord, frame)
    yield "the summary", document.summary


def _jsonl_records(stream: BinaryIO) -> Records:
    source = None
    for number, line in enumerate(bounded_lines(stream), 1):
        where = f"line {number}"
        if not line.endswith(b"\n"):
            raise InputError(f"{where} is cut off: the file is incomplete")
        record: HeaderLine | FrameLine | SummaryLine = _decoded(where, _ANY_LINE, line)
        source = source or record.source
        if record.source != source:
            raise InputError(f"{where} has another source than the first")
        yield where, record


class _End(msgspec.Struct, forbid_unknown_fields=True):
    """What follows the frames."""

    summary: SummaryRecord


class _Whole(HeaderRecord):
    """A document at once."""

    frames: list[msgspec.Raw]
    summary: SummaryRecord
