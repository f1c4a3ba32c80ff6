"""What goes into a decoder and what comes out of it in; every frame it owed, in order, out: there or lost.

A decoder says that some packet was bad, not which frame is missing. The accounts find out by comparing.
"""

import heapq
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

UNDECODABLE = "frame could not be decoded"
_PATIENCE = 16
"""So many later frames may come before a missing one is given up: no codec reorders further."""


@dataclass(frozen=True, slots=True)
class Settled(Generic[T]):
    """A frame whose turn has come.

    Attributes:
        timestamp: in units of the stream; None when it has none.
        item: the decoded frame; None when it is lost.
        reason: why it is lost.
    """

    timestamp: int | None
    item: T | None
    reason: str = UNDECODABLE


class Account(ABC, Generic[T]):
    """The bookkeeping of one stream.

    Attributes:
        is_strict: every packet is a frame in this codec, so a packet without its frame is a lost frame;
            otherwise only as many are as errors were met.
    """

    def __init__(self, *, is_strict: bool) -> None:
        self.is_strict = is_strict

    @abstractmethod
    def sent(self, timestamp: int | None, reason: str = UNDECODABLE) -> None:
        """A packet goes to the decoder; `reason` is for the case that nothing comes of it."""

    @abstractmethod
    def failed(self) -> Iterator[Settled[T]]:
        """The decoder met an error."""

    @abstractmethod
    def arrived(self, timestamp: int | None, item: T) -> Iterator[Settled[T]]:
        """A frame came out; gives the frames whose turn it is now."""

    @abstractmethod
    def ended(self) -> Iterator[Settled[T]]:
        """Nothing more comes; gives the rest."""


class TimedAccount(Account[T]):
    """For streams with presentation times: frames are put in their order and matched by timestamp."""

    def __init__(self, *, is_strict: bool) -> None:
        super().__init__(is_strict=is_strict)
        self._owed: list[tuple[int, str]] = []
        self._ready: list[tuple[int, int, T]] = []
        self._errors = 0
        self._arrivals = 0
        self._newest = 0
        self._settled: int | None = None

    def sent(self, timestamp: int | None, reason: str = UNDECODABLE) -> None:
        """See `Account.sent`; a packet without a time is not waited for."""
        if timestamp is not None:
            heapq.heappush(self._owed, (timestamp, reason))

    def failed(self) -> Iterator[Settled[T]]:
        """See `Account.failed`: which frame it was shows later."""
        self._errors += 1
        return iter(())

    def arrived(self, timestamp: int | None, item: T) -> Iterator[Settled[T]]:
        """See `Account.arrived`; a frame that comes after it was given up stays lost."""
        self._newest = self._newest if timestamp is None else timestamp
        is_late = self._is_late()
        if is_late and self._settled is not None:
            self._newest = self._settled
        if not is_late or not self.is_strict:
            self._arrivals += 1
            heapq.heappush(self._ready, (self._newest, self._arrivals, item))
        return self._settle(_PATIENCE)

    def ended(self) -> Iterator[Settled[T]]:
        """See `Account.ended`."""
        yield from self._settle(0)
        while self._owed:
            yield from self._give_up()

    def _is_late(self) -> bool:
        """Whether later frames than the newest one have had their turn, and nobody waits for it."""
        if self._settled is None or self._newest > self._settled:
            return False
        return not self._owed or self._owed[0][0] > self._newest

    def _settle(self, patience: int) -> Iterator[Settled[T]]:
        while self._ready:
            if self._owed and self._owed[0][0] < self._ready[0][0]:
                if len(self._ready) <= patience:
                    return
                yield from self._give_up()
                continue
            timestamp, _, item = heapq.heappop(self._ready)
            if self._owed and self._owed[0][0] == timestamp:
                heapq.heappop(self._owed)
            self._settled = timestamp
            yield Settled(timestamp, item)

    def _give_up(self) -> Iterator[Settled[T]]:
        timestamp, reason = heapq.heappop(self._owed)
        if self.is_strict or self._errors:
            self._errors = max(0, self._errors - 1)
            self._settled = timestamp
            yield Settled(timestamp, None, reason)


class CountedAccount(Account[T]):
    """For streams without presentation times: the n-th frame gets the n-th packet's time."""

    def __init__(self, *, is_strict: bool) -> None:
        super().__init__(is_strict=is_strict)
        self._owed: deque[tuple[int | None, str]] = deque()

    def sent(self, timestamp: int | None, reason: str = UNDECODABLE) -> None:
        """See `Account.sent`; `timestamp` is the decoding time."""
        self._owed.append((timestamp, reason))

    def failed(self) -> Iterator[Settled[T]]:
        """See `Account.failed`: one frame is lost here."""
        if self._owed:
            timestamp, reason = self._owed.popleft()
            yield Settled(timestamp, None, reason)

    def arrived(self, timestamp: int | None, item: T) -> Iterator[Settled[T]]:
        """See `Account.arrived`."""
        yield Settled(self._owed.popleft()[0] if self._owed else None, item)

    def ended(self) -> Iterator[Settled[T]]:
        """See `Account.ended`."""
        if self.is_strict:
            yield from (Settled(timestamp, None, reason) for timestamp, reason in self._owed)
        self._owed.clear()
