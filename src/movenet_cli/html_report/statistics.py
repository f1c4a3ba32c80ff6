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
from movenet_cli.core.natural_order import natural_path_key
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.skeleton import INDEX, KEYPOINT_COUNT
from movenet_cli.core.types import FrameResult, Pose
from movenet_cli.errors import InputError
from movenet_cli.html_report.timeline import Timeline
from movenet_cli.io.json_text import escape_name
from movenet_cli.results.coco_results import UNKNOWN_MODEL, CocoResults, find_coco_results
from movenet_cli.results.finding import is_folder, list_documents, no_documents, no_folder
from movenet_cli.results.reading import Document, open_document

BINS: Final = 20
"""Of the histogram of scores, from 0 to 1."""


@dataclass(slots=True)
class Best:
    """The frame with the highest person score.

    Attributes:
        score: that score.
        offset: seconds from the first frame that has an image to this one; 0 for an image.
    """

    score: float = -1.0
    offset: float = 0.0


@dataclass(slots=True)
class InputStatistics:
    """One input.

    Attributes:
        header: size, rate, model.
        summary: counts of its frames.
        timeline: its frames in columns; None for an image.
        most_people: seen in one frame.
        best: where to take its thumbnail from.
    """

    header: Header
    summary: Summary
    timeline: Timeline | None
    most_people: int = 0
    best: Best = field(default_factory=Best)

    @property
    def name(self) -> str:
        """The input's name as text."""
        return escape_name(self.header.source)


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
    """All that the report shows.

    Attributes:
        run: the content of `run.json`; empty when there is none.
        inputs: those whose results could be read, in natural order of their names.
        scores: over all of them.
        broken: name and reason of inputs whose results could not be read.
    """

    run: dict[str, Any]
    inputs: list[InputStatistics] = field(default_factory=list)
    scores: ScoreStatistics = field(default_factory=ScoreStatistics)
    broken: list[tuple[str, str]] = field(default_factory=list)

    @property
    def videos(self) -> list[InputStatistics]:
        """The inputs that are videos."""
        return [each for each in self.inputs if each.timeline is not None]

    @property
    def images(self) -> list[InputStatistics]:
        """The inputs that are images."""
        return [each for each in self.inputs if each.timeline is None]

    @property
    def model(self) -> ModelInfo | None:
        """What the first document tells; None without documents."""
        known = (each.header.model for each in self.inputs if each.header.model is not UNKNOWN_MODEL)
        return next(known, None)

    @property
    def frames(self) -> Summary:
        """Counts over all inputs."""
        return sum((each.summary for each in self.inputs), start=Summary())


def gather(folder: Path) -> Statistics:
    """Read a results folder.

    Raises:
        InputError: when it is none, or has nothing that can be shown.
    """
    if not is_folder(folder):
        raise no_folder(folder)
    statistics = Statistics(_read_run(folder / RUN))
    documents = list_documents(folder)
    for each in documents:
        with _noting_what_is_broken(statistics, each.name), open_document(each.path, each.name) as opened:
            _add_input(statistics, opened)
    with _noting_what_is_broken(statistics, DATASET):
        for name, images in find_coco_results(folder, {each.name for each in documents}):
            with _noting_what_is_broken(statistics, name):
                _add_input(statistics, CocoResults(name, images))
    if not (statistics.inputs or statistics.broken or _nothing_finished(statistics.run)):
        raise no_documents(folder)
    statistics.inputs.sort(key=lambda each: natural_path_key(each.header.source))
    return statistics


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


def _add_input(statistics: Statistics, document: Document | CocoResults) -> None:
    """Count an input, when it can be read to its end."""
    scores = ScoreStatistics()
    statistics.inputs.append(_gather_input(document, scores))
    statistics.scores.merge(scores)


def _gather_input(document: Document | CocoResults, scores: ScoreStatistics) -> InputStatistics:
    header = document.header
    is_video = header.info.media == "video"
    found = InputStatistics(header, document.summary, Timeline() if is_video else None)
    first = None
    for result in document.frames():
        if found.timeline is not None:
            found.timeline.add(result.status)
        if result.status != "failed" and first is None:
            first = result.time or 0.0
        _gather_frame(result, first or 0.0, found, scores)
    return found


def _gather_frame(result: FrameResult, first: float, found: InputStatistics, scores: ScoreStatistics) -> None:
    people = found.header.people(result)
    found.most_people = max(found.most_people, len(people))
    for pose in people:
        scores.add(pose, found.header)
        if pose.score > found.best.score:
            found.best = Best(pose.score, (result.time or 0.0) - first)


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
