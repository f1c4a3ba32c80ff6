"""Items made ahead in a thread: all of them, in order, no further ahead than allowed, and errors too."""

import threading
from collections.abc import Iterator

import pytest

from movenet_cli.media.video.prefetch import Prefetcher


def test_all_items_in_order() -> None:
    assert list(Prefetcher(iter(range(1000)), depth=3, name="test")) == list(range(1000))


def test_it_stays_within_its_depth() -> None:
    made = []
    full = threading.Event()

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if number == 4:
                full.set()
            yield number

    ahead = Prefetcher(items(), depth=4, name="test")
    assert full.wait(10)
    assert made == [0, 1, 2, 3, 4]
    assert list(ahead) == list(range(100))


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("no more")

    ahead = Prefetcher(items(), depth=8, name="test")
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(ValueError, match="no more"):
        next(ahead)
    with pytest.raises(StopIteration):
        next(ahead)


@pytest.mark.parametrize("taken", [0, 1, 50])
def test_closing_ends_the_thread(taken: int) -> None:
    before = threading.active_count()
    ahead = Prefetcher(iter(range(100)), depth=2, name="test")
    for _ in range(taken):
        next(ahead)
    ahead.close()
    ahead.close()
    assert threading.active_count() == before
