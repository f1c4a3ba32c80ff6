"""What is expected of a decoder and what it gives, without any decoder."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movenet_cli.media.video.frame_ledger import CountedLedger, Emitted, TimedLedger


def emitted_of(
    sent: Sequence[int], arrived: Sequence[int], *, is_strict: bool = True, errors: int = 0
) -> list[tuple[int | None, bool]]:
    """Timestamp and presence of everything that is emitted when all packets go first."""
    ledger = TimedLedger[str](is_strict=is_strict)
    for timestamp in sent:
        ledger.expect(timestamp)
    emitted: list[Emitted[str]] = []
    for _ in range(errors):
        emitted += ledger.failed()
    for timestamp in arrived:
        emitted += ledger.arrived(timestamp, str(timestamp))
    emitted += ledger.ended()
    assert all(one.item in (None, str(one.timestamp)) for one in emitted) or not is_strict
    return [(one.timestamp, one.item is not None) for one in emitted]


def test_nothing_lost() -> None:
    assert emitted_of([0, 3, 1, 2], [0, 1, 2, 3]) == [(0, True), (1, True), (2, True), (3, True)]


@pytest.mark.parametrize("missing", [0, 1, 2, 3])
def test_a_packet_without_its_frame_is_lost(missing: int) -> None:
    arrived = [timestamp for timestamp in range(4) if timestamp != missing]
    assert emitted_of([0, 3, 1, 2], arrived) == [(timestamp, timestamp != missing) for timestamp in range(4)]


def test_frames_out_of_order_are_put_in_order() -> None:
    assert emitted_of(range(5), [0, 2, 4, 1, 3]) == [(timestamp, True) for timestamp in range(5)]


def test_a_frame_is_given_up_after_a_while_and_stays_lost() -> None:
    late = [*range(1, 30), 0, 30]
    assert emitted_of(range(31), late) == [(0, False), *((timestamp, True) for timestamp in range(1, 31))]


def test_other_codecs_lose_only_as_many_as_errors() -> None:
    assert emitted_of(range(4), [0, 3], is_strict=False) == [(0, True), (3, True)]
    assert emitted_of(range(4), [0, 3], is_strict=False, errors=1) == [(0, True), (1, False), (3, True)]


def test_other_codecs_late_frames_count_and_time_does_not_go_back() -> None:
    late = [*range(1, 30), 0, 30]
    times = [timestamp for timestamp, _ in emitted_of(range(31), late, is_strict=False)]
    assert times == sorted(times)
    assert len(times) == 31


def test_a_frame_that_nobody_sent_counts() -> None:
    assert emitted_of([0, 2], [0, 1, 2]) == [(0, True), (1, True), (2, True)]


def test_equal_timestamps_are_different_frames() -> None:
    assert emitted_of([0, 0, 1], [0, 0, 1]) == [(0, True), (0, True), (1, True)]
    assert sorted(emitted_of([0, 0, 1], [0, 1])) == [(0, False), (0, True), (1, True)]


def test_reasons_stay_with_their_frames() -> None:
    ledger = TimedLedger[str](is_strict=True)
    ledger.expect(0)
    ledger.expect(1, "the file ends early")
    assert [one.reason for one in ledger.ended()] == ["frame could not be decoded", "the file ends early"]


@settings(deadline=None)
@given(
    st.sets(st.integers(0, 400), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
    st.integers(0, 15),
)
def test_every_frame_is_emitted_once_and_in_order(
    timestamps: set[int], chance: random.Random, reach: int
) -> None:
    """Frames come displaced by fewer places than a codec's reach, and some do not come."""
    order = sorted(timestamps)
    arriving = [timestamp for timestamp in order if chance.random() < 0.8]
    place = {timestamp: number + chance.random() * reach for number, timestamp in enumerate(arriving)}
    arriving.sort(key=lambda timestamp: place[timestamp])
    expected = [(timestamp, timestamp in arriving) for timestamp in order]
    assert emitted_of(order, arriving) == expected


def test_counted_frames_take_the_packets_times_in_turn() -> None:
    ledger = CountedLedger[str](is_strict=True)
    for timestamp in (5, 6, 9, 10):
        ledger.expect(timestamp)
    emitted = [*ledger.arrived(None, "a"), *ledger.failed(), *ledger.arrived(None, "b"), *ledger.ended()]
    assert [(one.timestamp, one.item) for one in emitted] == [(5, "a"), (6, None), (9, "b"), (10, None)]


def test_counted_frames_beyond_the_packets_have_no_time() -> None:
    ledger = CountedLedger[str](is_strict=False)
    assert [one.timestamp for one in ledger.arrived(7, "a")] == [None]
    assert list(ledger.failed()) == []
