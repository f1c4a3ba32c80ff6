"""What the page shows of a frame: its score, and the points of the people in it, as small JSON values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from movenet_cli.core.results import Header
from movenet_cli.core.types import FrameResult, Pose, Status

Person = list[float]
"""The person's score, then x, y and score of each keypoint; scores in hundredths, positions in the pixels of
the input, whole ones where it has many."""

_MANY: Final = 500


@dataclass(frozen=True, slots=True)
class FrameView:
    """One frame.

    Attributes:
        index: in the source.
        time: seconds; None for an image, and where results do not tell.
        status: what became of it.
        score: the lowest of its people's scores; None without people.
        best: the highest.
        people: where they are.
    """

    index: int
    time: float | None
    status: Status
    score: float | None
    best: float | None
    people: tuple[Person, ...]


def view_of(result: FrameResult, people: Sequence[Pose], header: Header) -> FrameView:
    """What to show of a result, whose `people` are known."""
    scores = [float(pose.score) for pose in people]
    return FrameView(
        result.index,
        result.time,
        result.status,
        min(scores, default=None),
        max(scores, default=None),
        tuple(_person(pose, result, header) for pose in people),
    )


def hundredths(score: float | None) -> int | None:
    """A score as the page has it."""
    return None if score is None else round(100 * score)


def _person(pose: Pose, result: FrameResult, header: Header) -> Person:
    info = header.info
    size = result.size or info
    scale = info.width / size.width, info.height / size.height
    points = (pose.keypoints[:, :2] if pose.smoothed is None else pose.smoothed) * scale
    rounded = points.round(0 if max(info.width, info.height) >= _MANY else 1).tolist()
    person: Person = [round(100 * pose.score)]
    for (x, y), score in zip(rounded, pose.keypoints[:, 2].tolist(), strict=True):
        person += (_short(x), _short(y), round(100 * score))
    return person


def _short(number: float) -> float:
    """A whole number without its `.0`."""
    return int(number) if number.is_integer() else number
