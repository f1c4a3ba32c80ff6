"""A video in, how much keypoints tremble with each way of looking at it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from movenet_cli.estimators.interface import Estimator
from movenet_cli.filters.smooth import Smooth
from movenet_cli.models.interface import Runner
from movenet_cli.poses import FloatArray, Frame, FrameResult
from movenet_cli.skeleton import INDEX
from movenet_cli.sources.interface import FrameRange, InputFile
from movenet_cli.sources.opening import open_source

ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]
CONFIDENT = 0.2


@dataclass(frozen=True, slots=True)
class Steadiness:
    """What a video's keypoints do, in percent of the person's height; only confident ones are looked at.

    Attributes:
        ankles: mean way of the ankles from one frame to the next; those of a standing person rest.
        tremble: mean second difference of all keypoints over three frames: what is no smooth movement.
        score: mean keypoint score.
        inferences: inferences per frame.
    """

    ankles: float
    tremble: float
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


def measure(frames: Sequence[Frame], estimator: Estimator, runner: Runner, *, smooth: bool) -> Steadiness:
    """Run the estimator over a video of one person, on demand with the filter over time behind it."""
    counting, filter_ = CountingRunner(runner), Smooth()
    rows = []
    for frame in frames:
        poses = estimator.estimate([frame], [counting])[0]
        pose = filter_.apply(FrameResult.of(frame, poses, 0.3)).poses[0]
        points = pose.smoothed if smooth and pose.smoothed is not None else pose.keypoints[:, :2]
        rows.append(np.concatenate([points, pose.keypoints[:, 2:]], axis=1))
    return _steadiness(np.stack(rows), counting.count / len(frames))


def _steadiness(rows: np.ndarray, inferences: float) -> Steadiness:
    """Figures of (frames, 17, 3) x, y, score."""
    points, sure = rows[:, :, :2], rows[:, :, 2] >= CONFIDENT
    height = float(np.median(np.ptp(points[:, :, 1], axis=1)))
    steps = np.linalg.norm(np.diff(points, axis=0), axis=2)
    bends = np.linalg.norm(np.diff(points, n=2, axis=0), axis=2)
    resting = steps[:, ANKLES][(sure[1:] & sure[:-1])[:, ANKLES]]
    return Steadiness(
        ankles=100 * float(resting.mean()) / height,
        tremble=100 * float(bends[sure[2:] & sure[1:-1] & sure[:-2]].mean()) / height,
        score=float(rows[:, :, 2].mean()),
        inferences=inferences,
    )
