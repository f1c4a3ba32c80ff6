"""Ids over time: kept through movement and short absences, never given twice."""

import numpy as np
import pytest

from movenet_cli.core.types import FrameResult
from movenet_cli.postprocess.similarity import box_overlap, likeness
from movenet_cli.postprocess.track import Track, TrackSettings
from tests.postprocess.people import failed, frame, person


def ids(result: FrameResult) -> list[int | None]:
    return [pose.id for pose in result.poses]


def test_ids_start_at_one_and_stay_with_people_whatever_their_order() -> None:
    track = Track()
    assert ids(track.apply(frame(0, 0.0, person(100), person(500)))) == [1, 2]
    assert ids(track.apply(frame(1, 0.1, person(510), person(110)))) == [2, 1]
    assert ids(track.apply(frame(2, 0.2, person(800), person(520), person(120)))) == [3, 2, 1]


def test_nothing_but_the_id_changes() -> None:
    pose = person(100)
    result = Track().apply(frame(7, 0.3, pose))
    assert (result.index, result.time, result.status) == (7, 0.3, "ok")
    assert result.poses[0].keypoints is pose.keypoints
    assert (result.poses[0].score, result.poses[0].box) == (pose.score, pose.box)


@pytest.mark.parametrize("fps", [5, 30])
def test_people_who_walk_through_each_other_keep_their_ids(fps: int) -> None:
    track = Track()
    for step in range(3 * fps):
        time = step / fps
        right, left = person(100 + 200 * time, 100), person(700 - 200 * time, 160, 230)
        assert ids(track.apply(frame(step, time, right, left))) == [1, 2]


@pytest.mark.parametrize("fps", [10, 25])
def test_people_of_one_size_keep_their_ids_when_one_hides_the_other(fps: int) -> None:
    """While they are less than a body apart only one of them is seen, and it could be either."""
    track = Track()
    for step in range(3 * fps):
        time = step / fps
        right, left = person(100 + 200 * time), person(700 - 200 * time)
        hidden = abs(600 - 400 * time) < 100
        found = ids(track.apply(frame(step, time, right) if hidden else frame(step, time, right, left)))
        assert hidden or found == [1, 2]


def test_id_survives_a_short_absence_and_a_failed_frame() -> None:
    track = Track()
    track.apply(frame(0, 0.0, person(100)))
    track.apply(frame(1, 0.1))
    assert track.apply(failed(2, 0.2)) == failed(2, 0.2)
    assert ids(track.apply(frame(3, 0.9, person(120)))) == [1]


def test_id_is_forgotten_after_a_second_of_real_time_and_never_given_again() -> None:
    track = Track()
    track.apply(frame(0, 0.0, person(100), person(500)))
    assert ids(track.apply(frame(1, 1.5, person(100)))) == [3]
    assert ids(track.apply(frame(2, 3.0, person(100), person(500)))) == [4, 5]


def test_age_counts_milliseconds_not_frames() -> None:
    settings = TrackSettings(max_age=100.0)
    slow, quick = Track(settings), Track(settings)
    for track, step in ((slow, 0.2), (quick, 0.02)):
        track.apply(frame(0, 0.0, person(100)))
        track.apply(frame(1, step))
    assert ids(slow.apply(frame(2, 0.4, person(100)))) == [2]
    assert ids(quick.apply(frame(2, 0.04, person(100)))) == [1]


def test_only_so_many_people_are_remembered() -> None:
    track = Track(TrackSettings(max_tracks=2))
    track.apply(frame(0, 0.0, person(100)))
    track.apply(frame(1, 0.1, person(500), person(900)))
    assert ids(track.apply(frame(2, 0.2, person(500), person(100)))) == [2, 4]


def test_somebody_elsewhere_is_somebody_else() -> None:
    track = Track()
    track.apply(frame(0, 0.0, person(100)))
    assert ids(track.apply(frame(1, 0.1, person(600)))) == [2]


def test_two_alike_poses_get_two_ids() -> None:
    assert ids(Track().apply(frame(0, 0.0, person(100), person(100)))) == [1, 2]


def test_likeness_of_the_same_pose_is_one_and_of_a_distant_one_nought() -> None:
    assert likeness(person(100), person(100), 0.2) == pytest.approx(1.0)
    assert likeness(person(100), person(900), 0.2) == pytest.approx(0.0, abs=1e-6)


def test_likeness_falls_back_on_boxes_when_keypoints_are_faint() -> None:
    one, two = person(100, score=0.1), person(140, score=0.1)
    assert one.box is not None
    assert two.box is not None
    assert likeness(one, two, 0.2) == box_overlap(one.box, two.box)
    assert 0.3 < likeness(one, two, 0.2) < 0.7


def test_overlap_of_boxes() -> None:
    assert box_overlap((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert box_overlap((0, 0, 10, 10), (10, 0, 20, 10)) == 0
    assert box_overlap((3, 3, 3, 3), (3, 3, 3, 3)) == 0


def test_crossing_is_decided_by_keypoints_where_boxes_are_equal() -> None:
    one, two = person(100), person(100)
    turned = two.keypoints.copy()
    turned[:, 1] = turned[::-1, 1]
    other = type(two)(turned, two.score, two.box)
    track = Track()
    assert ids(track.apply(frame(0, 0.0, one, other))) == [1, 2]
    assert ids(track.apply(frame(1, 0.1, other, one))) == [2, 1]
    assert np.array_equal(other.keypoints, turned)
