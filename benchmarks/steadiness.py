"""A video in, how much keypoints tremble with each way of looking at it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.skeleton import INDEX
from movenet_cli.core.types import FloatArray, Frame, FrameResult, Thresholds
from movenet_cli.inference.interface import Estimator
from movenet_cli.media.opening import open_source
from movenet_cli.models.interface import Runner
from movenet_cli.postprocess.smooth import Smooth

ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]
CONFIDENT = 0.2
CHANGE = 0.3
PATH_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Steadiness:
    """What a video's keypoints do, in percent of the person's height; only confident ones are looked at.

    Attributes:
        ankles: mean way of the ankles from one frame to the next; those of a standing person rest.
        tremble: mean second difference of all keypoints over three frames: what is no smooth movement.
        off_path: mean distance from the path of the raw keypoints, averaged over a quarter of a second
            without delay: trembling and lag together.
        changes: how often the middle of the keypoints moved by more than `CHANGE` heights from one frame to
            the next, in all: another person, or nobody.
        score: mean keypoint score.
        inferences: inferences per frame.
    """

    ankles: float
    tremble: float
    off_path: float
    changes: int
    score: float
    inferences: float


class CountingRunner(Runner):
    """Counts the inferences of another runner."""

    def __init__(self, runner: Runner) -> None:
        """Take the runner that does the work."""
        self.runner = runner
        self.count = 0

    def run(self, batch: np.ndarray) -> FloatArray:
        """See `Runner.run`."""
        self.count += len(batch)
        return self.runner.run(batch)


def read_video(path: Path) -> list[Frame]:
    """All frames, in memory."""
    with open_source(InputFile(path, path.name), FrameRange()) as source:
        return [frame for frame in source.frames() if isinstance(frame, Frame)]


def measure(frames: Sequence[Frame], estimator: Estimator, runner: Runner) -> tuple[Steadiness, Steadiness]:
    """Run the estimator over a video of one person: figures of the raw points, and of the smoothed ones."""
    counting, filter_ = CountingRunner(runner), Smooth()
    raw, smoothed = [], []
    for frame in frames:
        poses = estimator.estimate([frame], [counting])[0]
        pose = filter_.apply(FrameResult.of(frame, poses, Thresholds(0.3))).poses[0]
        raw.append(pose.keypoints)
        smoothed.append(pose.smoothed)
    rows, inferences = np.stack(raw), counting.count / len(frames)
    points, scores = rows[:, :, :2], rows[:, :, 2]
    seconds = (frames[-1].time or 0.0) / (len(frames) - 1)
    path = _path(points, max(1, 2 * round(PATH_SECONDS / seconds / 2) - 1))
    return (
        _steadiness(points, scores, path, inferences),
        _steadiness(np.stack(smoothed), scores, path, inferences),
    )


def _path(points: np.ndarray, window: int) -> np.ndarray:
    """(frames, 17, 2) points averaged over an odd number of frames around each."""
    weights = np.hanning(window + 2)[1:-1]
    padded = np.pad(points, ((window // 2, window // 2), (0, 0), (0, 0)), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=0)
    return np.asarray(windows @ (weights / weights.sum()))


def _steadiness(points: np.ndarray, scores: np.ndarray, path: np.ndarray, inferences: float) -> Steadiness:
    """Figures of (frames, 17, 2) points, (frames, 17) scores and the raw points' (frames, 17, 2) path."""
    sure = scores >= CONFIDENT
    height = float(np.median(np.ptp(points[:, :, 1], axis=1)))
    steps = np.linalg.norm(np.diff(points, axis=0), axis=2)
    bends = np.linalg.norm(np.diff(points, n=2, axis=0), axis=2)
    middles = np.median(points, axis=1)
    resting = steps[:, ANKLES][(sure[1:] & sure[:-1])[:, ANKLES]]
    return Steadiness(
        ankles=100 * float(resting.mean()) / height,
        tremble=100 * float(bends[sure[2:] & sure[1:-1] & sure[:-2]].mean()) / height,
        off_path=100 * float(np.linalg.norm(points - path, axis=2)[sure].mean()) / height,
        changes=int((np.linalg.norm(np.diff(middles, axis=0), axis=1) > CHANGE * height).sum()),
        score=float(scores.mean()),
        inferences=inferences,
    )
