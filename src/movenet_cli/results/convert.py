"""A results folder to another format, as `annotate` would have written it, without a model."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from movenet_cli.errors import InputError, MediaError
from movenet_cli.foldernames import DATASET
from movenet_cli.results.entries import output_of
from movenet_cli.results.finding import DocumentFile, find_documents
from movenet_cli.results.journal import JOURNAL_NAME, Journal, is_up_to_date
from movenet_cli.results.lock import locked
from movenet_cli.results.reading import open_document
from movenet_cli.sinks.cocofile import combine
from movenet_cli.sinks.files import AtomicFile, remove_leftovers
from movenet_cli.sinks.interface import Summary
from movenet_cli.sinks.registry import FORMATS, Format


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of one input's results.

    Attributes:
        name: the input's name.
        path: the new file; for COCO the input's part of the dataset.
        summary: counts of its frames.
        reason: why it could not be converted; None when it was.
    """

    name: str
    path: Path
    summary: Summary = field(default_factory=Summary)
    reason: str | None = None


def convert_results(folder: Path, format_name: str, output: Path | None = None) -> Iterator[Converted]:
    """Write all results of a folder in another format; inputs in natural order of their names.

    Args:
        folder: results of `annotate`, with JSON or JSONL documents.
        format_name: a key of `FORMATS`; for `coco` the dataset is complete when the iterator is through.
        output: the results folder to write to; None for the same one, whose journal then knows the new files.

    Yields:
        Each input, when it is done; one that is broken is left out and has its `reason`.

    Raises:
        InputError: when there are no results to convert.
        OutputError: when the new files cannot be written.
    """
    documents = find_documents(folder)
    target = folder if output is None else output
    form = FORMATS[format_name]
    parts: list[Path] = []
    with locked(target):
        remove_leftovers(target)
        journal = Journal(folder) if output is None and (folder / JOURNAL_NAME).is_file() else None
        try:
            for document in documents:
                converted = _convert(document, form, target)
                if converted.reason is None:
                    parts.append(converted.path)
                    _record(journal, folder, document, converted.path)
                yield converted
        finally:
            if journal is not None:
                journal.close()
        if format_name == "coco":
            combine(parts, target / DATASET)


def _convert(document: DocumentFile, form: Format, target: Path) -> Converted:
    path = form.path(target, document.name)
    try:
        with open_document(document.path, document.name) as opened:
            encoder = form.encoder(opened.header)
            with AtomicFile(path, target) as file:
                file.write(encoder.begin())
                for result in opened.frames():
                    file.write(encoder.frame(result))
                file.write(encoder.end(opened.summary))
    except (InputError, MediaError) as error:
        return Converted(document.name, path, reason=str(error))
    return Converted(document.name, path, opened.summary)


def _record(journal: Journal | None, folder: Path, document: DocumentFile, path: Path) -> None:
    """Let the journal know the new file, when it knows the one that it was made from."""
    entry = None if journal is None else journal.get(document.name)
    if journal is None or entry is None:
        return
    known = document.path.relative_to(folder).as_posix()
    if is_up_to_date(entry, entry.key, [known], folder):
        name = path.relative_to(folder).as_posix()
        journal.add(replace(entry, outputs={**entry.outputs, name: output_of(path)}))
