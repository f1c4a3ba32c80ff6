"""Evaluates results against human annotations, on request side by side with other results."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from movenet_cli.errors import InputError
from movenet_cli.evaluation.coco_evaluator import CocoEvaluator
from movenet_cli.evaluation.ground_truth import AnnotatedImage, dominant_only, read_ground_truth
from movenet_cli.evaluation.keypoint_error import KeypointErrors, measure_keypoint_errors
from movenet_cli.evaluation.pairing import ImagePair, pair_images
from movenet_cli.evaluation.predictions import read_predictions
from movenet_cli.settings import DEFAULT_RESAMPLES, EvaluatedPeople

_SEED: Final = 20170405
_COVERAGE: Final = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """What to compare with, and how.

    Attributes:
        ground_truth: a COCO keypoint file.
        people: `all` people, or only images with one `dominant` person; see `dominant_only`.
        skip_missing: leave images without results out, instead of counting their people as missed.
        smoothed: take smoothed points where the results have them.
        resamples: samples of the images that the intervals are drawn from; 0 for no intervals.
    """

    ground_truth: Path
    people: EvaluatedPeople = "all"
    skip_missing: bool = False
    smoothed: bool = False
    resamples: int = DEFAULT_RESAMPLES


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure's 95 % bootstrap interval over the images."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one set of results.

    Attributes:
        results: where they are.
        images: annotated images that were compared.
        without_results: those of them for which there are none.
        metrics: COCO's AP and AR by OKS, see `METRICS`; None where no person has that size.
        ap_interval: of AP.
        keypoint_errors: PCK and distances.
    """

    results: str
    images: int
    without_results: int
    metrics: Mapping[str, float | None]
    ap_interval: Interval | None
    keypoint_errors: KeypointErrors


@dataclass(frozen=True, slots=True)
class Comparison:
    """Results beside a baseline, on the same images.

    Attributes:
        evaluation: figures of the results.
        baseline: figures of the other results; None when there are none.
        ap_difference: AP of the results less the baseline's; None without a baseline.
        difference_interval: 95 % bootstrap interval of that difference, both drawn from the same images.
    """

    evaluation: Evaluation
    baseline: Evaluation | None = None
    ap_difference: float | None = None
    difference_interval: Interval | None = None

    def as_json(self) -> dict[str, object]:
        """Plain JSON values."""
        return asdict(self)


def evaluate(options: EvaluationOptions, results: Path, baseline: Path | None = None) -> Comparison:
    """Measure the accuracy of the results, and of the baseline when there is one.

    Raises:
        InputError: when a file is missing or broken, or no annotated image has results.
        UsageError: when pycocotools is not installed.
    """
    images = read_ground_truth(options.ground_truth)
    if options.people == "dominant":
        images = dominant_only(images)
    if not _has_people(images):
        raise InputError(f"{options.ground_truth} has no annotated keypoints to compare with")
    paths = [results] if baseline is None else [results, baseline]
    pairs = _pairs(images, paths, options)
    evaluators = [CocoEvaluator(each) for each in pairs]
    sampled = [evaluator.sampled_ap(_samples(len(pairs[0]), options.resamples)) for evaluator in evaluators]
    first, *others = (
        _evaluation(*each) for each in zip(paths, pairs, evaluators, map(_interval, sampled), strict=True)
    )
    if not others:
        return Comparison(first)
    difference = (first.metrics["AP"] or 0.0) - (others[0].metrics["AP"] or 0.0)
    return Comparison(first, others[0], difference, _interval(sampled[0] - sampled[1]))


def _has_people(images: Sequence[AnnotatedImage]) -> bool:
    """Whether anybody has annotated keypoints."""
    return any(person.labelled and not person.crowd for image in images for person in image.people)


def _pairs(
    images: Sequence[AnnotatedImage], paths: Sequence[Path], options: EvaluationOptions
) -> list[list[ImagePair]]:
    """The same images for each set of results."""
    pairs = [pair_images(images, read_predictions(path, smoothed=options.smoothed)) for path in paths]
    if not options.skip_missing:
        return pairs
    both = [
        index for index in range(len(images)) if all(each[index].detections is not None for each in pairs)
    ]
    if not both:
        raise InputError(
            "results and baseline have no annotated image in common; evaluate without --skip-missing"
        )
    if not _has_people([images[index] for index in both]):
        raise InputError(
            "the images that have results have no annotated people; evaluate without --skip-missing"
        )
    return [[each[index] for index in both] for each in pairs]


def _samples(count: int, resamples: int) -> Iterator[npt.NDArray[np.int64]]:
    random = np.random.default_rng(_SEED)
    return (random.integers(count, size=count) for _ in range(resamples))


def _interval(sampled: npt.NDArray[np.float64]) -> Interval | None:
    if not len(sampled):
        return None
    low, high = np.percentile(sampled, _COVERAGE)
    return Interval(float(low), float(high))


def _evaluation(
    path: Path, pairs: Sequence[ImagePair], evaluator: CocoEvaluator, interval: Interval | None
) -> Evaluation:
    return Evaluation(
        results=str(path),
        images=len(pairs),
        without_results=sum(pair.detections is None for pair in pairs),
        metrics=evaluator.metrics(),
        ap_interval=interval,
        keypoint_errors=measure_keypoint_errors(pairs),
    )
