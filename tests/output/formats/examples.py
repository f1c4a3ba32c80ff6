"""Headers and frame results that between them use everything the formats can hold."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.types import FrameResult, Pose, Size, Thresholds
from movenet_cli.io.atomic import AtomicFile
from movenet_cli.output.formats.coco import combine
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.output.formats.text_sink import TextSink
from movenet_cli.output.interface import Encoder

Documents = Sequence[tuple[Header, list[FrameResult]]]

AWKWARD_NAMES = (
    "plain.jpg",
    "a folder/with spaces.mp4",
    "ünï/文字.png",
    "new\nline.jpg",
    "comma, \"quotes\" and 'more'.jpg",
    "bytes-\udcff\udc80.jpg",
    r"back\slash\xff.jpg",
    "=cmd|' /C calc'!A0.jpg",
    "@SUM(1+1).jpg",
    "-1+2.jpg",
    "'=quoted.jpg",
    "\ttab.jpg",
    "\rreturn.jpg",
    "separators\u2028\u2029\x85\x0b\x0c\x1c.jpg",
    "#000001.jpg",
    "x" * 240,
)

MODEL = ModelInfo("thunder", "single", Size(256, 256), "5a" * 32, "litert")
MULTI = ModelInfo("multipose", "multi", None, "6b" * 32, "tensorflow")


def video_header(source: str = "clips/a.mp4", **options: object) -> Header:
    info = SourceInfo("video", 1920, 1080, 90, 30000 / 1001, 300)
    settings = {"crop": "follow", "min_score": 0.3, "fps": 15.0, **options}
    return Header(source, info, MODEL, Size(256, 256), settings, Thresholds(0.3))


def image_header(source: str = "a.jpg") -> Header:
    info = SourceInfo("image", 640, 480)
    return Header(source, info, MODEL, Size(256, 256), {"crop": "none", "min_score": 0.3}, Thresholds(0.3))


def multi_header(source: str = "clips/many.mp4") -> Header:
    header = video_header(source)
    return replace(
        header, model=MULTI, input_size=Size(256, 160), options={"max_people": 6, "min_score": 0.3}
    )


def pose(seed: int = 0, low: float = 0.0, high: float = 1.0, **fields: object) -> Pose:
    """A person with positions that reach over the image's edges."""
    random = np.random.default_rng(seed)
    points = random.uniform(-50, 2000, (17, 2))
    scores = random.uniform(low, high, (17, 1))
    keypoints = np.concatenate([points, scores], axis=1).astype(np.float32)
    box = (float(points[:, 0].min()), float(points[:, 1].min()), *(float(v) for v in points.max(axis=0)))
    values = {"keypoints": keypoints, "score": float(scores.mean()), "box": box, **fields}
    return Pose(**values)  # type: ignore[arg-type]


def video_results() -> list[FrameResult]:
    """Seen; nobody, with the model's pose; failed; after a gap in time somebody else, in another size."""
    return [
        FrameResult(0, 0.0, "ok", (pose(1),)),
        FrameResult(1, 1001 / 30000, "empty", (pose(2, high=0.2, box=None),)),
        FrameResult(2, 2002 / 30000, "failed", (), "frame could not be decoded: \udce9 \n line"),
        FrameResult(120, 4.004, "ok", (pose(3, low=0.5, restarted=True),), size=Size(320, 240)),
    ]


def multi_results() -> list[FrameResult]:
    smoothed = np.linspace(-1, 1000, 34, dtype=np.float32).reshape(17, 2)
    return [
        FrameResult(0, 0.0, "ok", (pose(4, id=1), pose(5, id=2, smoothed=smoothed), pose(6, id=7))),
        FrameResult(1, 0.04, "empty", ()),
    ]


def image_results() -> list[FrameResult]:
    return [FrameResult(0, None, "ok", (pose(7),))]


DOCUMENTS: Documents = (
    (image_header(), image_results()),
    (video_header(), video_results()),
    (multi_header(), multi_results()),
    (video_header("none.mp4"), []),
)


def summary_of(results: Sequence[FrameResult]) -> Summary:
    summary = Summary()
    for result in results:
        summary.add(result)
    return summary


def encoded(encoder: Encoder, results: Sequence[FrameResult]) -> str:
    frames = [encoder.frame(result) for result in results]
    return encoder.begin() + "".join(frames) + encoder.end(summary_of(results))


def write_results(
    root: Path, formats: Sequence[str], documents: Sequence[tuple[Header, list[FrameResult]]]
) -> None:
    """A results folder's files, as `annotate` writes them."""
    root.mkdir(exist_ok=True)
    for header, results in documents:
        for name in formats:
            sink = TextSink(FORMATS[name].encoder(header), FORMATS[name].path(root, header.source), root)
            for result in results:
                sink.write(None, result)  # type: ignore[arg-type]
            sink.close(summary_of(results))


def write_dataset(parts: Sequence[Path], out: Path) -> None:
    """The dataset that is made of the inputs' parts."""
    with AtomicFile(out, of_input=False) as file:
        combine(lambda: parts, file)
