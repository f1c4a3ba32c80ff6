"""Results and human annotations in, every accuracy figure out, on demand beside other results' figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from movenet_cli.errors import InputError
from movenet_cli.evaluation.coco_evaluator import PrecisionMeter
from movenet_cli.evaluation.ground_truth import TruthPicture, dominant_only, read_truth
from movenet_cli.evaluation.keypoint_error import Placement, measure_placement
from movenet_cli.evaluation.pairing import PicturePair, pair_pictures
from movenet_cli.evaluation.predictions import read_predictions
from movenet_cli.settings import DEFAULT_RESAMPLES, JudgedPeople

_SEED: Final = 20170405
_COVERAGE: Final = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        ground_truth: a COCO keypoint file.
        people: `all` people, or only pictures with one `dominant` person; see `dominant_only`.
        skip_missing: leave pictures without results out, instead of counting their people as missed.
        smoothed: take smoothed points where the results have them.
        resamples: samples of the pictures that the intervals are drawn from; 0 for no intervals.
    """

    ground_truth: Path
    people: JudgedPeople = "all"
    skip_missing: bool = False
    smoothed: bool = False
    resamples: int = DEFAULT_RESAMPLES


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure's 95 % bootstrap interval over the pictures."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one set of results.

    Attributes:
        results: where they are.
        pictures: annotated pictures that were asked about.
        without_results: those of them for which there are none.
        metrics: COCO's AP and AR by OKS, see `METRICS`; None where there is nobody of that size.
        ap_interval: of AP.
        placement: PCK and errors.
    """

    results: str
    pictures: int
    without_results: int
    metrics: Mapping[str, float | None]
    ap_interval: Interval | None
    placement: Placement


@dataclass(frozen=True, slots=True)
class Comparison:
    """Results beside a baseline, on the same pictures.

    Attributes:
        evaluation: figures of the results.
        baseline: figures of the other results; None when there are none.
        ap_difference: AP of the results less the baseline's; None without a baseline.
        difference_interval: 95 % bootstrap interval of that difference, both drawn from the same pictures.
    """

    evaluation: Evaluation
    baseline: Evaluation | None = None
    ap_difference: float | None = None
    difference_interval: Interval | None = None

    def as_json(self) -> dict[str, object]:
        """Plain JSON values."""
        return asdict(self)


def evaluate(question: Question, results: Path, baseline: Path | None = None) -> Comparison:
    """Answer the question for the results, and for the baseline when there is one.

    Raises:
        InputError: when a file is missing or broken, or no annotated picture has results.
        UsageError: when pycocotools is not installed.
    """
    pictures = read_truth(question.ground_truth)
    if question.people == "dominant":
        pictures = dominant_only(pictures)
    if not _anybody(pictures):
        raise InputError(f"{question.ground_truth} has no annotated keypoints to compare with")
    paths = [results] if baseline is None else [results, baseline]
    pairs = _pairs(pictures, paths, question)
    meters = [PrecisionMeter(each) for each in pairs]
    sampled = [meter.sampled_ap(_samples(len(pairs[0]), question.resamples)) for meter in meters]
    first, *others = (
        _evaluation(*each) for each in zip(paths, pairs, meters, map(_interval, sampled), strict=True)
    )
    if not others:
        return Comparison(first)
    difference = (first.metrics["AP"] or 0.0) - (others[0].metrics["AP"] or 0.0)
    return Comparison(first, others[0], difference, _interval(sampled[0] - sampled[1]))


def _anybody(pictures: Sequence[TruthPicture]) -> bool:
    """Whether there is a person to look for."""
    return any(person.labelled and not person.crowd for picture in pictures for person in picture.people)


def _pairs(
    pictures: Sequence[TruthPicture], paths: Sequence[Path], question: Question
) -> list[list[PicturePair]]:
    """The same pictures for each set of results."""
    pairs = [pair_pictures(pictures, read_predictions(path, smoothed=question.smoothed)) for path in paths]
    if not question.skip_missing:
        return pairs
    both = [index for index in range(len(pictures)) if all(each[index].found is not None for each in pairs)]
    if not both:
        raise InputError("no annotated picture has results of both; evaluate them without --skip-missing")
    if not _anybody([pictures[index] for index in both]):
        raise InputError(
            "nobody is annotated in the pictures that have results; evaluate them without --skip-missing"
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
    path: Path, pairs: Sequence[PicturePair], meter: PrecisionMeter, interval: Interval | None
) -> Evaluation:
    return Evaluation(
        results=str(path),
        pictures=len(pairs),
        without_results=sum(pair.found is None for pair in pairs),
        metrics=meter.metrics(),
        ap_interval=interval,
        placement=measure_placement(pairs),
    )
