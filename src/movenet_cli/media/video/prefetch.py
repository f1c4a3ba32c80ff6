"""Runs an iterator ahead of its consumer, in a thread of its own and behind a bounded queue."""

import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class _End:
    """What comes after the last item."""


class Prefetcher(Generic[T]):
    """Runs an iterator in its own thread, at most `depth` items ahead of the consumer.

    An error of the iterator is raised in the consumer, after the items before it.
    """

    def __init__(self, items: Iterator[T], *, depth: int, name: str) -> None:
        self._items = items
        self._ready: SimpleQueue[T | _End] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()  # one for each item that may still be made
        for _ in range(depth):
            self._room.put(None)
        self._error: BaseException | None = None
        self._ended = False
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        """The consumer's end."""
        return self

    def __next__(self) -> T:
        """The next item; waits for it."""
        if self._ended:
            raise StopIteration
        item = self._ready.get()
        if isinstance(item, _End):
            self._ended = True
            raise self._error or StopIteration
        self._room.put(None)
        return item

    def close(self) -> None:
        """Stop the thread after the item in hand and wait for it; safe to call twice."""
        self._stopped = True
        self._room.put(None)
        self._thread.join()
        self._ended = True
        self._ready = SimpleQueue()
        self._items = iter(())  # the iterator may hold on to what holds on to this object

    def _run(self) -> None:
        try:
            for item in self._items:
                self._room.get()
                if self._stopped:
                    return
                self._ready.put(item)
        except BaseException as error:  # noqa: BLE001 - raised again where the items are used
            self._error = error
        finally:
            self._ready.put(_End())
