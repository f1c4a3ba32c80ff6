"""A results folder: a file per input and format, overlays, the combined COCO dataset, `run.json`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from movenet_cli.outputs import Outputs
from movenet_cli.report import InputOutcome
from movenet_cli.sinks.cocofile import combine
from movenet_cli.sinks.files import remove_leftovers, write_file
from movenet_cli.sinks.interface import Header, Sink, Summary
from movenet_cli.sinks.registry import FORMATS
from movenet_cli.sinks.textsink import TextSink
from movenet_cli.sources.interface import InputFile


class FolderOutputs(Outputs):
    """The results folder of one run.

    Args:
        root: the folder; made when it is not there.
        formats: names from the table of formats.
        overlay: whether to draw skeletons, too.

    Raises:
        OutputError: the folder cannot be made or written.
    """

    def __init__(self, root: Path, formats: Sequence[str], overlay: bool) -> None:
        self._root = root
        self._formats = {name: FORMATS[name] for name in formats}
        self._overlay = overlay
        remove_leftovers(root)

    def kept(self, file: InputFile) -> InputOutcome | None:
        """See `Outputs.kept`."""
        return None

    def sinks(self, position: int, file: InputFile, header: Header) -> Sequence[Sink]:
        """See `Outputs.sinks`."""
        return [
            TextSink(each.encoder(header), each.path(self._root, file.name), self._root)
            for each in self._formats.values()
        ]

    def finished(self, file: InputFile, summary: Summary) -> None:
        """See `Outputs.finished`."""

    def complete(self, done: Sequence[InputFile], document: Mapping[str, object]) -> None:
        """Write what belongs to the run as a whole.

        Args:
            done: the inputs that have results, in order.
            document: content of `run.json`.
        """
        if coco := self._formats.get("coco"):
            combine([coco.path(self._root, file.name) for file in done], self._root / "coco.json")
        text = json.dumps(document, indent=2, ensure_ascii=True) + "\n"
        write_file(self._root / "run.json", text, self._root)
