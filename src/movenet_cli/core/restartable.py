"""Many items that are never in memory together, and can be gone through more than once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Restartable(Generic[T]):
    """Makes its items anew each time.

    Attributes:
        make: called each time.
    """

    make: Callable[[], Iterable[T]]

    def __iter__(self) -> Iterator[T]:
        """From the first one on."""
        return iter(self.make())
