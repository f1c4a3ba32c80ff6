"""A dataset for Ultralytics YOLO-pose: a text file of labels per image, and `data.yaml`.

A label's line is `0 x y width height`, then `x y v` for each of the 17 keypoints, all but v as shares of the
image's sides. Ultralytics drops a whole file when one number lies outside of the image; so a box ends at the
edges, and a keypoint outside, or one that does not reach the threshold, is `0 0 0`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from movenet_cli.core.skeleton import FLIP_PAIRS, KEYPOINT_COUNT, KEYPOINT_NAMES
from movenet_cli.core.types import Size
from movenet_cli.errors import InputError
from movenet_cli.results.export.interface import Export, ExportInput, Person

_MIRROR: Final = dict(FLIP_PAIRS) | {right: left for left, right in FLIP_PAIRS}

_DATA: Final = f"""\
# Poses found by MoveNet. The images belong into images/; choose others for val before you trust its figures.
train: images
val: images
kpt_shape: [{KEYPOINT_COUNT}, 3]
flip_idx: [{", ".join(str(_MIRROR.get(index, index)) for index in range(KEYPOINT_COUNT))}]
names:
  0: person
kpt_names:
  0: [{", ".join(KEYPOINT_NAMES)}]
"""


class YoloPose(Export):
    """`data.yaml` and `labels/`; an image without anybody has an empty file, a failed frame has none."""

    default_place: ClassVar[str] = "yolo-pose"
    is_folder: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"frames"})

    def check(self, inputs: Sequence[ExportInput]) -> None:
        """Refuse images that Ultralytics would give the same labels."""
        owners: dict[str, str] = {}
        for each in inputs:
            owner = owners.setdefault(_label_name(each.name), each.name)
            if owner != each.name and each.media == "image":
                raise InputError(
                    f"{owner} and {each.name} would share one file of labels, since YOLO leaves the suffix "
                    "out: rename one of them, or choose frames with --only"
                )

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        for each in inputs:
            for frame in each.pictured():
                path = place / _label_name(self.image_name(each.name, each.media, frame.result.index))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("".join(_line(person, frame.size) for person in frame.people()), "ascii")
        (place / "data.yaml").write_text(_DATA, "ascii")


def _label_name(image: str) -> str:
    """Where Ultralytics looks for an image's labels: the last `images` of the path becomes `labels`."""
    folder, _, name = f"/images/{image}".rpartition("/images/")
    stem = name.rpartition(".")[0] or name
    return f"{folder}/labels/{stem}.txt".removeprefix("/")


def _line(person: Person, size: Size) -> str:
    width, height = size
    x0, y0, x1, y1 = person.box
    box = ((x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height)
    numbers = [f"{value:.6f}" for value in box]
    for (x, y, _), seen in zip(person.keypoints, person.seen, strict=True):
        if seen and 0 <= x <= width and 0 <= y <= height:
            numbers += [f"{x / width:.6f}", f"{y / height:.6f}", "2"]
        else:
            numbers += ["0", "0", "0"]
    return " ".join(["0", *numbers]) + "\n"
