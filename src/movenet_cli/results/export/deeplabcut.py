"""A DeepLabCut project whose frames are labelled with the poses: `config.yaml` and `labeled-data/`.

A video's frames are a folder of `labeled-data`, and so are all images of one folder. The CSV files are those
that DeepLabCut's `convertcsv2h5` reads. A keypoint that does not reach the threshold is an empty cell; of
several people in one frame the first ones are the first individuals, whoever they are.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import ClassVar, Final

from movenet_cli.core.inputs import Media
from movenet_cli.core.skeleton import EDGES, KEYPOINT_NAMES
from movenet_cli.core.types import Size
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import escape_name
from movenet_cli.output.formats.csv import row_of, text_cell
from movenet_cli.results.export.interface import Export, ExportFrame, ExportInput

_SCORER: Final = "movenet"
_DATA: Final = "labeled-data"


class DeepLabCut(Export):
    """See above; the images belong into the same folders, which `--frames` with the project's place does."""

    default_place: ClassVar[str] = "deeplabcut"
    is_folder: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"frames"})

    def check(self, inputs: Sequence[ExportInput]) -> None:
        """Refuse inputs that would share a folder and are not images of one folder."""
        owners: dict[str, tuple[str, str]] = {}
        for each in inputs:
            whole = each.name if each.media == "video" else f"{PurePosixPath(each.name).parent}/"
            folder = _folder(each.name, each.media)
            owner, name = owners.setdefault(folder, (whole, each.name))
            if owner != whole:
                raise InputError(
                    f"{name} and {each.name} would share the folder {folder}: rename one of them"
                )

    def image_name(self, name: str, media: Media, index: int) -> str:
        """See `Export.image_name`."""
        image = PurePosixPath(name).name if media == "image" else f"img{index:06d}.jpg"
        return f"{_DATA}/{_folder(name, media)}/{image}"

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        people = max(1, *(each.most_people for each in inputs))
        sizes: dict[str, Size] = {}
        for each in inputs:
            folder = _folder(each.name, each.media)
            path = place / _DATA / folder / f"CollectedData_{_SCORER}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            with path.open("a", encoding="utf-8", newline="\n") as stream:
                if is_new:
                    stream.writelines(map(row_of, _head(people)))
                for frame in each.pictured():
                    name = self.image_name(each.name, each.media, frame.result.index)
                    sizes.setdefault(folder, frame.size)
                    stream.write(row_of([text_cell(escape_name(name)), *_cells(frame, people)]))
        (place / "config.yaml").write_text(_config(sizes, people), "utf-8")


def _folder(name: str, media: Media) -> str:
    """The folder of a video's frames, or of a folder's images."""
    whole = PurePosixPath(name)
    parts = whole.with_suffix("").parts if media == "video" else whole.parent.parts
    return "-".join(parts) or "images"


def _individuals(people: int) -> list[str]:
    return [f"person{number}" for number in range(1, people + 1)]


def _head(people: int) -> Iterator[list[str]]:
    """The rows that name the columns: one of `individuals` is among them where there are several people."""
    columns = [(who, name, axis) for who in _individuals(people) for name in KEYPOINT_NAMES for axis in "xy"]
    yield ["scorer"] + [_SCORER] * len(columns)
    if people > 1:
        yield ["individuals"] + [who for who, _, _ in columns]
    yield ["bodyparts"] + [name for _, name, _ in columns]
    yield ["coords"] + [axis for _, _, axis in columns]


def _cells(frame: ExportFrame, people: int) -> Iterator[float | None]:
    present = frame.people()
    for person in present:
        for (x, y, _), seen in zip(person.keypoints, person.seen, strict=True):
            yield from (x, y) if seen else (None, None)
    yield from [None] * (2 * len(KEYPOINT_NAMES) * (people - len(present)))


def _config(sizes: dict[str, Size], people: int) -> str:
    """The project's settings; text is written as JSON strings, which YAML reads."""
    names = json.dumps(KEYPOINT_NAMES)
    if people > 1:
        individuals = json.dumps(_individuals(people))
        parts = f"individuals: {individuals}\nmultianimalbodyparts: {names}\nuniquebodyparts: []\n"
        parts += "bodyparts: MULTI!"
    else:
        parts = f"bodyparts: {names}"
    videos = [
        f"  {json.dumps(f'videos/{escape_name(folder)}.mp4')}:\n    crop: 0, {width}, 0, {height}\n"
        for folder, (width, height) in sizes.items()
    ]
    return (
        f"Task: {_SCORER}\nscorer: {_SCORER}\ndate: Jan1\n"
        f"multianimalproject: {json.dumps(people > 1)}\nidentity: false\nproject_path: ''\n"
        "# Each names a folder of labeled-data; the videos themselves are needed only to take more frames.\n"
        f"video_sets:{' {}' if not videos else ''}\n{''.join(videos)}"
        f"{parts}\nskeleton: {json.dumps(EDGES)}\nskeleton_color: black\n"
        "start: 0\nstop: 1\nnumframes2pick: 20\npcutoff: 0.6\n"
        "dotsize: 8\nalphavalue: 0.7\ncolormap: rainbow\n"
        "TrainingFraction: [0.95]\niteration: 0\nsnapshotindex: -1\nbatch_size: 8\n"
        "cropping: false\nx1: 0\nx2: 640\ny1: 0\ny2: 480\n"
    )
