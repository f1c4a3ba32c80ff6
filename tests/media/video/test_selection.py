"""Which frames a range takes, by index and time alone."""

import pytest

from movenet_cli.core.inputs import FrameRange
from movenet_cli.media.video.selection import Selection


def taken(wanted: FrameRange, times: list[float | None]) -> list[int]:
    selection = Selection(wanted)
    indices = []
    for index, time in enumerate(times):
        if selection.is_over(index, time):
            break
        if selection.takes(index, time):
            indices.append(index)
    return indices


def test_a_rate_goes_by_time_and_does_not_drift() -> None:
    times: list[float | None] = [round(index * 1001 / 30000, 6) for index in range(300)]
    indices = taken(FrameRange(fps=10), times)
    assert len(indices) == 100
    for slot, index in enumerate(indices):
        assert 0 <= (times[index] or 0) - slot / 10 < 1001 / 30000 + 1e-6


def test_a_rate_with_gaps_takes_one_frame_a_slot() -> None:
    assert taken(FrameRange(fps=2), [0.0, 0.1, 0.4, 0.6, 0.9, 5.2, 5.4, 5.5]) == [0, 3, 5, 7]


def test_a_rate_equal_to_the_video_s_takes_all() -> None:
    times: list[float | None] = [round(index / 29.97, 6) for index in range(1000)]
    assert taken(FrameRange(fps=29.97), times) == list(range(1000))


@pytest.mark.parametrize("wanted", [FrameRange(fps=1), FrameRange(start=5.0), FrameRange(end=0.5)])
def test_without_times_all_are_taken(wanted: FrameRange) -> None:
    assert taken(wanted, [None] * 5) == [0, 1, 2, 3, 4]


def test_limits_are_inclusive_and_exclusive() -> None:
    times: list[float | None] = [0.0, 0.033333, 0.066667, 0.1, 0.133333]
    assert taken(FrameRange(start=1 / 30, end=0.1), times) == [1, 2]


def test_the_limit_counts_what_is_taken() -> None:
    assert taken(FrameRange(stride=2, max_frames=2, start_frame=1), [0.0] * 9) == [2, 4]
