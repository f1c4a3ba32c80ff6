"""How far a run has come: percentages and totals that are never more certain than what is known."""

from movenet_cli.cli.tally import Tally
from movenet_cli.media.expected_frames import Expected


def test_frames_of_images_are_certain_those_of_videos_are_not() -> None:
    tally = Tally(["a.jpg", "b.mp4"])
    assert (tally.total, tally.fraction, tally.seconds_left) == (None, None, None)
    tally.expect("a.jpg", Expected(1, is_exact=True))
    assert tally.total is None, "nothing is known of the video yet"
    tally.expect("b.mp4", Expected(9))
    assert (tally.total, tally.is_exact) == (10, False)
    tally.add_frame("a.jpg")
    tally.finish("a.jpg", failed=False)
    assert tally.fraction == 0.1
    assert tally.seconds_left is not None
    assert tally.describe().startswith("about 10 %, 1 of about 10 frames, 1 of 2 inputs, ")
    for _ in range(7):
        tally.add_frame("b.mp4")
    tally.finish("b.mp4", failed=False)
    assert (tally.total, tally.is_exact, tally.fraction) == (8, True, 1.0)


def test_more_frames_than_declared_are_never_more_than_all() -> None:
    tally = Tally(["a.mp4"])
    tally.add_frame("a.mp4")
    tally.expect("a.mp4", Expected(2))
    for _ in range(5):
        tally.add_frame("a.mp4")
        assert tally.total is not None
        assert tally.total >= tally.frames
        assert tally.fraction is not None
        assert tally.fraction < 1
    tally.finish("a.mp4", failed=False)
    assert (tally.total, tally.fraction) == (6, 1.0)


def test_what_is_kept_or_fails_is_no_work_that_is_left() -> None:
    tally = Tally(["kept.mp4", "broken.mp4", "a.mp4"])
    tally.expect("kept.mp4", Expected(1000))
    tally.expect("broken.mp4", Expected(50))
    tally.expect("a.mp4", Expected(10))
    assert tally.total == 1060
    tally.finish("kept.mp4", failed=False)
    tally.add_frame("broken.mp4")
    tally.finish("broken.mp4", failed=True)
    assert (tally.total, tally.frames, tally.failed) == (11, 1, 1)


def test_an_input_of_unknown_length_leaves_the_rest_open_until_it_is_through() -> None:
    tally = Tally(["a.h264", "b.mp4"])
    tally.expect("a.h264", None)
    tally.expect("b.mp4", Expected(4))
    tally.add_frame("a.h264")
    assert (tally.total, tally.fraction, tally.seconds_left) == (None, None, None)
    assert tally.describe().startswith("1 frame, 0 of 2 inputs, ")
    tally.finish("a.h264", failed=False)
    assert tally.total == 5
    assert not tally.expects("a.h264")
    tally.expect("a.h264", Expected(99))
    assert tally.total == 5
