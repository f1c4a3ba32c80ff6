"""Overlays from finished results, without a model: each input is found again, decoded, and drawn on."""

import contextlib
import os
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.types import FailedFrame, Frame, FrameResult
from movenet_cli.core.wording import counted
from movenet_cli.errors import InputError, MediaError, UsageError
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.media.interface import Source
from movenet_cli.media.opening import open_source
from movenet_cli.media.stored_input import stored_input
from movenet_cli.media.video.selection import Selection
from movenet_cli.output.folder.fingerprint import Fingerprint, has_changed, same_content
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.lock import locked
from movenet_cli.output.folder.output_file import output_of, put_aside_if_changed
from movenet_cli.output.folder.ownership import check_places, in_the_way
from movenet_cli.output.folder.records import Entry, RunFile
from movenet_cli.output.interface import Sink
from movenet_cli.output.overlay.image import open_overlay
from movenet_cli.results.finding import DocumentFile, find_documents
from movenet_cli.results.reading import open_document
from movenet_cli.run.render_settings import RenderSettings, refuse_unused
from movenet_cli.settings import DEFAULT_MAX_PIXELS

_LAYOUT = Layout((), overlay=True)
_SEE_THROUGH = (".png", ".webp")
"""Formats of images that can be transparent."""

_ANEW = "run annotate again, then render with --overwrite"
"""What to do about an input that has changed; there are overlays of the others by then."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of one input.

    Attributes:
        name: the input's name in the results.
        frames: how many were drawn.
        reason: why there is no overlay; None when there is one.
    """

    name: str
    frames: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    """One overlay to make: of which document, where to; or the reason why not."""

    document: DocumentFile
    header: Header | None = None
    place: str = ""
    reason: str = ""


def render_results(
    results: Path,
    output: Path,
    settings: RenderSettings,
    *,
    root: Path | None = None,
    overwrite: bool = False,
    given: Set[str] = frozenset(),
) -> Iterator[Rendered]:
    """Draw the overlays of a results folder into a folder of their own, under `overlay/`.

    An input is taken only when it is what it was when it was annotated. Nothing but what an earlier render
    left is replaced, and that only when asked for.

    Args:
        results: a folder with JSON or JSONL documents.
        output: the folder to write to.
        settings: what to draw.
        root: the folder that the inputs' names are relative to; None: they are where they were.
        overwrite: whether overlays that an earlier render left are replaced.
        given: names of the options that were given for this render, and are refused without effect.

    Yields:
        Each input, when it is done, in natural order of their names.

    Raises:
        InputError: there are no results.
        UsageError: `output` holds results, or overlays that would be lost; or an option without effect.
        OutputError: the overlays cannot be written, or something that is not ours is in the way.
    """
    documents = find_documents(results)
    check_places(LocalStorage(output), _LAYOUT)
    with contextlib.ExitStack() as stack:
        known = stack.enter_context(contextlib.closing(Journal(results)))
        if any(Journal(output).entries()):
            raise UsageError(f"{output} holds results of annotate: choose another folder with --output")
        jobs = _plan(documents, settings)
        refuse_unused(settings, given, [job.header for job in jobs if job.header is not None])
        stack.enter_context(locked(output))
        journal = stack.enter_context(contextlib.closing(Journal(output)))
        _check_free(output, journal, [job.place for job in jobs if job.place], overwrite)
        LocalStorage(output).remove_leftovers()
        for job in jobs:
            entry = known.get(job.document.name)
            try:
                yield Rendered(job.document.name, _render(job, entry, output, journal, settings, root))
            except (MediaError, InputError) as error:
                yield Rendered(job.document.name, reason=str(error))
        journal.sync()
        LocalStorage(output).sync()


def _plan(documents: list[DocumentFile], settings: RenderSettings) -> list[_Job]:
    """What to do with each document; two overlays never have one name."""
    jobs: list[_Job] = []
    taken: dict[str, str] = {}
    for document in documents:
        try:
            with open_document(document.path, document.name) as opened:
                header = opened.header
            place = _place(header, settings)
        except (InputError, MediaError) as error:
            jobs.append(_Job(document, reason=str(error)))
            continue
        other = taken.setdefault(place, document.name)
        if other == document.name:
            jobs.append(_Job(document, header, place))
        else:
            jobs.append(_Job(document, reason=f"its overlay would have the name of {other}'s: rename one"))
    return jobs


