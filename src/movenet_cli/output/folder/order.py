"""What a run wants of one input in its results folder; a value that may be sent to another process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from movenet_cli.core.folder_names import OVERLAY, SEGMENTS
from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.core.results import Header, Summary
from movenet_cli.errors import MediaError
from movenet_cli.io.atomic import remove_staged
from movenet_cli.io.hashing import sample_of_file, sha256_of_bytes
from movenet_cli.io.storage.interface import Storage, StoredFile
from movenet_cli.output.folder.fingerprint import Fingerprint, fingerprint, has_changed
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.output_file import Output, output_of
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.output.formats.text_sink import TextSink
from movenet_cli.output.interface import Order, Sink, Written
from movenet_cli.output.overlay.image import open_overlay


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A complete output that has not got its name yet.

    Attributes:
        staged: see `Storage.publish`.
        output: what the journal records of it.
    """

    staged: str
    output: Output


@dataclass(frozen=True, slots=True)
class WrittenFiles(Written):
    """See `Written`.

    Attributes:
        fingerprint: of the input.
        files: what was ordered, by its path relative to the folder; None for an overlay of nothing.
    """

    fingerprint: Fingerprint
    files: Mapping[str, StagedFile | None]


@dataclass(frozen=True, slots=True)
class FolderOrder(Order):
    """One input's outputs in the results folder.

    Attributes:
        storage: the results folder.
        file: the input.
        layout: what the run writes, and where.
        keys: of the settings, by kind of input.
        up_to_date: by kind of input, the outputs that need not be written if the content is as recorded.
        recorded: sha256 of that content.
        is_to_be_kept: whether nothing is to be done if the content is as recorded.
        now: the input's fingerprint, once it is read.
        sample: what tells the content of a video that is annotated in segments; see `sample_of_file`.
    """

    storage: Storage
    file: InputFile
    layout: Layout
    keys: Mapping[Media, str]
    up_to_date: Mapping[Media, frozenset[str]]
    recorded: str | None
    is_to_be_kept: bool = False
    now: Fingerprint | None = None
    sample: str = ""

    def begin(self, file: InputFile, check: Callable[[], None]) -> "FolderOrder":
        """See `Order.begin`: the fingerprint is taken before the reading, so that a later change shows."""
        return replace(self, file=file, now=fingerprint(file, check))

    @property
    def content(self) -> str | None:
        """See `Order.content`."""
        return None if self.now is None else self.now.sha256

    @property
    def is_needless(self) -> bool:
        """See `Order.is_needless`."""
        return self.is_to_be_kept and self.content == self.recorded

    def sinks(self, header: Header) -> Sequence[Sink]:
        """See `Order.sinks`; all are staged."""
        sinks: list[Sink] = []
        try:
            for path, format_name in self._to_write(header.info.media).items():
                sinks.append(self._sink(path, format_name, header))
        except BaseException:
            for sink in sinks:
                sink.abort()
            raise
        return sinks

    def written(
        self,
        media: Media,
        sinks: Sequence[Sink],
        summary: Summary,
        notes: tuple[str, ...],
        check: Callable[[], None],
    ) -> WrittenFiles:
        """See `Order.written`."""
        now = cast(Fingerprint, self.now)
        files: dict[str, StagedFile | None] = {}
        try:
            if has_changed(self.file, now):
                raise MediaError("it changed while it was read; run the same command again")
            for path, sink in zip(self._to_write(media), sinks, strict=True):
                files[path] = None
                if sink.staged is not None:
                    output = output_of(sink.staged)
                    files[path] = StagedFile(self.storage.stage(sink.staged, check), output)
        except BaseException:
            remove_staged(sink.staged for sink in sinks)
            self.storage.discard(each.staged for each in files.values() if each is not None)
            raise
        return WrittenFiles(media, summary, notes, now, files)

    def in_segments(self) -> "FolderOrder | None":
        """See `Order.in_segments`; an overlay needs all frames in order."""
        if self.layout.overlay:
            return None
        if self.file.origin is not None and self.content is not None:  # a copy, which has another time
            return replace(self, sample=self.content)
        try:
            return replace(self, sample=sample_of_file(self.file.path))
        except OSError as error:
            raise MediaError(f"cannot read it: {error.strerror}") from error

    def segment_place(self, media: Media, number: int, variant: str) -> StoredFile:
        """See `Order.segment_place`: named by all that the segment's results depend on.

        Of the content samples must do: a shard that does a segment or two would else have to read all of a
        video for its hash.
        """
        values = "\n".join((self.keys[media], self.sample, self.file.name, variant))
        name = sha256_of_bytes(values.encode("utf-8", "surrogatepass"))[:32]
        return StoredFile(self.storage, f"{SEGMENTS}/{name}-{number}")

    def _to_write(self, media: Media) -> dict[str, str]:
        """The outputs that are missing or out of date, each with its format."""
        is_same = self.now is not None and self.now.sha256 == self.recorded
        skipped = self.up_to_date.get(media, frozenset()) if is_same else frozenset()
        return {
            path: each
            for path, each in self.layout.files(self.file.name, media).items()
            if path not in skipped
        }

    def _sink(self, path: str, format_name: str, header: Header) -> Sink:
        place, root = self.storage.local_place(path)
        if format_name == OVERLAY:
            source = None if self.file.sequence else self.file.path  # images have no sound
            return open_overlay(place, source, header, root, staged=True)
        return TextSink(FORMATS[format_name].encoder(header), place, root, staged=True)
