"""OpenPose's JSON, a file per frame, with the 18 points of its COCO model.

Our 17 points and a neck, halfway between the shoulders, with the lower of their scores. BODY_25 has feet and
hips of its own, which MoveNet does not find; it is not written.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from movenet_cli.core.skeleton import INDEX
from movenet_cli.io.json_text import json_line
from movenet_cli.results.export.interface import Export, ExportFrame, ExportInput

_SIDES: Final = ("right", "left")
_ORDER: Final = (
    *(f"{side}_{part}" for side in _SIDES for part in ("shoulder", "elbow", "wrist")),
    *(f"{side}_{part}" for side in _SIDES for part in ("hip", "knee", "ankle")),
    *(f"{side}_{part}" for part in ("eye", "ear") for side in _SIDES),
)
"""What follows nose and neck."""


class OpenPose(Export):
    """`NAME_keypoints.json` of an image, `NAME/NAME_000000000123_keypoints.json` of a video's frame.

    A frame without anybody has no people in its file, a failed one has no file. All points are there, with
    their scores.
    """

    default_place: ClassVar[str] = "openpose"
    is_folder: ClassVar[bool] = True

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        for each in inputs:
            last = each.name.rpartition("/")[2]
            for frame in each.pictured():
                inside = "" if each.media == "image" else f"/{last}_{frame.result.index:012d}"
                path = place / f"{each.name}{inside}_keypoints.json"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json_line({"version": 1.3, "people": _people(frame)}) + "\n", "utf-8")


def _people(frame: ExportFrame) -> list[dict[str, object]]:
    people = []
    for person in frame.people():
        points = {name: person.keypoints[index] for name, index in INDEX.items()}
        left, right = points["left_shoulder"], points["right_shoulder"]
        neck = (
            round((left[0] + right[0]) / 2, 3),
            round((left[1] + right[1]) / 2, 3),
            min(left[2], right[2]),
        )
        ordered = [points["nose"], neck, *(points[name] for name in _ORDER)]
        empty = (
            f"{part}_keypoints_{axes}"
            for axes in ("2d", "3d")
            for part in ("face", "hand_left", "hand_right")
        )
        people.append(
            {
                "person_id": [-1 if person.id is None else person.id],
                "pose_keypoints_2d": [number for point in ordered for number in point],
                **{name: [] for name in empty},
                "pose_keypoints_3d": [],
            }
        )
    return people
