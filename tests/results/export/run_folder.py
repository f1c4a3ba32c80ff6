"""A results folder whose inputs are real files: an image, two videos; and who is in them."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.results import Header
from movenet_cli.core.types import FrameResult, Pose
from movenet_cli.output.folder.fingerprint import fingerprint
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.records import Entry
from tests.output.formats.examples import Documents, image_header, multi_header, video_header, write_results
from tests.support.media import gradient, write_image, write_video

WIDTH, HEIGHT = 96, 64


def person(seed: int, **fields: object) -> Pose:
    """Somebody inside of the image; three keypoints are not seen, and one more lies outside."""
    random = np.random.default_rng(seed)
    points = random.uniform((10, 10), (WIDTH - 10, HEIGHT - 10), (17, 2))
    scores = random.uniform(0.4, 1.0, (17, 1))
    scores[[3, 8, 16]] = 0.1
    points[15] = (40.0, HEIGHT + 5.0)
    keypoints = np.concatenate([points, scores], axis=1).astype(np.float32)
    seen = keypoints[scores[:, 0] >= 0.3]
    box = (*map(float, seen[:, :2].min(axis=0)), *map(float, seen[:, :2].max(axis=0)))
    values = {"keypoints": keypoints, "score": float(scores.mean()), "box": box, **fields}
    return Pose(**values)  # type: ignore[arg-type]


def _sized(header: Header, media: str) -> Header:
    return replace(header, info=SourceInfo(media, WIDTH, HEIGHT, 0, 10.0, 6))  # type: ignore[arg-type]


RUN: Final[Documents] = [
    (
        replace(image_header("deep/one.png"), info=SourceInfo("image", WIDTH, HEIGHT)),
        [FrameResult(0, None, "ok", (person(1),))],
    ),
    (
        _sized(video_header("clips/a.mp4"), "video"),
        [
            FrameResult(0, 0.0, "ok", (person(2),)),
            FrameResult(
                1, 0.1, "empty", (replace(person(3), box=None, keypoints=np.zeros((17, 3), np.float32)),)
            ),
            FrameResult(2, 0.2, "failed", (), "frame could not be decoded"),
            FrameResult(5, 0.5, "ok", (person(4),)),
        ],
    ),
    (
        _sized(multi_header("many.mp4"), "video"),
        [
            FrameResult(0, 0.0, "ok", (person(5, id=1), person(6, id=2))),
            FrameResult(1, 0.1, "ok", (person(7, id=2),)),
            FrameResult(2, 0.2, "ok", (person(8, id=2), person(9, id=1))),
        ],
    ),
]
"""Headers and frames; those of the first video were not all asked for."""

SEEN: Final = [
    ("clips/a.mp4", 0, [2]),
    ("clips/a.mp4", 1, []),
    ("clips/a.mp4", 5, [4]),
    ("deep/one.png", 0, [1]),
    ("many.mp4", 0, [5, 6]),
    ("many.mp4", 1, [7]),
    ("many.mp4", 2, [8, 9]),
]
"""Input, frame, and the seeds of the people there: what a dataset holds, in its order."""


def write_run(root: Path) -> Path:
    """Write the inputs to `media` and their results, which is what is returned, to `out`."""
    write_image(root / "media/deep/one.png", gradient(seed=9))
    write_video(root / "media/clips/a.mp4", 6)
    write_video(root / "media/many.mp4", 3)
    write_results(root / "out", ["json"], RUN)
    journal = Journal(root / "out")
    for header, _ in RUN:
        path = root / "media" / header.source
        journal.add(Entry(header.source, fingerprint(path), "key", {}, {}, path=str(path)))
    journal.close()
    return root / "out"
