"""``python -m training.synthesis.shoot``: CC0 bodies go in, sample pictures and a clip come out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthesis.cast import Company
from training.synthesis.indoors import CLIP_FRAMES, CLIP_RATE, call, clip_frame, gym, portrait
from training.synthesis.keypoints import KEYPOINTS, find_landmarks
from training.synthesis.library import load_library
from training.synthesis.outdoors import beach, park, terrace
from training.synthesis.photograph import Truth, take
from training.synthesis.street import street
from training.synthesis.studio import Studio

SKELETON = (
    *((16, 14), (14, 12), (17, 15), (15, 13), (12, 13), (6, 12), (7, 13), (6, 7), (6, 8), (7, 9)),
    *((8, 10), (9, 11), (2, 3), (1, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7)),
)
PICTURES = (portrait, gym, park, street, terrace, beach, call)
_CLIP_KEY = 1000
_JPEG_QUALITY = 90


class GroundTruth:
    """COCO's keypoint annotations, growing picture by picture.

    Coordinates count from the top-left pixel's corner.
    """

    def __init__(self) -> None:
        """Begin without pictures."""
        self.images: list[dict[str, Any]] = []
        self.annotations: list[dict[str, Any]] = []

    def add(self, name: str, size: tuple[int, int], truths: Sequence[Truth]) -> None:
        """Note a picture of ``size`` (height, width) and its people."""
        identity = len(self.images) + 1
        self.images.append({"id": identity, "file_name": name, "width": size[1], "height": size[0]})
        for truth in truths:
            flat = [round(float(value), 2) for value in truth.keypoints.ravel()]
            flat[2::3] = [int(flag) for flag in truth.keypoints[:, 2]]
            self.annotations.append(
                {
                    "id": len(self.annotations) + 1,
                    "image_id": identity,
                    "category_id": 1,
                    "keypoints": flat,
                    "num_keypoints": int((truth.keypoints[:, 2] > 0).sum()),
                    "bbox": [round(float(value), 2) for value in truth.box],
                    "area": round(truth.area, 1),
                    "iscrowd": 0,
                }
            )

    def write(self, path: Path) -> None:
        """Save as JSON, a line for each picture and person."""
        category = {
            "id": 1,
            "name": "person",
            "supercategory": "person",
            "keypoints": KEYPOINTS,
            "skeleton": SKELETON,
        }
        parts = {"images": self.images, "annotations": self.annotations, "categories": [category]}
        lists = [f'"{name}": [\n{_lines(rows)}\n]' for name, rows in parts.items()]
        path.write_text("{\n" + ",\n".join(lists) + "\n}\n", encoding="utf-8")


def _lines(rows: Sequence[dict[str, Any]]) -> str:
    return ",\n".join(json.dumps(row) for row in rows)


def write_clip(path: Path, frames: Iterator[NDArray[np.uint8]], size: tuple[int, int]) -> None:
    """Encode RGB frames (H, W, 3) as H.264."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=CLIP_RATE, options={"crf": "21", "preset": "slow"})
        stream.height, stream.width = size
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, CLIP_RATE)
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))


def shoot(bodies: Path, out: Path, detail: int, factor: int) -> None:
    """Take all pictures and the clip; ``detail`` and ``factor`` as in ``Studio`` and ``take``."""
    library = load_library(bodies)
    company = Company(library, find_landmarks(library))
    truth = GroundTruth()
    for number, picture_of in enumerate(PICTURES):
        shot = picture_of(Studio(detail))
        picture, truths = take(shot, company, factor, 10 * number)
        bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
        if not cv2.imwrite(str(out / shot.name), bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]):
            raise OSError(f"{out / shot.name} could not be written")
        truth.add(shot.name, shot.size, truths)
        print(out / shot.name, flush=True)
    studio = Studio(max(1, detail - 1))

    def frames() -> Iterator[NDArray[np.uint8]]:
        for number in range(CLIP_FRAMES):
            shot = clip_frame(studio, number)
            picture, truths = take(shot, company, min(factor, 2), _CLIP_KEY)
            truth.add(f"{shot.name}#{number:06d}", shot.size, truths)
            yield picture

    clip = clip_frame(studio, 0)
    write_clip(out / clip.name, frames(), clip.size)
    print(out / clip.name)
    truth.write(out / "ground-truth.json")


def main() -> int:
    """Take the pictures; 2 when the folder of bodies is not one."""
    options = argparse.ArgumentParser(
        prog="python -m training.synthesis.shoot", description="Render the sample pictures."
    )
    options.add_argument("--bodies", type=Path, required=True, help="folder of MakeHuman's CC0 bodies")
    options.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    options.add_argument(
        "--draft", action="store_true", help="fewer lights and no supersampling, for a first look"
    )
    settings = options.parse_args()
    if not (settings.bodies / "base.obj").is_file():
        print(
            f"{settings.bodies} holds no base.obj: give the folder of MakeHuman's CC0 bodies", file=sys.stderr
        )
        return 2
    settings.out.mkdir(parents=True, exist_ok=True)
    shoot(settings.bodies, settings.out, *((1, 1) if settings.draft else (3, 3)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
