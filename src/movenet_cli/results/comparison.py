"""The comparison of a dataset with the results that it was made of.

Both are counted and hashed image by image, by their source: what there is of a video, or of an image. So
neither has to be in memory, and each is read once, in whatever order its inputs come.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from movenet_cli.core.results import Summary
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name
from movenet_cli.output.formats.coco import CocoEncoder, frame_objects
from movenet_cli.results.dataset import (
    CocoAnnotation,
    CocoImage,
    Images,
    parse_part_line,
    read_dataset_part,
    source_of,
)
from movenet_cli.results.reading import open_document


@dataclass(slots=True)
class Content:
    """What there is of one source, to be compared; the order of the images does not matter.

    Attributes:
        summary: counts of its images.
        digest: the sum of a hash of each image and its annotations.
    """

    summary: Summary = field(default_factory=Summary)
    digest: int = 0

    def add(self, image: CocoImage, people: Iterable[CocoAnnotation]) -> None:
        """Take in another image."""
        self.summary.count(image.status)
        self.digest += hash((image, *people))


def contents(images: Images) -> dict[str, Content]:
    """What there is of each source, by `source_of` its images' names."""
    found: dict[str, Content] = {}
    for image, people in images:
        found.setdefault(source_of(image.file_name), Content()).add(image, people)
    return found


def miscounted(found: Mapping[str, Content], counts: Mapping[str, Summary]) -> set[str]:
    """The sources that have other numbers of images in a dataset than of frames in their results.

    Args:
        found: what the dataset has.
        counts: what the results count, by the inputs' names; not all of them need be in the dataset.
    """
    expected: dict[str, Summary] = {}
    for name, summary in counts.items():
        source = source_of(escape_name(name))
        expected[source] = expected.get(source, Summary()) + summary
    return {source for source, content in found.items() if content.summary != expected.get(source)}


def differing_origins(
    found: Mapping[str, Content], origins: Mapping[str, Path], known: Container[str]
) -> dict[str, Path]:
    """The sources of which a dataset has something else than their results give, and one of these results.

    Nothing is said of sources that have no results.

    Args:
        found: what the dataset has.
        origins: each input's document, or its part of the dataset, by its name as it stands in documents.
        known: sources that need not be looked at.
    """
    digests: dict[str, int] = {}
    firsts: dict[str, Path] = {}
    for name, path in origins.items():
        source = source_of(name)  # an image may be called as a video's frame: both are one source here
        if source in found and source not in known:
            firsts.setdefault(source, path)
            digests[source] = digests.get(source, 0) + _digest(path)
    return {source: path for source, path in firsts.items() if digests[source] != found[source].digest}


def _digest(origin: Path) -> int:
    """What a dataset must have of an input."""
    try:
        images = read_dataset_part(origin) if origin.suffix == CocoEncoder.suffix else _as_images(origin)
        return sum(content.digest for content in contents(images).values())
    except InputError:  # it is reported where the file itself is checked
        return 0


def _as_images(document: Path) -> Images:
    with open_document(document) as opened:
        encoder = CocoEncoder(opened.header)
        for result in opened.frames():
            yield parse_part_line(frame_objects(encoder.frame(result)))
