"""Reproduce every figure of docs/accuracy.md: a model, labelled images and videos in, tables out.

python -m benchmarks.accuracy --model MODEL --images FOLDER --annotations COCO.json --videos FILE...
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.clips import measure_empty_clips, measure_video
from benchmarks.people import open_frame
from benchmarks.standin import StandInDetector
from benchmarks.tables import SEEN, interval, looks_of, number, samples, size_of, table
from movenet_cli.core.types import Pose
from movenet_cli.evaluation.coco_evaluator import CocoEvaluator
from movenet_cli.evaluation.ground_truth import AnnotatedImage, dominant_only, read_ground_truth
from movenet_cli.evaluation.keypoint_error import measure_keypoint_errors
from movenet_cli.evaluation.pairing import ImagePair
from movenet_cli.evaluation.predictions import Detection
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.refine import Refine
from movenet_cli.inference.top_down import TopDown, TopDownSettings
from movenet_cli.models.interface import Model, Runner
from movenet_cli.models.load import load_model
from movenet_cli.models.model_file import model_at


def main() -> None:
    """Measure and print."""
    options = _options()
    model = load_model(model_at(options.model), runtime="auto", device="cpu", batch_size=1)
    images = read_ground_truth(options.annotations)
    print(f"{options.model.name}, {model.info.runtime}, input {model.info.input_size}")
    _images(model, options.images, images)
    _nobody(model, options.images, images)
    measure_empty_clips(model, options.images, images)
    _top_down(model, options.images, images)
    for path in options.videos:
        measure_video(model, path)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument(
        "--model", type=Path, required=True, help="a single-pose model: .tflite or SavedModel"
    )
    parser.add_argument("--images", type=Path, required=True, help="folder of the annotated images")
    parser.add_argument("--annotations", type=Path, required=True, help="COCO keypoint file")
    parser.add_argument("--videos", type=Path, nargs="*", default=[], help="videos of one standing person")
    return parser.parse_args()


def _detections(poses: Sequence[Pose]) -> tuple[Detection, ...]:
    return tuple(Detection(pose.keypoints[:, :2], pose.score) for pose in poses if pose.is_seen(SEEN))


def _pairs(
    estimator: Estimator, runners: Sequence[Runner], folder: Path, images: Sequence[AnnotatedImage]
) -> list[ImagePair]:
    pairs = []
    for index, image in enumerate(images):
        frame = replace(open_frame(folder, image.name), index=index)
        pairs.append(ImagePair(image, _detections(estimator.estimate([frame], runners)[0])))
    return pairs


def _images(model: Model, folder: Path, images: list[AnnotatedImage]) -> None:
    sets = {
        "one dominant person": dominant_only(images),
        "the largest person, whoever stands beside": dominant_only(images, ratio=1.0),
        "all people of all images": images,
    }
    rows = []
    for title, chosen in sets.items():
        first: np.ndarray | None = None
        for crop in ("none", "refine", "careful"):
            pairs = _pairs(looks_of(model)[crop](), [model.runner()], folder, chosen)
            evaluator, keypoint_errors = CocoEvaluator(pairs), measure_keypoint_errors(pairs)
            metrics, sampled = evaluator.metrics(), evaluator.sampled_ap(samples(len(pairs)))
            first = sampled if first is None else first
            gain = interval(sampled - first, "+.2f") if crop != "none" else ""
            figures = [number(metrics[name]) for name in ("AP", "AP50", "AP75", "AR")]
            name = f"{title} (n = {keypoint_errors.people})"
            rows.append([name, crop, *figures, number(keypoint_errors.pck_box), interval(sampled), gain])
    headings = [
        "images",
        "--crop",
        "AP",
        "AP50",
        "AP75",
        "AR",
        "PCK 0.1 of box",
        "95 % of AP",
        "95 % of gain",
    ]
    table("Images, as `movenet evaluate` counts", headings, rows)


def _nobody(model: Model, folder: Path, images: list[AnnotatedImage]) -> None:
    empty = [image for image in images if not image.people]
    people = [image for image in images if any(each.labelled >= 5 for each in image.people)]
    rows = []
    for crop in ("none", "refine", "careful"):
        row = [crop]
        for chosen in (empty, people):
            pairs = _pairs(looks_of(model)[crop](), [model.runner()], folder, chosen)
            row.append(f"{sum(bool(pair.detections) for pair in pairs)} of {len(pairs)}")
        rows.append(row)
    table("Images with status `ok`", ["--crop", "of those without people", "of those with people"], rows)


def _top_down(model: Model, folder: Path, images: list[AnnotatedImage]) -> None:
    size, runners = size_of(model), [model.runner(), model.runner()]
    believe_all = TopDownSettings(same=float("inf"), inside=0.0)
    people = {index: image.people for index, image in enumerate(images)}
    rows = []

    def add(title: str, estimator: Estimator) -> None:
        metrics = CocoEvaluator(_pairs(estimator, runners, folder, images)).metrics()
        rows.append([title, *[number(metrics[name]) for name in ("AP", "AP50", "AP75", "AR")]])

    add("no detector, `--crop refine`", Refine(size, SEEN))
    add("true boxes, redone", TopDown(StandInDetector(people, None), size, SEEN))
    for error in (0.6, 0.8):
        detector = StandInDetector(people, error)
        add(f"keypoints off by {error:g}, alone", detector)
        add(
            f"keypoints off by {error:g}, redone, every crop believed",
            TopDown(detector, size, SEEN, believe_all),
        )
        add(f"keypoints off by {error:g}, redone", TopDown(detector, size, SEEN))
    table("Top-down with a stand-in detector", ["people", "AP", "AP50", "AP75", "AR"], rows)


if __name__ == "__main__":
    main()
