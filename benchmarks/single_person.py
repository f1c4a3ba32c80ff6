"""Images of one person and of nobody in; what each step of `careful` is worth, and when a pose is a person.

python -m benchmarks.single_person --model MODEL --people FOLDER COCO.json [--people …] --nobody FOLDER LIST…

LIST is a text file with a file name a line, such as `benchmarks/nobody.txt`, which are COCO images; or a COCO
file, of which the images without any annotation are taken.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.people import open_frame
from benchmarks.tables import RESAMPLES, SEEN, RememberingRunner, interval, looks_of, number, size_of, table
from movenet_cli.core.types import Frame, Pose, Size, Thresholds
from movenet_cli.evaluation.coco_evaluator import CocoEvaluator
from movenet_cli.evaluation.ground_truth import AnnotatedImage, read_ground_truth
from movenet_cli.evaluation.pairing import ImagePair
from movenet_cli.evaluation.predictions import Detection
from movenet_cli.inference.careful import ZOOMS, consensus
from movenet_cli.inference.crops import Square, around_keypoints
from movenet_cli.inference.refine import Refine, RefineSettings
from movenet_cli.inference.single_pass import single_pass, whole_views
from movenet_cli.models.interface import Model, Runner
from movenet_cli.models.load import load_model
from movenet_cli.models.model_file import model_at
from movenet_cli.settings import Settings

KEYPOINTS = 5
"""Somebody with fewer annotated keypoints is hardly there."""

Way = Callable[[Frame], Pose]


class Passes:
    """Single inferences over an image, to put together at will; none is made twice."""

    def __init__(self, model: Model) -> None:
        self.size: Size = size_of(model)
        self.runner: Runner = RememberingRunner(model.runner())

    def whole(self, frame: Frame) -> Pose:
        """The whole image."""
        return single_pass([frame], whole_views([frame], self.size), self.runner, SEEN)[0]

    def around(
        self, frame: Frame, pose: Pose, zooms: Sequence[float], mirrored: Sequence[bool]
    ) -> list[Pose]:
        """Crops around a pose, `zooms` times as large as that of `refine`."""
        found = []
        square = around_keypoints(pose.keypoints, RefineSettings().threshold, RefineSettings().margin)
        for zoom in zooms if square is not None else ():
            view = Square(square.centre, square.side * zoom).view(frame.image, self.size)
            for side in mirrored if view is not None else ():
                found += single_pass([frame], [view], self.runner, SEEN, mirrored=side)
        return found


def averaged(poses: Sequence[Pose]) -> Pose:
    """Points averaged by squared score, scores averaged: what the consensus is measured against."""
    rows = np.stack([pose.keypoints for pose in poses])
    weights = rows[:, :, 2:] ** 2 + 1e-9
    points = (rows[:, :, :2] * weights).sum(axis=0) / weights.sum(axis=0)
    keypoints = np.concatenate([points, rows[:, :, 2:].mean(axis=0)], axis=1)
    return Pose(keypoints, float(keypoints[:, 2].mean()), None)


def steps(passes: Passes) -> dict[str, tuple[int, Way]]:
    """Name → inferences, and the way from an image to a pose; each adds one step to those before it."""
    both, whole = (False, True), passes.whole

    def second(frame: Frame) -> Pose:
        first = whole(frame)
        return next(iter(passes.around(frame, first, [1.0], [False])), first)

    def crops(frame: Frame, start: Pose, zooms: Sequence[float]) -> list[Pose]:
        return passes.around(frame, start, zooms, both) or [start]

    def all_eight(frame: Frame) -> Pose:
        first, close = whole(frame), second(frame)
        return consensus([first, close, *passes.around(frame, close, ZOOMS, both)], SEEN)

    return {
        "the whole image (`none`)": (1, whole),
        "a second pass around the person (`refine`)": (2, second),
        "that one mirrored, too; averaged by squared score": (
            3,
            lambda frame: averaged(crops(frame, whole(frame), [1.0])),
        ),
        "crops of three sizes, each mirrored, too": (
            7,
            lambda frame: averaged(crops(frame, whole(frame), ZOOMS)),
        ),
        "the consensus of the six": (7, lambda frame: consensus(crops(frame, whole(frame), ZOOMS), SEEN)),
        "the six around the person of the second pass": (
            8,
            lambda frame: consensus(crops(frame, second(frame), ZOOMS), SEEN),
        ),
        "the consensus of all eight (`careful`)": (8, all_eight),
    }


def main() -> None:
    """Measure and print."""
    options = _options()
    model = load_model(model_at(options.model), runtime="auto", device="cpu", batch_size=1)
    sets = {
        Path(folder).parent.name: [
            (open_frame(Path(folder), image.name), image)
            for image in read_ground_truth(Path(truth))
            if len(image.people) == 1 and image.people[0].labelled
        ]
        for folder, truth in options.people
    }
    empty = [
        open_frame(Path(folder), name)
        for folder, names in options.nobody
        for name in image_names(Path(names))
    ]
    print(f"{options.model.name}, {model.info.runtime}; nobody: {len(empty)} images")
    _steps(model, sets)
    _refine_settings(model, sets)
    _presence(model, [pair for each in sets.values() for pair in each], empty)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.single_person", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="single-pose: .tflite or SavedModel")
    parser.add_argument("--people", nargs=2, action="append", required=True, metavar=("FOLDER", "COCO.json"))
    parser.add_argument("--nobody", nargs=2, action="append", default=[], metavar=("FOLDER", "LIST"))
    return parser.parse_args()


def image_names(path: Path) -> list[str]:
    """The images of nobody that a list names; see above."""
    if path.suffix == ".json":
        return [image.name for image in read_ground_truth(path) if not image.people]
    return path.read_text().split()


Labelled = Sequence[tuple[Frame, AnnotatedImage]]


def _evaluator(way: Way, images: Labelled) -> CocoEvaluator:
    pairs = []
    for frame, image in images:
        pose = way(frame)
        pairs.append(ImagePair(image, (Detection(pose.keypoints[:, :2], pose.score),)))
    return CocoEvaluator(pairs)


def _samples(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    return [random.integers(count, size=count) for _ in range(RESAMPLES)]


def _steps(model: Model, sets: dict[str, Labelled]) -> None:
    passes, everyone = Passes(model), [pair for each in sets.values() for pair in each]
    rows, before = [], None
    for name, (inferences, way) in steps(passes).items():
        each = [number(_evaluator(way, images).metrics()["AP"]) for images in sets.values()]
        evaluator = _evaluator(way, everyone)
        sampled = evaluator.sampled_ap(_samples(len(everyone)))
        gain = "" if before is None else interval(sampled - before, "+.3f")
        rows.append(
            [name, str(inferences), *each, number(evaluator.metrics()["AP"]), interval(sampled), gain]
        )
        before = sampled
    counts = [f"{name} (n = {len(images)})" for name, images in sets.items()]
    headings = ["each step in addition", "inferences", *counts, f"all (n = {len(everyone)})"]
    table("AP of every pose", [*headings, "95 %", "95 % of the step"], rows)


def _refine_settings(model: Model, sets: dict[str, Labelled]) -> None:
    passes, everyone = Passes(model), [pair for each in sets.values() for pair in each]
    base = RefineSettings()
    variants = [RefineSettings(margin=each) for each in (1.1, 1.25, 1.5, 1.6)]
    variants += [RefineSettings(threshold=each) for each in (0.05, 0.15, 0.2)]

    def way(settings: RefineSettings) -> Way:
        refine = Refine(passes.size, SEEN, settings)
        return lambda frame: refine.estimate([frame], [passes.runner])[0][0]

    evaluators = [_evaluator(way(each), everyone) for each in (base, *variants)]
    sampled = [each.sampled_ap(_samples(len(everyone))) for each in evaluators]
    rows = [
        [
            f"threshold {settings.threshold:g}, margin {settings.margin:g}",
            number(evaluator.metrics()["AP"]),
            interval(ap - sampled[0], "+.3f"),
        ]
        for settings, evaluator, ap in zip((base, *variants), evaluators, sampled, strict=True)
    ]
    table("Settings of refine", ["settings", "AP", "95 % of the difference"], rows)


def _presence(model: Model, people: Labelled, empty: Sequence[Frame]) -> None:
    rows, usual = [], Settings()
    for crop in ("none", "refine", "careful"):
        estimator, runner = looks_of(model)[crop](), RememberingRunner(model.runner())
        visible = [frame for frame, image in people if image.people[0].labelled >= KEYPOINTS]
        groups = [
            [estimator.estimate([frame], [runner])[0][0] for frame in group]
            for group in (visible, [frame for frame, _ in people], empty)
        ]
        for count in (1, 2, 3, 4, 5, 7):
            for score in (0.0, usual.min_pose_score, 0.25):
                thresholds = Thresholds(SEEN, count, score)
                shares = [f"{np.mean([thresholds.is_person(pose) for pose in each]):.3f}" for each in groups]
                rows.append([crop, str(count), f"{score:g}", *shares])
    headings = ["--crop", "--min-keypoints", "--min-pose-score", f"people, {KEYPOINTS} keypoints annotated"]
    table("Share of images with status `ok`", [*headings, "all people", "nobody"], rows)


if __name__ == "__main__":
    main()
