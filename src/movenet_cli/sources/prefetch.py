"""An iterator in; the same items out, made ahead by one thread behind a bounded queue."""

import threading
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Prefetcher(Generic[T]):
    """Runs an iterator in its own thread, at most `depth` items ahead of the consumer.

    An error of the iterator is raised in the consumer, after the items before it.
    """

    def __init__(self, items: Iterator[T], *, depth: int, name: str) -> None:
        self._items = items
        self._depth = depth
        self._ready: deque[T] = deque()
        self._error: BaseException | None = None
        self._ended = False
        self._stopped = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        """The consumer's end."""
        return self

    def __next__(self) -> T:
        """The next item; waits for it."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._ended)
            if self._ready:
                self._changed.notify_all()
                return self._ready.popleft()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        raise StopIteration

    def close(self) -> None:
        """Stop the thread after the item in hand and wait for it; safe to call twice."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()
        self._ready.clear()
        self._items = iter(())  # the iterator may hold on to what holds on to this object

    def _run(self) -> None:
        try:
            for item in self._items:
                if not self._hand_over(item):
                    break
        except BaseException as error:  # noqa: BLE001 - raised again where the items are used
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _hand_over(self, item: T) -> bool:
        """Queue one item when there is room; False when nobody wants it any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or len(self._ready) < self._depth)
            if self._stopped:
                return False
            self._ready.append(item)
            self._changed.notify_all()
            return True
