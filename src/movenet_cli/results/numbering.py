"""The options of a document to the frame numbers that its records must have, one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass

from movenet_cli.errors import InputError


@dataclass(frozen=True, slots=True)
class Numbering:
    """What is known of a video's frame numbers before any is read.

    Attributes:
        stride: every number is a multiple of it.
        first: the first number; None when the times decide.
        has_gaps: whether the times decide which multiples are there; otherwise none may be missing.
    """

    stride: int
    first: int | None
    has_gaps: bool

    def check(self, index: int, last: int | None) -> None:
        """Whether frame `index` may follow frame `last`, or be the first one.

        Raises:
            InputError: it may not.
        """
        if last is not None and index <= last:
            raise InputError(f"frame {index} comes after frame {last}")
        if index % self.stride:
            raise InputError(f"frame {index} is no multiple of the stride {self.stride}")
        expected = self.first if last is None else None if self.has_gaps else last + self.stride
        if expected is not None and index != expected:
            raise InputError(f"frame {expected} is missing: the record is that of frame {index}")


def numbering(options: Mapping[str, object]) -> Numbering:
    """What a document's options say of its frame numbers.

    Raises:
        InputError: an option has a value that `annotate` refuses.
    """
    stride, start = _whole(options, "stride", least=1), _whole(options, "start_frame", least=0)
    step = 1 if stride is None else stride
    first = -(-(start or 0) // step) * step
    by_time = start is None and options.get("start") is not None
    return Numbering(step, None if by_time else first, options.get("fps") is not None)


def _whole(options: Mapping[str, object], name: str, least: int) -> int | None:
    value = options.get(name)
    if value is None:
        return None
    if type(value) is not int or not least <= value < 2**53:
        raise InputError(f"options.{name} is no whole number from {least} on")
    return value
