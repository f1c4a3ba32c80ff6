"""The One-Euro filter: steadier at rest, hardly late in movement, blind to frame rate and image size."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from movenet_cli.core.types import FloatArray, Pose
from movenet_cli.postprocess.smooth import Smooth, SmoothSettings
from tests.postprocess.people import failed, frame, person


def smoothed(poses: Sequence[Pose], fps: float = 30.0) -> FloatArray:
    """(frames, 17, 2) smoothed points."""
    filter_ = Smooth()
    points = []
    for index, pose in enumerate(poses):
        result = filter_.apply(frame(index, index / fps, pose)).poses[0]
        assert result.smoothed is not None
        points.append(result.smoothed)
    return np.stack(points)


def noisy(lefts: Sequence[float], noise: float, scale: float = 1.0) -> list[Pose]:
    random = np.random.default_rng(5)
    poses = []
    for left in lefts:
        pose = person(left * scale, 100 * scale, 200 * scale)
        keypoints = pose.keypoints.copy()
        keypoints[:, :2] += random.normal(0, noise * scale, (17, 2))
        poses.append(replace(pose, keypoints=keypoints))
    return poses


def jitter(points: FloatArray) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=2).mean())


def test_a_person_at_rest_jitters_much_less_and_raw_points_are_kept() -> None:
    poses = noisy([100] * 60, 1.0)
    before = [pose.keypoints.copy() for pose in poses]
    points = smoothed(poses)
    assert jitter(points[10:]) < 0.35 * jitter(np.stack(before)[10:, :, :2])
    assert all(np.array_equal(pose.keypoints, raw) for pose, raw in zip(poses, before, strict=True))


def test_a_moving_person_is_not_left_behind() -> None:
    poses = noisy([100 + 200 * step / 30 for step in range(60)], 0.0)
    lag = poses[-1].keypoints[:, :2] - smoothed(poses)[-1]
    assert np.abs(lag).max() < 2.0


def test_size_of_the_image_makes_no_difference() -> None:
    small, large = (smoothed(noisy([100, 104, 110, 118, 120], 0.7, scale)) for scale in (1.0, 3.0))
    assert large == pytest.approx(3 * small, rel=1e-4)


def test_frame_rate_makes_little_difference_at_rest() -> None:
    """After a small step both rates are the same way along at the same time."""
    lefts = [100.0] + [101.0] * 30
    slow, quick = smoothed(noisy(lefts, 0.0), 15), smoothed(noisy([100.0] + [101.0] * 60, 0.0), 30)
    assert slow[6, 0, 0] == pytest.approx(quick[12, 0, 0], abs=0.2)


def test_the_first_frame_is_taken_as_it_is() -> None:
    pose = person(100)
    assert smoothed([pose])[0] == pytest.approx(pose.keypoints[:, :2])


def test_a_jump_starts_anew() -> None:
    points = smoothed([person(100), person(100), person(600)])
    assert points[2] == pytest.approx(person(600).keypoints[:, :2])


def test_a_gap_starts_anew() -> None:
    filter_ = Smooth()
    filter_.apply(frame(0, 0.0, person(100)))
    pose = filter_.apply(frame(1, 5.0, person(110))).poses[0]
    assert pose.smoothed == pytest.approx(person(110).keypoints[:, :2])


def test_a_frame_that_shows_nobody_starts_anew_and_carries_the_raw_points() -> None:
    filter_ = Smooth()
    filter_.apply(frame(0, 0.0, person(100)))
    faint = person(104, score=0.1)
    empty = replace(frame(1, 0.03), poses=(faint,))
    assert filter_.apply(empty).poses[0].smoothed == pytest.approx(faint.keypoints[:, :2])
    pose = filter_.apply(frame(2, 0.06, person(110))).poses[0]
    assert pose.smoothed == pytest.approx(person(110).keypoints[:, :2])


def test_a_failed_frame_passes_and_the_filter_goes_on() -> None:
    filter_ = Smooth()
    filter_.apply(frame(0, 0.0, person(100)))
    assert filter_.apply(failed(1, 0.03)) == failed(1, 0.03)
    pose = filter_.apply(frame(2, 0.06, person(104))).poses[0]
    assert pose.smoothed is not None
    assert 100 < pose.smoothed[0, 0] < person(104).keypoints[0, 0]


def test_each_id_has_its_own_filter() -> None:
    filter_ = Smooth()
    one, two = replace(person(100), id=1), replace(person(600), id=2)
    filter_.apply(frame(0, 0.0, one, two))
    moved = replace(person(610), id=2)
    result = filter_.apply(frame(1, 0.03, moved, one))
    assert result.poses[1].smoothed == pytest.approx(one.keypoints[:, :2])
    first = result.poses[0].smoothed
    assert first is not None
    assert two.keypoints[0, 0] < first[0, 0] < moved.keypoints[0, 0]


def test_settings_decide() -> None:
    loose = Smooth(SmoothSettings(min_cutoff=1e6))
    loose.apply(frame(0, 0.0, person(100)))
    pose = loose.apply(frame(1, 0.03, person(104))).poses[0]
    assert pose.smoothed == pytest.approx(person(104).keypoints[:, :2], abs=0.01)


def test_a_time_that_stands_still_is_no_division_by_nought() -> None:
    filter_ = Smooth()
    filter_.apply(frame(0, 0.5, person(100)))
    pose = filter_.apply(frame(1, 0.5, person(104))).poses[0]
    assert pose.smoothed == pytest.approx(person(104).keypoints[:, :2])
