"""A results folder to the numbers that its report shows; every document is read once, frame by frame."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from movenet_cli.errors import InputError
from movenet_cli.foldernames import RUN
from movenet_cli.htmlreport.timeline import Timeline
from movenet_cli.poses import FrameResult, Pose
from movenet_cli.results.finding import DocumentFile, find_documents
from movenet_cli.results.reading import Document, open_document
from movenet_cli.sinks.interface import Header, Summary
from movenet_cli.skeleton import KEYPOINT_COUNT

BINS: Final = 20
"""Of the histogram of scores, from 0 to 1."""


@dataclass(slots=True)
class Best:
    """The frame with the highest person score.

    Attributes:
        score: that score.
        offset: seconds from the first frame that has a picture to this one; 0 for an image.
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


@dataclass(slots=True, eq=False)
class ScoreStatistics:
    """Scores of all people seen.

    Attributes:
        people: how many.
        histogram: (BINS,) people by their score.
        keypoint_scores: (17,) sums of keypoint scores.
        keypoints_seen: (17,) how often each keypoint reached the threshold.
    """

    people: int = 0
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
        self.histogram += other.histogram
        self.keypoint_scores += other.keypoint_scores
        self.keypoints_seen += other.keypoints_seen

    def add(self, pose: Pose, min_score: float) -> None:
        """Count one person."""
        scores = pose.keypoints[:, 2]
        self.people += 1
        self.histogram[min(BINS - 1, max(0, int(pose.score * BINS)))] += 1
        self.keypoint_scores += scores
        self.keypoints_seen += scores >= min_score


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
    def frames(self) -> Summary:
        """Counts over all inputs."""
        every = [each.summary for each in self.inputs]
        return Summary(
            *(sum(getattr(one, key) for one in every) for key in ("frames", "ok", "empty", "failed"))
        )


def gather(folder: Path) -> Statistics:
    """Read a results folder.

    Raises:
        InputError: when it is none, or holds neither documents nor the record of a run.
    """
    statistics = Statistics(_read_run(folder / RUN))
    for document in _documents(folder, statistics.run):
        scores = ScoreStatistics()
        try:
            with open_document(document.path, document.name) as opened:
                statistics.inputs.append(_gather_input(opened, scores))
        except InputError as error:
            statistics.broken.append((document.name, str(error)))
        else:
            statistics.scores.merge(scores)
    return statistics


def _documents(folder: Path, run: dict[str, Any]) -> list[DocumentFile]:
    """The documents; none are needed where every input of the run failed."""
    inputs = run.get("inputs")
    if isinstance(inputs, dict) and inputs.get("failed") and inputs.get("failed") == inputs.get("total"):
        return []
    return find_documents(folder)


def _gather_input(document: Document, scores: ScoreStatistics) -> InputStatistics:
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
    min_score = found.header.min_score
    people = [pose for pose in result.poses if pose.is_seen(min_score)]
    found.most_people = max(found.most_people, len(people))
    for pose in people:
        scores.add(pose, min_score)
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
        raise InputError(f"{path} is no record of a run")
    return run
