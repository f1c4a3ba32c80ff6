"""Multi-pose results in frame order in, the same with a number for each person out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from movenet_cli.core.matching import match_greedily
from movenet_cli.core.types import FrameResult, Pose
from movenet_cli.postprocess.interface import Filter
from movenet_cli.postprocess.similarity import likeness


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """When two poses are one person.

    Attributes:
        threshold: keypoints with a lower score are not compared.
        min_likeness: poses that are less alike are two people; see `likeness`.
        max_age: milliseconds of video after which a person who is not seen is forgotten.
        max_tracks: people remembered at once; who was seen least recently is forgotten first.
        inertia: milliseconds over which a person's velocity is averaged.
    """

    threshold: float = 0.2
    min_likeness: float = 0.15
    max_age: float = 1000.0
    max_tracks: int = 18
    inertia: float = 400.0


@dataclass(frozen=True, slots=True)
class _Track:
    id: int
    pose: Pose
    seen: float
    """Milliseconds since the start of the video."""
    velocity: tuple[float, float] = (0.0, 0.0)
    """Pixels per millisecond."""

    def expected(self, now: float) -> Pose:
        """The pose where the person should be by now: so two who walk through each other stay themselves."""
        x, y = (speed * (now - self.seen) for speed in self.velocity)
        x0, y0, x1, y1 = self.pose.box or (0.0, 0.0, 0.0, 0.0)
        return replace(
            self.pose,
            keypoints=self.pose.keypoints + np.array([x, y, 0], np.float32),
            box=None if self.pose.box is None else (x0 + x, y0 + y, x1 + x, y1 + y),
        )

    def follow(self, pose: Pose, now: float, inertia: float) -> "_Track":
        """The track with the person seen again; limbs swing, so the median keypoint tells the movement."""
        elapsed = now - self.seen
        if elapsed <= 0:
            return replace(self, pose=pose)
        moved = np.median(pose.keypoints[:, :2] - self.pose.keypoints[:, :2], axis=0) / elapsed
        share = 1 - math.exp(-elapsed / inertia)
        x, y = (float(old + share * (new - old)) for old, new in zip(self.velocity, moved, strict=True))
        return _Track(self.id, pose, now, (x, y))


@dataclass(slots=True)
class Track(Filter):
    """Gives ids from 1 upwards, never one twice; one video per object.

    Pairs are made greedily, the most alike first: a clear match is never given up for better sums of doubtful
    ones, and with at most six people a frame the two hardly ever differ.
    """

    settings: TrackSettings = field(default_factory=TrackSettings)
    _tracks: list[_Track] = field(default_factory=list, init=False)
    _next_id: int = field(default=1, init=False)

    def apply(self, result: FrameResult) -> FrameResult:
        """See `Filter.apply`; a failed frame ages the tracks and no more."""
        now = 1000.0 * (result.time or 0.0)
        self._tracks = [track for track in self._tracks if now - track.seen <= self.settings.max_age]
        known = self._pairs(result.poses, now)
        poses = tuple(
            replace(pose, id=known[index] if index in known else self._new_id())
            for index, pose in enumerate(result.poses)
        )
        self._remember(poses, now)
        return replace(result, poses=poses)

    def _pairs(self, poses: Sequence[Pose], now: float) -> dict[int, int]:
        """Index of a pose → id of its track."""
        tracks = sorted(self._tracks, key=lambda track: track.id)
        expected = [track.expected(now) for track in tracks]
        scores = np.array(
            [[likeness(pose, other, self.settings.threshold) for other in expected] for pose in poses]
        ).reshape(len(poses), len(tracks))
        pairs = match_greedily(scores).items()
        return {
            row: tracks[column].id
            for row, column in pairs
            if scores[row, column] >= self.settings.min_likeness
        }

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _remember(self, poses: Sequence[Pose], now: float) -> None:
        """Bring the tracks up to date, most recently seen first."""
        before = {track.id: track for track in self._tracks}
        fresh = [
            before[pose.id].follow(pose, now, self.settings.inertia)
            if pose.id in before
            else _Track(pose.id, pose, now)
            for pose in poses
            if pose.id is not None
        ]
        ids = {track.id for track in fresh}
        self._tracks = (fresh + [track for track in self._tracks if track.id not in ids])[
            : self.settings.max_tracks
        ]
