"""A video's results in frame order in, the same with smoothed points beside the raw ones out."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from movenet_cli.core.types import FrameResult, Pose
from movenet_cli.postprocess.interface import Filter

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SmoothSettings:
    """Parameters of the One-Euro filter (Casiez, Roussel, Vogel, CHI 2012), in units of the person's size.

    Attributes:
        min_cutoff: cut-off frequency in Hz for a point at rest: lower is steadier.
        beta: how much the cut-off grows, in Hz per body length a second: higher lags less.
        speed_cutoff: cut-off frequency in Hz for the speed itself.
        threshold: keypoints from this score on tell the person's size and whether it jumped.
        gap: seconds unseen after which the filter starts anew.
        jump: body lengths from one frame to the next that are not one person's movement, at any frame rate.
        jump_speed: likewise in body lengths a second, for frames far apart; the larger of both limits counts.
    """

    min_cutoff: float = 1.0
    beta: float = 30.0
    speed_cutoff: float = 1.0
    threshold: float = 0.2
    gap: float = 1.0
    jump: float = 0.3
    jump_speed: float = 5.0


@dataclass(frozen=True, slots=True)
class _State:
    """One person's filter: time in seconds, raw keypoints (17, 3), smoothed points and speeds (17, 2)."""

    time: float
    raw: Points
    points: Points
    speed: Points


@dataclass(slots=True)
class Smooth(Filter):
    """One filter per person (by id; without ids there is one person) and keypoint; one video per object.

    The filter of a person starts anew, with the raw points, after a gap, after a jump (a cut, someone else),
    and whenever the frame shows nobody.
    """

    settings: SmoothSettings = field(default_factory=SmoothSettings)
    _states: dict[int | None, _State] = field(default_factory=dict, init=False)

    def apply(self, result: FrameResult) -> FrameResult:
        """See `Filter.apply`."""
        if result.status == "failed":
            return result
        if result.status == "empty":
            self._states.clear()
        now = result.time or 0.0
        self._states = {
            who: state for who, state in self._states.items() if 0 < now - state.time <= self.settings.gap
        }
        return replace(result, poses=tuple(self._smoothed(pose, now) for pose in result.poses))

    def _smoothed(self, pose: Pose, now: float) -> Pose:
        raw = pose.keypoints.astype(np.float64)
        state = self._states.get(pose.id)
        if state is None or self._jumped(state, raw, now):
            state = _State(now, raw, raw[:, :2], np.zeros((len(raw), 2)))
        else:
            state = self._step(state, raw, now)
        self._states[pose.id] = state
        return replace(pose, smoothed=state.points.astype(np.float32))

    def _step(self, state: _State, raw: Points, now: float) -> _State:
        """The filter's one step, for all keypoints at once."""
        seconds, settings = now - state.time, self.settings
        speed = (raw[:, :2] - state.raw[:, :2]) / seconds
        speed = state.speed + _weight(settings.speed_cutoff, seconds) * (speed - state.speed)
        lengths = np.linalg.norm(speed, axis=1, keepdims=True) / self._size(raw)
        weight = _weight(settings.min_cutoff + settings.beta * lengths, seconds)
        points = state.points + weight * (raw[:, :2] - state.points)
        return _State(now, raw, points, speed)

    def _jumped(self, state: _State, raw: Points, now: float) -> bool:
        """Whether half of the keypoints that are confident in both frames moved impossibly far."""
        both = (raw[:, 2] >= self.settings.threshold) & (state.raw[:, 2] >= self.settings.threshold)
        if not both.any():
            return True
        moved = float(np.median(np.linalg.norm(raw[both, :2] - state.raw[both, :2], axis=1)))
        limit = max(self.settings.jump, self.settings.jump_speed * (now - state.time))
        return moved > limit * self._size(raw)

    def _size(self, raw: Points) -> float:
        """The person's size: longer side in pixels of the box of the confident keypoints, at least 1."""
        confident = raw[raw[:, 2] >= self.settings.threshold, :2]
        points = confident if len(confident) > 1 else raw[:, :2]
        return max(1.0, float((points.max(axis=0) - points.min(axis=0)).max()))


def _weight(cutoff: float | Points, seconds: float) -> float | Points:
    """Weight of a new value in exponential smoothing with this cut-off frequency."""
    return 1.0 / (1.0 + 1.0 / (2 * math.pi * cutoff * seconds))
