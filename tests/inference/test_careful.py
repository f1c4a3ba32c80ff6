"""Eight passes at most, and the pose that they agree on."""

import numpy as np
import pytest

from movenet_cli.core.decode import tight_box
from movenet_cli.core.oks import OKS_SIGMAS
from movenet_cli.core.types import FloatArray, Pose
from movenet_cli.inference.careful import ZOOMS, Careful, CarefulFollow, consensus
from movenet_cli.inference.follow import FollowSettings
from movenet_cli.inference.refine import Refine
from tests.inference.dots import INPUT_SIZE, MirrorAwareRunner, body, dotted

CAREFUL = Careful(INPUT_SIZE, 0.3)
POINTS = body(450, 180, 300)


def look(points: FloatArray, score: float) -> Pose:
    keypoints = np.concatenate([points, np.full((17, 1), score)], axis=1).astype(np.float32)
    return Pose(keypoints, score, tight_box(keypoints, 0.3))


def test_a_frame_takes_eight_inferences_and_one_without_anybody_one() -> None:
    frames = [dotted(900, 600, POINTS), dotted(900, 600, None)]
    runner = MirrorAwareRunner()
    poses = CAREFUL.estimate(frames, [runner])
    assert runner.calls == [2] + [1] * 7
    assert [pose[0].score > 0.3 for pose in poses] == [True, False]


def test_people_are_placed_as_exactly_as_by_refining() -> None:
    frame = dotted(900, 600, POINTS)
    pose = CAREFUL.estimate([frame], [MirrorAwareRunner()])[0][0]
    refined = Refine(INPUT_SIZE, 0.3).estimate([frame], [MirrorAwareRunner()])[0][0]
    error = np.linalg.norm(pose.keypoints[:, :2] - POINTS, axis=1)
    assert error.mean() <= np.linalg.norm(refined.keypoints[:, :2] - POINTS, axis=1).mean() + 0.5
    assert error.max() < 4
    assert pose.box == tight_box(pose.keypoints, 0.3)
    assert pose.score == pytest.approx(float(pose.keypoints[:, 2].mean()))


def test_one_look_stays_as_it_is() -> None:
    alone = consensus([look(POINTS, 0.4)], 0.3)
    assert alone.keypoints[:, :2] == pytest.approx(POINTS, abs=1e-3)
    assert alone.keypoints[:, 2] == pytest.approx(0.4)


def test_looks_that_agree_are_averaged_by_squared_score() -> None:
    shifted = POINTS + np.array([1, 0], np.float32)
    pose = consensus([look(POINTS, 0.8), look(shifted, 0.4)], 0.3)
    near = np.exp(-1 / (2 * (2 * OKS_SIGMAS) ** 2 * 0.25 * np.ptp(POINTS, axis=0).max() ** 2))
    weight = 0.16 * near / (0.64 + 0.16 * near)
    assert pose.keypoints[:, 0] - POINTS[:, 0] == pytest.approx(weight, abs=0.01)
    assert pose.keypoints[:, 2] == pytest.approx((0.8 + 0.4 * near) / 2, abs=0.01)


def test_a_look_that_took_somebody_else_has_no_say_and_makes_it_less_sure() -> None:
    others = [look(POINTS, 0.5), look(POINTS, 0.6), look(body(100, 100, 280), 0.9)]
    pose = consensus([*others, look(POINTS, 0.5)], 0.3)
    assert pose.keypoints[:, :2] == pytest.approx(POINTS, abs=0.5)
    assert pose.keypoints[:, 2] == pytest.approx((0.5 + 0.6 + 0.5) / 4, abs=0.01)


def test_looks_without_any_score_are_no_error() -> None:
    nothing = consensus([look(np.zeros((17, 2), np.float32), 0.0)] * 3, 0.3)
    assert np.isfinite(nothing.keypoints).all()
    assert nothing.score == 0
    assert nothing.box is None


def test_a_video_takes_six_inferences_a_frame_while_somebody_is_followed() -> None:
    walk = [body(100 + 15 * step, 150, 300) for step in range(6)]
    costs, errors = follow(walk, FollowSettings())
    assert costs == [8] + [2 * len(ZOOMS)] * 5
    assert max(errors) < 4


def test_a_person_who_is_lost_takes_eight() -> None:
    jumps = [body(20, 150, 240), body(20, 150, 240), body(700, 300, 240), body(700, 300, 240)]
    costs, errors = follow(jumps, FollowSettings(cut=255.0))
    assert costs == [8, 6, 8, 6]
    assert max(errors) < 6


def follow(walk: list[FloatArray], settings: FollowSettings) -> tuple[list[int], list[float]]:
    """Inferences of each frame, and how far off the worst keypoint is."""
    estimator, runner = CarefulFollow(INPUT_SIZE, 0.3, settings), MirrorAwareRunner()
    costs, errors = [], []
    for index, points in enumerate(walk):
        before = runner.inferences
        pose = estimator.estimate([dotted(960, 600, points, index, index * 0.04)], [runner])[0][0]
        costs.append(runner.inferences - before)
        errors.append(float(np.abs(pose.keypoints[:, :2] - points).max()))
    return costs, errors
