"""Crops from the frame before: one look a frame while somebody is there, a new search when not."""

import numpy as np
import pytest

from movenet_cli.core.types import FloatArray, Frame, Pose
from movenet_cli.inference.follow import Follow, FollowSettings
from movenet_cli.inference.whole import WholeSingle
from tests.inference.dots import INPUT_SIZE, DotRunner, body, dotted

WIDTH, HEIGHT = 960, 600


def video(points: list[FloatArray | None], step: float = 0.04) -> list[Frame]:
    return [dotted(WIDTH, HEIGHT, each, index, index * step) for index, each in enumerate(points)]


def run(frames: list[Frame], **settings: float) -> tuple[list[Pose], list[int]]:
    """Poses, and how many inferences each frame took."""
    follow, runner = Follow(INPUT_SIZE, 0.3, FollowSettings(**settings)), DotRunner()
    poses, costs = [], []
    for frame in frames:
        before = runner.inferences
        poses.append(follow.estimate([frame], [runner])[0][0])
        costs.append(runner.inferences - before)
    return poses, costs


def test_a_walking_person_takes_one_look_a_frame_after_the_first() -> None:
    walk = [body(100 + 15 * step, 150, 300) for step in range(20)]
    poses, costs = run(video(walk))
    assert costs == [2] + [1] * 19
    for pose, points in zip(poses, walk, strict=True):
        assert np.abs(pose.keypoints[:, :2] - points).max() < 5


def test_followed_scores_are_higher_than_those_of_the_whole_frame() -> None:
    frames = video([body(100 + 15 * step, 150, 300) for step in range(5)])
    followed, _ = run(frames)
    whole = WholeSingle(INPUT_SIZE, 0.3).estimate(frames, [DotRunner()])
    assert all(pose.score > 2 * other[0].score for pose, other in zip(followed, whole, strict=True))


def test_empty_frames_are_searched_whole_and_nothing_is_made_up() -> None:
    empty: list[FloatArray | None] = [None] * 3
    poses, costs = run(video([body(300, 150, 300), *empty, body(600, 150, 300)]), cut=255.0)
    assert [pose.score > 0.3 for pose in poses] == [True, False, False, False, True]
    assert costs == [2, 2, 1, 1, 2]


def test_a_lost_person_is_found_again_in_the_same_frame() -> None:
    poses, costs = run(video([body(20, 150, 240), body(20, 150, 240), body(700, 300, 240)]), cut=255.0)
    assert costs == [2, 1, 3]
    assert poses[2].keypoints[0, 0] == pytest.approx(820, abs=4)


def test_a_cut_starts_anew() -> None:
    frames = video([body(300, 150, 300)] * 4)
    for frame in frames[2:]:
        grey = frame.image.rgb()
        grey[grey == 90] = 60
    assert run(frames)[1] == [2, 1, 2, 1]
    assert run(frames, cut=255.0)[1] == [2, 1, 1, 1]


def test_a_gap_in_time_starts_anew_and_unknown_times_do_not() -> None:
    still = body(300, 150, 300)
    times = (0.0, 0.5, 2.0, 2.5)
    frames = [dotted(WIDTH, HEIGHT, still, index, time) for index, time in enumerate(times)]
    assert run(frames)[1] == [2, 1, 2, 1]
    timeless = [dotted(WIDTH, HEIGHT, still, index, None) for index in range(3)]
    assert run(timeless)[1] == [2, 1, 1]


def test_without_a_visible_hip_every_frame_is_refined() -> None:
    bust = body(300, 150, 300)
    bust[11:] = -50
    poses, costs = run(video([bust] * 3))
    assert costs == [2, 2, 2]
    assert all(pose.keypoints[0, 2] > 0.5 for pose in poses)


def test_a_faint_person_is_not_followed() -> None:
    _, costs = run(video([body(300, 150, 300)] * 3), confident=2.0)
    assert costs == [2, 2, 2]


def test_a_still_person_in_an_unsteady_crop_stays_still() -> None:
    sway = [body(300 + (step % 2) * 9, 150, 300) for step in range(12)]
    for points in sway:
        points[13:] = body(300, 150, 300)[13:]
    held = np.stack([pose.keypoints[13:, :2] for pose in run(video(sway))[0][1:]])
    loose = np.stack([pose.keypoints[13:, :2] for pose in run(video(sway), hold=0.0)[0][1:]])
    jitter = [float(np.abs(np.diff(each, axis=0)).mean()) for each in (held, loose)]
    assert jitter[0] < 0.01
    assert jitter[1] > 0.05


def test_a_square_larger_than_the_frame_shows_the_whole_frame() -> None:
    tall = body(110, 10, 380)
    poses, costs = run([dotted(600, 400, tall, index, index * 0.04) for index in range(3)])
    assert costs == [2, 1, 1]
    assert np.abs(poses[2].keypoints[:, :2] - tall).max() < 8


def restarts(frames: list[Frame], **settings: float) -> list[bool]:
    return [pose.restarted for pose in run(frames, **settings)[0]]


def test_a_restart_is_told_where_the_person_may_be_another_one() -> None:
    still, elsewhere = body(20, 150, 240), body(700, 300, 240)
    assert restarts(video([still, still, elsewhere, elsewhere]), cut=255.0) == [False, False, True, False]
    assert restarts(video([still, None, still]), cut=255.0)[2] is True


def test_a_cut_or_a_gap_is_a_restart_even_in_the_same_place() -> None:
    still = body(300, 150, 300)
    frames = [dotted(WIDTH, HEIGHT, still, index, time) for index, time in enumerate((0.0, 0.5, 2.0, 2.5))]
    assert restarts(frames) == [False, False, True, False]


def test_somebody_who_is_searched_in_every_frame_does_not_restart() -> None:
    bust = body(300, 150, 300)
    bust[11:] = -50
    assert restarts(video([bust] * 3)) == [False, False, False]
