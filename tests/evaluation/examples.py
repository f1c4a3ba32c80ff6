"""Annotations and results written on the spot: people, files, folders."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.core.types import FloatArray, FrameResult, Pose, Size, Status, Thresholds
from movenet_cli.output.formats.registry import FORMATS
from tests.inference.dots import body


def annotation(
    points: FloatArray, *, labelled: int = 17, area: float | None = None, crowd: int = 0
) -> dict[str, object]:
    """A person whose first `labelled` keypoints are annotated."""
    visible = np.where(np.arange(17) < labelled, 2, 0)[:, None]
    rows = np.where(visible > 0, np.concatenate([points, visible], axis=1), 0)
    (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return {
        "category_id": 1,
        "keypoints": rows.ravel().tolist(),
        "num_keypoints": labelled,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "area": (x1 - x0) * (y1 - y0) if area is None else area,
        "iscrowd": crowd,
    }


def write_truth(path: Path, images: Mapping[str, Sequence[dict[str, object]]]) -> Path:
    """A COCO file with these images; ids count from 11."""
    numbered = list(enumerate(images.items(), 11))
    people = [(image, person) for image, (_, found) in numbered for person in found]
    document = {
        "images": [
            {"id": number, "file_name": name, "width": 640, "height": 480} for number, (name, _) in numbered
        ],
        "annotations": [
            {"id": key, "image_id": image, **person} for key, (image, person) in enumerate(people, 1)
        ],
        "categories": [{"id": 1, "name": "person", "keypoints": list(KEYPOINT_NAMES)}],
    }
    path.write_text(json.dumps(document))
    return path


def pose(points: FloatArray, score: float = 0.8, smoothed: FloatArray | None = None) -> Pose:
    keypoints = np.concatenate([points, np.full((17, 1), score)], axis=1).astype(np.float32)
    (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return Pose(keypoints, score, (x0, y0, x1, y1), smoothed=smoothed)


def write_results(
    folder: Path,
    name: str,
    frames: Sequence[Sequence[Pose] | None],
    *,
    video: bool = False,
    form: str = "json",
) -> Path:
    """One input's document in a results folder; None is a frame that failed."""
    info = SourceInfo("video" if video else "image", 640, 480, 0, 10.0 if video else None)
    model = ModelInfo("blob", "single", Size(96, 96), "0" * 64, "litert")
    encoder = FORMATS[form].encoder(
        Header(name, info, model, Size(96, 96), {"crop": "none", "min_score": 0.3}, Thresholds(0.3))
    )
    summary, text = Summary(), [encoder.begin()]
    for index, people in enumerate(frames):
        result = _result(index, index / 10 if video else None, people)
        summary.add(result)
        text.append(encoder.frame(result))
    path = FORMATS[form].path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join([*text, encoder.end(summary)]))
    return folder


def _result(index: int, time: float | None, people: Sequence[Pose] | None) -> FrameResult:
    if people is None:
        return FrameResult(index, time, "failed", (), "broken")
    status: Status = "ok" if any(each.is_seen(0.3) for each in people) else "empty"
    return FrameResult(index, time, status, tuple(people))


STANDING = body(100, 100, 200)
"""A person of 88 × 180 pixels."""
