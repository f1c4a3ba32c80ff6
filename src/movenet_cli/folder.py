"""A results folder: a file per input and format, overlays, the COCO dataset, the journal, `run.json`."""

import contextlib
import json
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from movenet_cli.outputs import Outputs
from movenet_cli.report import InputOutcome
from movenet_cli.results.entries import Entry, Fingerprint, Output, fingerprint, output_of
from movenet_cli.results.journal import Journal, is_up_to_date
from movenet_cli.results.lock import locked
from movenet_cli.sinks.cocofile import combine
from movenet_cli.sinks.document import summary_fields
from movenet_cli.sinks.files import as_output_error, make_folder, remove_leftovers, sync_folders, write_file
from movenet_cli.sinks.interface import Header, Sink, Summary
from movenet_cli.sinks.overlay import open_overlay, overlay_name
from movenet_cli.sinks.registry import FORMATS
from movenet_cli.sinks.textsink import TextSink
from movenet_cli.sources.interface import InputFile, Media

OVERLAY: Final = "overlay"
"""The folder of the renders, and their name among the formats."""

MEDIA: Final[tuple[Media, ...]] = ("image", "video")


@contextlib.contextmanager
def results_folder(
    root: Path, formats: Sequence[str], overlay: bool, keys: Mapping[Media, str], overwrite: bool = False
) -> Iterator["FolderOutputs"]:
    """Hold a results folder for one run; what a killed run left half-written is removed first.

    Args:
        root: the folder; made when it is not there.
        formats: names from the table of formats.
        overlay: whether to draw skeletons, too.
        keys: hash of all that results depend on besides the input, by kind of input.
        overwrite: nothing is taken to be up to date.

    Raises:
        OutputError: the folder cannot be made or written, or another run holds it.
    """
    with locked(root):
        remove_leftovers(root)
        for folder in {*(FORMATS[name].folder for name in formats), *([OVERLAY] if overlay else [])}:
            make_folder(root / folder)
        journal = Journal(root)
        try:
            yield FolderOutputs(root, formats, overlay, keys, journal, overwrite)
        finally:
            journal.close()
        sync_folders(root)


class FolderOutputs(Outputs):
    """The results folder of one run; arguments as `results_folder`."""

    def __init__(
        self,
        root: Path,
        formats: Sequence[str],
        overlay: bool,
        keys: Mapping[Media, str],
        journal: Journal,
        overwrite: bool,
    ) -> None:
        self._root = root
        self._formats = {name: FORMATS[name] for name in formats}
        self._overlay = overlay
        self._keys = keys
        self._journal = journal
        self._overwrite = overwrite
        self._marks: dict[str, Fingerprint] = {}
        self._lock = threading.Lock()

    def kept(self, file: InputFile) -> InputOutcome | None:
        """See `Outputs.kept`."""
        if self._overwrite or self._journal.get(file.name) is None:
            return None
        for media in MEDIA:
            wanted = list(self._wanted(file.name, media))
            entry = self._journal.up_to_date(file.name, file.path, self._keys[media], wanted)
            if entry is not None:
                return InputOutcome(file.name, "kept", _summary(entry))
        return None

    def begin(self, file: InputFile) -> None:
        """See `Outputs.begin`: fingerprints the input before it is read, so that a later change shows."""
        mark = fingerprint(file.path)
        with self._lock:
            self._marks[file.name] = mark

    def sinks(self, position: int, file: InputFile, header: Header) -> Sequence[Sink]:
        """The outputs that are missing or stale; see `Outputs.sinks`."""
        media = header.info.media
        good = self._still_good(file, media)
        wanted = self._wanted(file.name, media)
        self._disown_stale(file.name, good, wanted)
        sinks: list[Sink] = []
        try:
            for path, format_name in wanted.items():
                if path not in good:
                    sinks.append(self._sink(path, format_name, file, header))
        except BaseException:
            for sink in sinks:
                sink.abort()
            raise
        return sinks

    def finished(self, file: InputFile, media: Media, summary: Summary) -> None:
        """See `Outputs.finished`."""
        with self._lock:
            mark = self._marks.pop(file.name)
        written = (path for path in self._wanted(file.name, media) if (self._root / path).exists())
        new = {path: output_of(self._root / path) for path in written}
        outputs = {**self._still_good(file, media), **new}
        counts = summary_fields(summary)
        self._journal.add(Entry(file.name, mark, self._keys[media], outputs, counts, tuple(summary.reasons)))

    def failed(self, file: InputFile, reason: str) -> None:
        """See `Outputs.failed`; what an earlier version of the input left here goes, since it lies by now."""
        with self._lock:
            mark = self._marks.pop(file.name, None)
        entry = self._journal.get(file.name)
        if mark and entry and entry.fingerprint and entry.fingerprint.sha256 != mark.sha256:
            self._remove(entry.outputs)
        self._journal.add(Entry(file.name, None, "", {}, {}, (reason,), failed=True))

    def combine(self, files: Sequence[InputFile]) -> None:
        """Write what is made of all inputs' results together, of those that have any, in the order given."""
        if coco := self._formats.get("coco"):
            parts = [(file, coco.path(self._root, file.name)) for file in files]
            combine([part for file, part in parts if self._owns(file, part)], self._root / "coco.json")

    def _owns(self, file: InputFile, path: Path) -> bool:
        """Whether the file is a complete output of the input, by the journal."""
        entry = self._journal.get(file.name)
        return entry is not None and path.relative_to(self._root).as_posix() in entry.outputs

    def write_run(self, document: Mapping[str, object]) -> None:
        """Write `run.json`."""
        write_file(self._root / "run.json", json.dumps(document, indent=2) + "\n", self._root)

    def _wanted(self, name: str, media: Media) -> dict[str, str]:
        """Paths relative to the folder that this run owes for an input, each with its format."""
        wanted = {
            f"{each.folder}/{name}{each.encoder.suffix}": format_name
            for format_name, each in self._formats.items()
        }
        if self._overlay:
            wanted[f"{OVERLAY}/{overlay_name(name, media)}"] = OVERLAY
        return wanted

    def _still_good(self, file: InputFile, media: Media) -> dict[str, Output]:
        """Outputs of an earlier run with the same input and settings that are still as it left them."""
        key = self._keys[media]
        entry = self._journal.up_to_date(file.name, file.path, key, [])
        if entry is None or self._overwrite:
            return {}
        return {
            path: output
            for path, output in entry.outputs.items()
            if is_up_to_date(entry, key, [path], self._root)
        }

    def _disown_stale(self, name: str, good: Mapping[str, Output], wanted: Collection[str]) -> None:
        """Strike what is about to be overwritten from the journal: after a crash it must not be trusted.

        Stale files that this run does not overwrite are removed.
        """
        entry = self._journal.get(name)
        if entry is not None and (stale := entry.outputs.keys() - good.keys()):
            self._journal.add(replace(entry, outputs=good))
            self._remove(stale - set(wanted))

    def _remove(self, paths: Iterable[str]) -> None:
        for path in paths:
            with as_output_error(self._root / path):
                (self._root / path).unlink(missing_ok=True)

    def _sink(self, path: str, format_name: str, file: InputFile, header: Header) -> Sink:
        if format_name == OVERLAY:
            return open_overlay(self._root / path, file.path, header, self._root)
        return TextSink(self._formats[format_name].encoder(header), self._root / path, self._root)


def _summary(entry: Entry) -> Summary:
    frames, ok, empty, failed = (entry.counts.get(name, 0) for name in ("frames", "ok", "empty", "failed"))
    return Summary(frames, ok, empty, failed, list(entry.reasons))
