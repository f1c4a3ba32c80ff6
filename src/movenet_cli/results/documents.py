"""Finished results for Python programs: `read` gives a `Document` for each input of a results folder."""

import dataclasses
import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from movenet_cli.core.inputs import Media
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import InputError, UsageError
from movenet_cli.output.formats.csv import columns_of, table_rows
from movenet_cli.results.finding import find_documents
from movenet_cli.results.reading import open_document


class Document:
    """The results of one input; a loop over it gives each frame's result.

    Nothing is read before it is asked for, and nothing but the counts and what stands before the frames is
    kept: a document of any length takes little memory.

    Raises:
        InputError: from every property and method but `path`, when the file is damaged, incomplete or gone.
    """

    def __init__(self, path: Path, source: str | None = None) -> None:
        """Take the file at `path`; its source must be the one that is given, if one is."""
        self._path = path
        self._expected_source = source

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def source(self) -> str:
        """The input's name in the results folder, `/` between parts."""
        return self._header.source

    @property
    def media(self) -> Media:
        """`image` or `video`."""
        return self._header.info.media

    @property
    def width(self) -> int:
        """Of the upright image, pixels."""
        return self._header.info.width

    @property
    def height(self) -> int:
        """Of the upright image, pixels."""
        return self._header.info.height

    @property
    def rotation(self) -> int:
        """Degrees clockwise that the stored pixels were turned to stand upright."""
        return self._header.info.rotation

    @property
    def fps(self) -> float | None:
        """Average frame rate; None for an image or when the video does not say."""
        return self._header.info.fps

    @property
    def frame_count(self) -> int | None:
        """Frames that the video declares; None when it does not say."""
        return self._header.info.frame_count

    @property
    def model(self) -> ModelInfo:
        """What found the poses: its `name`, `kind`, `sha256`, and the `input_size` it had.

        Its `runtime` is not told by documents, and empty.
        """
        return dataclasses.replace(self._header.model, input_size=self._header.input_size)

    @property
    def options(self) -> Mapping[str, object]:
        """What had a say in the numbers, such as `crop` and `min_score`."""
        return MappingProxyType(dict(self._header.options))

    @property
    def summary(self) -> Summary:
        """The counts `frames`, `ok`, `empty` and `failed`; the file is read to its end for them, once."""
        return dataclasses.replace(self._summary)

    def frames(self) -> Iterator[FrameResult]:
        """Each frame's result, in order, from the beginning; a loop that is left closes the file."""
        with open_document(self._path, self._expected_source) as document:
            yield from document.frames()
            self.__dict__["_summary"] = document.summary

    def __iter__(self) -> Iterator[FrameResult]:
        """See `frames`."""
        return self.frames()

    def to_dataframe(self) -> Any:
        """A pandas table with the columns of our CSV files: a row per person and frame.

        A frame without any pose is a row whose cells from `person` on are missing.

        Raises:
            UsageError: pandas is not installed.
        """
        try:
            import pandas  # noqa: PLC0415 - for this alone, and only where somebody has it
        except ImportError as error:
            raise UsageError(
                "to_dataframe() needs pandas, which is not installed here: install it, or use frames()"
            ) from error
        columns = columns_of(self.options)
        rows = [row for result in self.frames() for row in table_rows(self.source, result, len(columns))]
        return pandas.DataFrame(rows, columns=list(columns))

    @cached_property
    def _header(self) -> Header:
        with open_document(self._path, self._expected_source) as document:
            return document.header

    @cached_property
    def _summary(self) -> Summary:
        with open_document(self._path, self._expected_source) as document:
            for _ in document.frames():
                pass
            return document.summary

    def __repr__(self) -> str:
        """Where it is."""
        return f"Document({os.fspath(self._path)!r})"


def read(results: str | os.PathLike[str]) -> Iterator[Document]:
    """Read a results folder: a document per input, in natural order of their names.

    The folder is looked through at once; each document is read as far and as soon as it is used. Where an
    input has both, its JSON document is taken and not the JSONL one.

    Args:
        results: the folder, or a single document (`.json` or `.jsonl`).

    Raises:
        InputError: nothing is there, or it is no results folder.
    """
    path = Path(results)
    if path.is_file():
        return iter([Document(path)])
    if not path.exists():
        raise InputError(f"there are no results at {path}: no such file or folder")
    return (Document(each.path, each.name) for each in find_documents(path))
