"""The frame ledger: which frames a decoder was given packets for, which of them came, and which are lost.

A decoder says that some packet was bad, not which frame is missing. The ledger finds out: each packet makes a
frame expected, each decoded frame is matched with one, and all are emitted in order, the lost ones as well.
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
"""Frames that may come after a missing one before it is given up: no codec reorders further."""


@dataclass(frozen=True, slots=True)
class Emitted(Generic[T]):
    """A frame whose turn has come.

    Attributes:
        timestamp: in units of the stream; None when it has none.
        item: the decoded frame; None when it is lost.
        reason: why it is lost.
    """

    timestamp: int | None
    item: T | None
    reason: str = UNDECODABLE


class FrameLedger(ABC, Generic[T]):
    """The expected, arrived and lost frames of one stream.

    Attributes:
        is_strict: every packet is a frame in this codec, so a packet without its frame is a lost frame;
            otherwise a packet may be half a frame or none, and only as many are lost as errors were met.
    """

    def __init__(self, *, is_strict: bool) -> None:
        self.is_strict = is_strict

    @abstractmethod
    def expect(self, timestamp: int | None, reason: str = UNDECODABLE) -> None:
        """A packet goes to the decoder; `reason` is for the case that nothing comes of it."""

    @abstractmethod
    def failed(self) -> Iterator[Emitted[T]]:
        """The decoder met an error."""

    @abstractmethod
    def arrived(self, timestamp: int | None, item: T) -> Iterator[Emitted[T]]:
        """A frame came out; gives the frames whose turn it is now."""

    @abstractmethod
    def ended(self) -> Iterator[Emitted[T]]:
        """Nothing more comes; gives the rest."""


class TimedLedger(FrameLedger[T]):
    """For streams with presentation times: frames are put in their order and matched by timestamp."""

    def __init__(self, *, is_strict: bool) -> None:
        super().__init__(is_strict=is_strict)
        self._expected: list[tuple[int, str]] = []  # a heap of timestamps, each with its reason to be lost
        self._ready: list[tuple[int, int, T]] = []  # a heap of decoded frames; those of one time as they came
        self._errors = 0  # met by the decoder, and not yet laid to a frame
        self._arrivals = 0
        self._newest = 0
        self._last_emitted: int | None = None

    def expect(self, timestamp: int | None, reason: str = UNDECODABLE) -> None:
        """See `FrameLedger.expect`; a packet without a time is not waited for."""
        if timestamp is not None:
            heapq.heappush(self._expected, (timestamp, reason))

    def failed(self) -> Iterator[Emitted[T]]:
        """See `FrameLedger.failed`: which frame it was shows later."""
        self._errors += 1
        return iter(())

    def arrived(self, timestamp: int | None, item: T) -> Iterator[Emitted[T]]:
        """See `FrameLedger.arrived`; a frame that comes after it was given up stays lost."""
        self._newest = self._newest if timestamp is None else timestamp
        is_late = self._is_late()
        if is_late and self._last_emitted is not None:
            self._newest = self._last_emitted  # time does not go back
        # In a strict codec a late frame was emitted as lost, and must not count twice. In others what is
        # given up without an error is not emitted, since its packet may be no frame: here it comes after all.
        if not is_late or not self.is_strict:
            self._arrivals += 1
            heapq.heappush(self._ready, (self._newest, self._arrivals, item))
        return self._emit(_PATIENCE)

    def ended(self) -> Iterator[Emitted[T]]:
        """See `FrameLedger.ended`."""
        yield from self._emit(0)
        while self._expected:
            yield from self._give_up()

    def _is_late(self) -> bool:
        """Whether frames after the newest one have been emitted, and it is not expected any more."""
        if self._last_emitted is None or self._newest > self._last_emitted:
            return False
        return not self._expected or self._expected[0][0] > self._newest

    def _emit(self, patience: int) -> Iterator[Emitted[T]]:
        """Emit what is ready, up to the first frame that may still come."""
        while self._ready:
            # The first decoded frame waits as long as an earlier one is expected. When more have come
            # meanwhile than a codec holds back, that one comes no more.
            if self._expected and self._expected[0][0] < self._ready[0][0]:
                if len(self._ready) <= patience:
                    return
                yield from self._give_up()
                continue
            timestamp, _, item = heapq.heappop(self._ready)
            if self._expected and self._expected[0][0] == timestamp:
                heapq.heappop(self._expected)
            self._last_emitted = timestamp
            yield Emitted(timestamp, item)

    def _give_up(self) -> Iterator[Emitted[T]]:
        """Stop waiting for the first expected frame: it is lost, or its packet was no frame of its own."""
        timestamp, reason = heapq.heappop(self._expected)
        if self.is_strict or self._errors:
            self._errors = max(0, self._errors - 1)
            self._last_emitted = timestamp
            yield Emitted(timestamp, None, reason)


class CountedLedger(FrameLedger[T]):
    """For streams without presentation times: the n-th frame gets the n-th packet's time.

    Frames come out of the decoder in the order of presentation, so nothing has to be put in order.
    """

    def __init__(self, *, is_strict: bool) -> None:
        super().__init__(is_strict=is_strict)
        self._expected: deque[tuple[int | None, str]] = deque()

    def expect(self, timestamp: int | None, reason: str = UNDECODABLE) -> None:
        """See `FrameLedger.expect`; `timestamp` is the decoding time."""
        self._expected.append((timestamp, reason))

    def failed(self) -> Iterator[Emitted[T]]:
        """See `FrameLedger.failed`: one frame is lost here, the best guess without times."""
        if self._expected:
            timestamp, reason = self._expected.popleft()
            yield Emitted(timestamp, None, reason)

    def arrived(self, timestamp: int | None, item: T) -> Iterator[Emitted[T]]:
        """See `FrameLedger.arrived`."""
        yield Emitted(self._expected.popleft()[0] if self._expected else None, item)

    def ended(self) -> Iterator[Emitted[T]]:
        """See `FrameLedger.ended`."""
        if self.is_strict:
            yield from (Emitted(timestamp, None, reason) for timestamp, reason in self._expected)
        self._expected.clear()
