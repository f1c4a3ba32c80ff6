"""What a dataset has of each input, beside what the input's own results give for it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, get_args

from movenet_cli.core.types import Status
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name
from movenet_cli.io.strict_json import strict_json
from movenet_cli.output.formats.coco import CocoEncoder, frame_objects, read_part
from movenet_cli.results.dataset import Fields, source_of
from movenet_cli.results.reading import open_document


class Comparison:
    """Takes the images of a dataset one after the other; memory holds one of them.

    Attributes:
        images: how many there are, by `source_of` their name and by status.
        differing: the sources of which the dataset has something else than their results give; nothing is
            said of those that have no results.
    """

    def __init__(self, origins: Mapping[str, Path]) -> None:
        """Args:
        origins: for each input, by its name as it stands in documents: its document, or its part of the
            dataset.
        """
        self._origins = origins
        self._expected: Iterator[list[Fields]] = iter(())
        self._source = ""
        self._skipped: str | None = None
        self.images: Counter[tuple[str, str]] = Counter()
        self.differing: set[str] = set()

    def add(self, image: Fields, people: Sequence[Fields]) -> None:
        """Compare the next image of the dataset."""
        source = source_of(image["file_name"])
        self.images[source, image["status"]] += 1
        if source == self._skipped:
            return
        expected = self._next()
        if expected is not None and expected[0]["file_name"] != image["file_name"]:
            self.differing.add(self._source)  # not all of its images are here
            expected = None
        if expected is None:
            self._begin(image["file_name"])
            expected = self._next()
        is_same = expected == [_without(image, "id"), *(_without(each, "id", "image_id") for each in people)]
        self._skipped = None if is_same else source
        if not is_same:
            self._expected = iter(())
            if self._source in self._origins:
                self.differing.add(self._source)

    def miscounted(self, counts: Mapping[str, Sequence[int]]) -> set[str]:
        """The sources that have other numbers of images than of frames in their results.

        Args:
            counts: frames, ok, empty and failed of each input; not all of them need be in the dataset.
        """
        expected: Counter[tuple[str, str]] = Counter()
        for name, (_, *numbers) in counts.items():
            for status, number in zip(get_args(Status), numbers, strict=True):
                expected[source_of(escape_name(name)), status] += number
        return {
            source
            for source in {source for source, _ in self.images}
            if any(self.images[source, status] != expected[source, status] for status in get_args(Status))
        }

    def _next(self) -> list[Fields] | None:
        try:
            return next(self._expected, None)
        except InputError:  # validation tells of it where it looks at the file itself
            return None

    def _begin(self, file_name: str) -> None:
        """Find the input that the image is the first one of; an image may be called as a video's frame."""
        for source in (source_of(file_name), file_name):
            if source in self._origins:
                self._source, self._expected = source, _frames(self._origins[source])
                first = self._next()
                if first is not None and first[0]["file_name"] == file_name:
                    self._expected = chain([first], self._expected)
                    return
        self._source, self._expected = source_of(file_name), iter(())


def _frames(origin: Path) -> Iterator[list[Fields]]:
    """An input's images, each followed by its annotations, without ids."""
    for texts in _texts(origin):
        yield [strict_json(text.encode()) for text in texts]


def _texts(origin: Path) -> Iterator[list[str]]:
    if origin.suffix == CocoEncoder.suffix:
        yield from read_part(origin)
        return
    with open_document(origin) as document:
        encoder = CocoEncoder(document.header)
        for result in document.frames():
            yield frame_objects(encoder.frame(result))


def _without(fields: Mapping[str, Any], *keys: str) -> Fields:
    return {key: value for key, value in fields.items() if key not in keys}
