"""Timestamps of a decoder's packets and of the frames it gave back in; which frames are lost out."""

import heapq


class Ledger:
    """Keeps account of what a decoder owes, in presentation order.

    Args:
        is_strict: one packet is one frame for this codec, so every packet without its frame is a lost frame;
            otherwise only as many are as decoding errors were met.
    """

    def __init__(self, *, is_strict: bool) -> None:
        self._is_strict = is_strict
        self._owed: list[int] = []
        self._errors = 0

    def sent(self, pts: int) -> None:
        """A packet went to the decoder."""
        heapq.heappush(self._owed, pts)

    def failed(self) -> None:
        """The decoder refused a packet; which one shows later."""
        self._errors += 1

    def lost_before(self, pts: int | None) -> list[int]:
        """What was owed before the frame at `pts`, which has come out; None: decoding is over."""
        lost = []
        while self._owed and (pts is None or self._owed[0] < pts):
            owed = heapq.heappop(self._owed)
            if self._is_strict or self._errors:
                self._errors = max(0, self._errors - 1)
                lost.append(owed)
        if self._owed and self._owed[0] == pts:
            heapq.heappop(self._owed)
        return lost
