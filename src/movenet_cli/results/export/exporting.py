"""A results folder to one export: what can be read is surveyed first, then written in one go."""

import contextlib
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from movenet_cli.errors import InputError, UsageError
from movenet_cli.output.folder.journal import JOURNAL_NAME, read_journal
from movenet_cli.results.export.frames import input_files, write_frames
from movenet_cli.results.export.interface import Export, ExportInput, ExportSettings
from movenet_cli.results.export.registry import export_class
from movenet_cli.results.export.selection import Selection, read_selection
from movenet_cli.results.export.staging import new_file, new_folder
from movenet_cli.results.finding import DocumentFile, find_documents
from movenet_cli.results.reading import open_document


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of an export.

    Attributes:
        place: the file or folder.
        inputs: how many are in it.
        left_out: how many it does not hold, such as images among tracks of videos.
        broken: name and reason of each input whose document cannot be read; it is left out.
        frames: images that were written beside it; None when nobody asked.
        remarks: lines for the user.
    """

    place: Path
    inputs: int
    left_out: int
    broken: Sequence[tuple[str, str]]
    frames: int | None
    remarks: Sequence[str]


def export_results(
    folder: Path,
    format_name: str,
    settings: ExportSettings,
    place: Path | None = None,
    *,
    frames: Path | None = None,
    only: Path | None = None,
    given: Set[str] = frozenset(),
) -> Exported:
    """Write all documents of a results folder to a file or folder of another tool.

    Args:
        folder: results of `annotate`, with JSON or JSONL documents.
        format_name: a key of `EXPORTS`.
        settings: what the format shall do.
        place: the new file or folder; None for the format's own name inside of the results folder.
        frames: a new folder for the dataset's images; it may lie inside of `place`.
        only: a list of frames, see `read_selection`; None for all.
        given: names of the settings that were given for this export, and are refused without effect.

    Raises:
        InputError: there are no results, all are broken, or an input's own file is needed and has changed.
        UsageError: a setting does not fit.
        OutputError: it cannot be written, or something is there already.
    """
    export = export_class(format_name)(settings)
    if frames is not None and settings.image_ids is not None:
        raise UsageError(
            "--frames has nothing to add to --image-ids: the images of that file have their names"
        )
    documents = find_documents(folder)
    chosen = None if only is None else read_selection(only, {each.name for each in documents})
    places = _input_places(folder)
    inputs: list[ExportInput] = []
    broken: list[tuple[str, str]] = []
    for document in documents:
        if chosen is not None and document.name not in chosen:
            continue
        try:
            inputs.append(_survey(document, settings.smoothed, chosen))
        except InputError as error:
            broken.append((document.name, str(error)))
    if not inputs:
        raise InputError(broken[0][1])
    if "smoothed" in given and not any(each.smoothed for each in inputs):
        raise UsageError(
            "--smoothed would have no effect: nothing in these results is smoothed (annotate videos with "
            "--smooth); leave it out"
        )
    inputs = [replace(each, file=places.get(each.name)) for each in inputs]
    export.check(inputs)
    files = {} if frames is None else input_files(folder, inputs)
    target = place or folder / export.default_place
    count = None
    with _staged(export, target, frames) as (place_for_all, place_for_frames):
        export.write(inputs, place_for_all)
        if place_for_frames is not None:
            count = write_frames(inputs, files, export, place_for_frames)
    held = len(inputs) - len(export.left_out)
    return Exported(target, held, len(export.left_out), broken, count, export.remarks)


def _input_places(folder: Path) -> dict[str, Path]:
    """Where each input was, as far as the folder's journal is there and tells."""
    if not (folder / JOURNAL_NAME).exists():
        return {}
    places = ((entry.name, entry.path) for entry in read_journal(folder))
    return {name: Path(place) for name, place in places if place is not None and Path(place).is_absolute()}


def _survey(document: DocumentFile, smoothed: bool, chosen: Selection | None) -> ExportInput:
    """Read a document to its end: it is sound, and what is in it.

    Raises:
        InputError: it is broken, or has not got a frame that was chosen.
    """
    only = None if chosen is None else chosen[document.name]
    images = most = 0
    is_smoothed = False
    missing = set(only or ())
    with open_document(document.path, document.name) as opened:
        for result in opened.frames():
            if only is None or result.index in only:
                missing.discard(result.index)
                images += result.status != "failed"
                most = max(most, len(opened.header.people(result)))
                is_smoothed |= any(pose.smoothed is not None for pose in result.poses)
    if missing:
        raise UsageError(f"{document.name} has no frame {min(missing)} in these results")
    smoothed &= is_smoothed
    return ExportInput(document.name, document.path, opened.header.info.media, images, most, smoothed, only)


@contextlib.contextmanager
def _staged(export: Export, place: Path, frames: Path | None) -> Iterator[tuple[Path, Path | None]]:
    """Places to write to until all is complete; images inside of a dataset's folder appear with it."""
    with contextlib.ExitStack() as stack:
        staged = stack.enter_context(new_folder(place) if export.is_folder else new_file(place))
        if frames is None:
            yield staged, None
        elif export.is_folder and frames.absolute().is_relative_to(place.absolute()):
            yield staged, staged / frames.absolute().relative_to(place.absolute())
        else:
            yield staged, stack.enter_context(new_folder(frames))
