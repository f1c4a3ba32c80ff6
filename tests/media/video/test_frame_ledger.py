"""What a decoder owes and what it gives, without any decoder."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movenet_cli.media.video.frame_ledger import CountedAccount, Settled, TimedAccount


def settle(
    sent: Sequence[int], arrived: Sequence[int], *, is_strict: bool = True, errors: int = 0
) -> list[tuple[int | None, bool]]:
    """Timestamp and presence of everything that is settled when all packets go first."""
    account = TimedAccount[str](is_strict=is_strict)
    for timestamp in sent:
        account.sent(timestamp)
    settled: list[Settled[str]] = []
    for _ in range(errors):
        settled += account.failed()
    for timestamp in arrived:
        settled += account.arrived(timestamp, str(timestamp))
    settled += account.ended()
    assert all(one.item in (None, str(one.timestamp)) for one in settled) or not is_strict
    return [(one.timestamp, one.item is not None) for one in settled]


def test_nothing_lost() -> None:
    assert settle([0, 3, 1, 2], [0, 1, 2, 3]) == [(0, True), (1, True), (2, True), (3, True)]


@pytest.mark.parametrize("missing", [0, 1, 2, 3])
def test_a_packet_without_its_frame_is_lost(missing: int) -> None:
    arrived = [timestamp for timestamp in range(4) if timestamp != missing]
    assert settle([0, 3, 1, 2], arrived) == [(timestamp, timestamp != missing) for timestamp in range(4)]


def test_frames_out_of_order_are_put_in_order() -> None:
    assert settle(range(5), [0, 2, 4, 1, 3]) == [(timestamp, True) for timestamp in range(5)]


def test_a_frame_is_given_up_after_a_while_and_stays_lost() -> None:
    late = [*range(1, 30), 0, 30]
    assert settle(range(31), late) == [(0, False), *((timestamp, True) for timestamp in range(1, 31))]


def test_other_codecs_lose_only_as_many_as_errors() -> None:
    assert settle(range(4), [0, 3], is_strict=False) == [(0, True), (3, True)]
    assert settle(range(4), [0, 3], is_strict=False, errors=1) == [(0, True), (1, False), (3, True)]


def test_other_codecs_late_frames_count_and_time_does_not_go_back() -> None:
    late = [*range(1, 30), 0, 30]
    times = [timestamp for timestamp, _ in settle(range(31), late, is_strict=False)]
    assert times == sorted(times)
    assert len(times) == 31


def test_a_frame_that_nobody_sent_counts() -> None:
    assert settle([0, 2], [0, 1, 2]) == [(0, True), (1, True), (2, True)]


def test_equal_timestamps_are_different_frames() -> None:
    assert settle([0, 0, 1], [0, 0, 1]) == [(0, True), (0, True), (1, True)]
    assert sorted(settle([0, 0, 1], [0, 1])) == [(0, False), (0, True), (1, True)]


def test_reasons_stay_with_their_frames() -> None:
    account = TimedAccount[str](is_strict=True)
    account.sent(0)
    account.sent(1, "the file ends early")
    assert [one.reason for one in account.ended()] == ["frame could not be decoded", "the file ends early"]


@settings(deadline=None)
@given(
    st.sets(st.integers(0, 400), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
    st.integers(0, 15),
)
def test_every_frame_is_settled_once_and_in_order(
    timestamps: set[int], chance: random.Random, reach: int
) -> None:
    """Frames come displaced by fewer places than a codec's reach, and some do not come."""
    order = sorted(timestamps)
    arriving = [timestamp for timestamp in order if chance.random() < 0.8]
    place = {timestamp: number + chance.random() * reach for number, timestamp in enumerate(arriving)}
    arriving.sort(key=lambda timestamp: place[timestamp])
    expected = [(timestamp, timestamp in arriving) for timestamp in order]
    assert settle(order, arriving) == expected


def test_counted_frames_take_the_packets_times_in_turn() -> None:
    account = CountedAccount[str](is_strict=True)
    for timestamp in (5, 6, 9, 10):
        account.sent(timestamp)
    settled = [*account.arrived(None, "a"), *account.failed(), *account.arrived(None, "b"), *account.ended()]
    assert [(one.timestamp, one.item) for one in settled] == [(5, "a"), (6, None), (9, "b"), (10, None)]


def test_counted_frames_beyond_the_packets_have_no_time() -> None:
    account = CountedAccount[str](is_strict=False)
    assert [one.timestamp for one in account.arrived(7, "a")] == [None]
    assert list(account.failed()) == []