def _place(header: Header, settings: RenderSettings) -> str:
    """Where an overlay goes, relative to the output folder."""
    (place,) = _LAYOUT.files(header.source, header.info.media)
    if settings.background != "transparent":
        return place
    if header.info.media == "video":
        raise MediaError("a video cannot be transparent: use --background black")
    return place if place.lower().endswith(_SEE_THROUGH) else f"{place}.png"


def _check_free(output: Path, journal: Journal, places: list[str], overwrite: bool) -> None:
    there = [place for place in places if os.path.lexists(output / place)]
    foreign = [str(output / place) for place in there if not journal.is_run_file(place)]
    if foreign:
        raise in_the_way(foreign)
    if there and not overwrite:
        raise UsageError(
            f"{output} has {counted(len(there), 'overlay')} of an earlier render: "
            "add --overwrite to replace them, or choose another folder with --output"
        )


def _render(
    job: _Job,
    entry: Entry | None,
    output: Path,
    journal: Journal,
    settings: RenderSettings,
    root: Path | None,
) -> int:
    """Make one overlay; the number of frames drawn.

    Raises:
        MediaError: the input or the document is not what it must be.
    """
    if job.header is None:
        raise MediaError(job.reason)
    file, fingerprint = _find(job.header, entry, root)
    target = output / job.place
    put_aside_if_changed(LocalStorage(output), job.place, journal.run_file(job.place))
    journal.note([RunFile(job.place, None)])  # from now on, what is there is ours
    summary = Summary()
    max_pixels = max(DEFAULT_MAX_PIXELS, job.header.info.width * job.header.info.height)
    with open_source(file, settings.frames, max_pixels=max_pixels) as source:
        _check_same(source, job.header)
        original = None if file.sequence else file.path
        sink = open_overlay(target, original, job.header, output, settings.look(job.header))
        try:
            for frame, result in _frames(job.document, source, settings.frames):
                sink.write(frame, result)
                summary.add(result)
            _close(sink, summary, file, fingerprint)
        finally:
            sink.abort()
    journal.note([RunFile(job.place, output_of(target))])
    return summary.frames - summary.failed


def _close(sink: Sink, summary: Summary, file: InputFile, fingerprint: Fingerprint | None) -> None:
    if summary.frames == summary.failed:
        raise MediaError("there is no frame to draw: none is between --start and --end, or all failed")
    if fingerprint is not None and has_changed(file, fingerprint):
        raise MediaError(f"{file.path} changed while it was read: {_ANEW}")
    sink.close(summary)


def _find(header: Header, entry: Entry | None, root: Path | None) -> tuple[InputFile, Fingerprint | None]:
    """An input, and its fingerprint, when that is the one that it had when it was annotated."""
    name = header.source
    if root is not None:
        path = root / name
    elif entry is not None and entry.path is not None:
        path = Path(entry.path)
        if not path.is_absolute():
            raise MediaError(f"it came from {entry.path}: name a folder that has a copy of it with --root")
    else:
        raise MediaError("the results do not tell where it is: name the folder of the inputs with --root")
    file = stored_input(path, name, header.info.fps)
    if file is None:
        raise MediaError(
            f"there is no file {path}: if it has moved, name the folder of the inputs with --root"
        )
    if entry is None:
        return file, None
    fingerprint = same_content(entry.fingerprint, file)
    if fingerprint is None:
        raise MediaError(f"{path} is not the file that was annotated: {_ANEW}")
    return file, fingerprint


def _check_same(source: Source, header: Header) -> None:
    """Refuse an input that cannot be the one of the results, also where no journal tells."""
    found, known = source.info, header.info
    if (found.media, found.width, found.height) != (known.media, known.width, known.height):
        raise MediaError(
            f"it is not what was annotated: {found.media} of {found.width}x{found.height} pixels, "
            f"not {known.media} of {known.width}x{known.height}"
        )


def _frames(
    document: DocumentFile, source: Source, wanted: FrameRange
) -> Iterator[tuple[Frame | FailedFrame, FrameResult]]:
    """Each result that is asked for, with its frame; frames that have no result are passed over."""
    selection, frames = Selection(wanted), source.frames()
    with open_document(document.path, document.name) as opened:
        for result in opened.frames():
            if source.info.media == "video":
                if selection.is_over(result.index, result.time):
                    return
                if not selection.takes(result.index, result.time):
                    continue
            if result.status == "failed":
                yield FailedFrame(result.index, result.time, result.reason or ""), result
                continue
            frame = next((frame for frame in frames if frame.index >= result.index), None)
            if not isinstance(frame, Frame) or frame.index != result.index:
                raise MediaError(f"frame {result.index} of the results cannot be found in it")
            yield frame, result
