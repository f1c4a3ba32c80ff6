"""The numbers of a report, counted from a results folder; every document is read once, frame by frame."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from movenet_cli.core.folder_names import DATASET, RUN
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.skeleton import INDEX, KEYPOINT_COUNT
from movenet_cli.core.types import FrameResult, Pose
from movenet_cli.errors import InputError
from movenet_cli.html_report.curve import Curve
from movenet_cli.html_report.views import FrameView
from movenet_cli.io.json_text import escape_name
from movenet_cli.results.coco_results import UNKNOWN_MODEL, CocoResults, find_coco_results
from movenet_cli.results.finding import is_folder, list_documents, no_documents, no_folder
from movenet_cli.results.reading import Document, open_document

BINS: Final = 20
"""Of the histogram of scores, from 0 to 1."""


@dataclass(slots=True)
class InputReview:
    """One input that was read to its end.

    Attributes:
        header: size, rate, model.
        summary: counts of its frames.
        curve: its frames in columns; None for an image.
        most_people: seen in one frame.
        lowest: score of anybody in it; None when nobody is.
        best: the frame with the highest score, to know it by; None when nobody is in it.
        start: seconds; of the first frame that has an image.
        changed: frames in which the subject may have changed.
    """

    header: Header
    summary: Summary
    curve: Curve | None
    most_people: int = 0
    lowest: float | None = None
    best: FrameView | None = None
    start: float | None = None
    changed: int = 0

    @property
    def name(self) -> str:
        """The input's name as text."""
        return escape_name(self.header.source)

    def add(self, result: FrameResult, people: tuple[Pose, ...]) -> None:
        """Take in the next frame, in which these people are."""
        if result.status != "failed" and self.start is None:
            self.start = result.time or 0.0
        self.changed += result.restarted
        view = FrameView.of(result, people)
        if self.curve is not None:
            self.curve.add(view)
        if view.score is None or view.best is None:
            return
        self.most_people = max(self.most_people, len(people))
        self.lowest = view.score if self.lowest is None else min(self.lowest, view.score)
        if self.best is None or self.best.best is None or view.best > self.best.best:
            self.best = view


@dataclass(frozen=True, slots=True)
class KeypointScores:
    """One keypoint over all people seen: its mean score, and the share of people in whom it was seen."""

    mean_score: float
    share_seen: float


@dataclass(slots=True, eq=False)
class ScoreStatistics:
    """Scores of all people seen.

    Attributes:
        people: how many.
        scored: of how many the scores of their keypoints are known; COCO does not have them.
        histogram: (BINS,) people by their score.
        keypoint_scores: (17,) sums of keypoint scores, of those that are known.
        keypoints_seen: (17,) how often each keypoint reached the threshold.
    """

    people: int = 0
    scored: int = 0
    histogram: np.ndarray[Any, np.dtype[np.int64]] = field(default_factory=lambda: np.zeros(BINS, np.int64))
    keypoint_scores: np.ndarray[Any, np.dtype[np.float64]] = field(
        default_factory=lambda: np.zeros(KEYPOINT_COUNT)
    )
    keypoints_seen: np.ndarray[Any, np.dtype[np.int64]] = field(
        default_factory=lambda: np.zeros(KEYPOINT_COUNT, np.int64)
    )

    def merge(self, other: "ScoreStatistics") -> None:
        """Count another's people, too."""
        self.people += other.people
        self.scored += other.scored
        self.histogram += other.histogram
        self.keypoint_scores += other.keypoint_scores
        self.keypoints_seen += other.keypoints_seen

    def add(self, pose: Pose, header: Header) -> None:
        """Count one person."""
        scores = pose.keypoints[:, 2]
        self.people += 1
        if header.model is not UNKNOWN_MODEL:
            self.scored += 1
            self.keypoint_scores += scores
        self.histogram[min(BINS - 1, max(0, int(pose.score * BINS)))] += 1
        self.keypoints_seen += scores >= header.thresholds.min_score

    def keypoint(self, name: str) -> KeypointScores:
        """One keypoint, by its name; only when `scored` is not 0."""
        row = INDEX[name]
        return KeypointScores(self.keypoint_scores[row] / self.scored, self.keypoints_seen[row] / self.people)


@dataclass(slots=True, eq=False)
class Statistics:
    """What the page tells of all inputs together; grows as they are read.

    Attributes:
        run: the content of `run.json`; empty when there is none.
        inputs: how many could be read.
        frames: counts over all of them.
        scores: of the people in them.
        model: what the first document tells; None without documents.
        options: name of each option that had a say in the results, and the values that it had.
        broken: name and reason of inputs whose results could not be read.
    """

    run: dict[str, Any]
    inputs: int = 0
    frames: Summary = field(default_factory=Summary)
    scores: ScoreStatistics = field(default_factory=ScoreStatistics)
    model: ModelInfo | None = None
    options: dict[str, list[object]] = field(default_factory=dict)
    broken: list[tuple[str, str]] = field(default_factory=list)

    def add(self, review: InputReview, scores: ScoreStatistics) -> None:
        """Count an input."""
        self.inputs += 1
        self.frames += review.summary
        self.scores.merge(scores)
        if review.header.model is not UNKNOWN_MODEL:
            self.model = self.model or review.header.model
        for name, value in review.header.options.items():
            values = self.options.setdefault(name, [])
            if value is not None and value not in values:
                values.append(value)


def open_results(folder: Path) -> Statistics:
    """What is known of a results folder before its inputs are read.

    Raises:
        InputError: it is none.
    """
    if not is_folder(folder):
        raise no_folder(folder)
    return Statistics(_read_run(folder / RUN))


def read_inputs(folder: Path, statistics: Statistics) -> Iterator[InputReview]:
    """Each input that can be read to its end; the statistics grow with it, also with those that cannot.

    Raises:
        InputError: there is nothing that can be shown.
    """
    documents = list_documents(folder)
    for each in documents:
        with _noting_what_is_broken(statistics, each.name), open_document(each.path, each.name) as opened:
            yield _read(opened, statistics)
    with _noting_what_is_broken(statistics, DATASET):
        for name, images in find_coco_results(folder, {each.name for each in documents}):
            with _noting_what_is_broken(statistics, name):
                yield _read(CocoResults(name, images), statistics)
    if not (statistics.inputs or statistics.broken or _nothing_finished(statistics.run)):
        raise no_documents(folder)


def _nothing_finished(run: Mapping[str, Any]) -> bool:
    """Whether there was a run that recorded itself and has no results."""
    inputs = run.get("inputs")
    return isinstance(inputs, dict) and not (inputs.get("done") or inputs.get("kept"))


@contextlib.contextmanager
def _noting_what_is_broken(statistics: Statistics, name: str) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        statistics.broken.append((name, str(error)))


def _read(document: Document | CocoResults, statistics: Statistics) -> InputReview:
    """Read an input to its end; it counts only then."""
    header = document.header
    review = InputReview(header, document.summary, Curve() if header.info.media == "video" else None)
    scores = ScoreStatistics()
    for result in document.frames():
        people = header.people(result)
        review.add(result, people)
        for pose in people:
            scores.add(pose, header)
    statistics.add(review, scores)
    return review


def _read_run(path: Path) -> dict[str, Any]:
    try:
        run = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    if not isinstance(run, dict):
        raise InputError(f"{path} is not the record of a run")
    return run
