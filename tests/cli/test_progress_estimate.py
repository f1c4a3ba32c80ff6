"""How far a run has come: percentages and totals that are never more certain than what is known."""

from movenet_cli.cli.progress_estimate import MANY, ProgressEstimate
from movenet_cli.media.expected_frames import Expected


def test_frames_of_images_are_certain_those_of_videos_are_not() -> None:
    estimate = ProgressEstimate(["a.jpg", "b.mp4"], 2)
    assert (estimate.total, estimate.fraction, estimate.seconds_left) == (None, None, None)
    estimate.expect("a.jpg", Expected(1, is_exact=True))
    assert estimate.total is None, "nothing is known of the video yet"
    estimate.expect("b.mp4", Expected(9))
    assert (estimate.total, estimate.is_exact) == (10, False)
    estimate.add_frame("a.jpg")
    estimate.finish("a.jpg", failed=False)
    assert estimate.fraction == 0.1
    assert estimate.seconds_left is not None
    assert estimate.describe().startswith("about 10 %, 1 of about 10 frames, 1 of 2 inputs, ")
    for _ in range(7):
        estimate.add_frame("b.mp4")
    estimate.finish("b.mp4", failed=False)
    assert (estimate.total, estimate.is_exact, estimate.fraction) == (8, True, 1.0)


def test_more_frames_than_declared_are_never_more_than_all() -> None:
    estimate = ProgressEstimate(["a.mp4"], 1)
    estimate.add_frame("a.mp4")
    estimate.expect("a.mp4", Expected(2))
    for _ in range(5):
        estimate.add_frame("a.mp4")
        assert estimate.total is not None
        assert estimate.total >= estimate.frames
        assert estimate.fraction is not None
        assert estimate.fraction < 1
    estimate.finish("a.mp4", failed=False)
    assert (estimate.total, estimate.fraction) == (6, 1.0)


def test_what_is_kept_or_fails_is_no_work_that_is_left() -> None:
    estimate = ProgressEstimate(["kept.mp4", "broken.mp4", "a.mp4"], 3)
    estimate.expect("kept.mp4", Expected(1000))
    estimate.expect("broken.mp4", Expected(50))
    estimate.expect("a.mp4", Expected(10))
    assert estimate.total == 1060
    estimate.finish("kept.mp4", failed=False)
    estimate.add_frame("broken.mp4")
    estimate.finish("broken.mp4", failed=True)
    assert (estimate.total, estimate.frames, estimate.failed) == (11, 1, 1)


def test_an_input_of_unknown_length_leaves_the_rest_open_until_it_is_through() -> None:
    estimate = ProgressEstimate(["a.h264", "b.mp4"], 2)
    estimate.expect("a.h264", None)
    estimate.expect("b.mp4", Expected(4))
    estimate.add_frame("a.h264")
    assert (estimate.total, estimate.fraction, estimate.seconds_left) == (None, None, None)
    assert estimate.describe().startswith("1 frame, 0 of 2 inputs, ")
    estimate.finish("a.h264", failed=False)
    assert estimate.total == 5
    assert not estimate.expects("a.h264")
    estimate.expect("a.h264", Expected(99))
    assert estimate.total == 5


def test_of_very_many_inputs_the_share_is_that_of_the_inputs() -> None:
    estimate = ProgressEstimate(iter(()), 2 * MANY)
    assert not estimate.expects("a.jpg"), "nobody opens a hundred thousand files beforehand"
    assert estimate.seconds_left is None
    for number in range(MANY // 2):
        estimate.add_frame(f"{number}.jpg")
        estimate.finish(f"{number}.jpg", failed=False)
    assert (estimate.total, estimate.fraction, estimate.is_exact) == (None, 0.25, False)
    assert estimate.seconds_left is not None
    assert estimate.describe().startswith("about 25 %, 25,000 frames, 25,000 of 100,000 inputs, ")
