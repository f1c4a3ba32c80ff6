"""The nouns of the program: images, frames, poses and results; frozen, NumPy only."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from movenet_cli.core.size import Size as Size  # noqa: PLC0414 - one of the nouns

FloatArray = npt.NDArray[np.float32]
ByteArray = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in source pixels; (0, 0) is the top-left corner of the top-left pixel."""

PixelRect = tuple[int, int, int, int]
"""x0, y0, x1, y1 in whole source pixels, x1 and y1 exclusive."""

Status = Literal["ok", "empty", "failed"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)


class Image(ABC):
    """Upright pixels of one frame, converted to RGB only as far as somebody asks."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Width of the upright image in pixels."""

    @property
    @abstractmethod
    def height(self) -> int:
        """Height of the upright image in pixels."""

    @property
    def size(self) -> Size:
        """Width and height of the upright image."""
        return Size(self.width, self.height)

    @abstractmethod
    def rgb(self) -> ByteArray:
        """The whole image: (height, width, 3) uint8 RGB; read-only for the caller."""

    @abstractmethod
    def resized(self, rect: PixelRect, size: Size) -> ByteArray:
        """The part `rect`, which lies inside the image, scaled to `size`.

        Returns:
            (size.height, size.width, 3) uint8 RGB, sampled bilinearly at pixel centres without
            anti-aliasing, as `tf.image.resize` does.
        """


@dataclass(frozen=True, slots=True)
class Frame:
    """One image of an input.

    Attributes:
        index: position in the source, counted from 0, whatever the stride.
        time: seconds since the first frame; None for an image.
        image: the upright pixels.
    """

    index: int
    time: float | None
    image: Image


@dataclass(frozen=True, slots=True)
class FailedFrame:
    """A frame that was asked for and could not be had; `reason` is one line for the user."""

    index: int
    time: float | None
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """One person.

    Attributes:
        keypoints: (17, 3) float32: x, y in source pixels, score in 0..1; never clipped, never dropped.
        score: the mean keypoint score (single-pose), or the model's own person score (multi-pose).
        box: the tight box of the confident keypoints (single-pose) or the model's box; None when nothing is.
        id: the track's number, None when nobody tracks.
        smoothed: (17, 2) float32: x, y in source pixels after the filter over time; None when nobody smooths.
    """

    keypoints: FloatArray
    score: float
    box: Box | None
    id: int | None = None
    smoothed: FloatArray | None = None

    def is_seen(self, min_score: float) -> bool:
        """Whether any keypoint reaches `min_score`."""
        return bool((self.keypoints[:, 2] >= min_score).any())


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What became of one frame: `ok` (someone seen), `empty` (nobody), or `failed` (with `reason`).

    `size` is that of its upright image; None when that is the input's, or not known.
    """

    index: int
    time: float | None
    status: Status
    poses: tuple[Pose, ...] = ()
    reason: str | None = None
    size: Size | None = None

    @classmethod
    def of(cls, frame: Frame, poses: Sequence[Pose], min_score: float) -> "FrameResult":
        """The result of a frame that was looked at."""
        status: Status = "ok" if any(pose.is_seen(min_score) for pose in poses) else "empty"
        return cls(frame.index, frame.time, status, tuple(poses), size=frame.image.size)

    @classmethod
    def failed(cls, skipped: FailedFrame) -> "FrameResult":
        """The result of a frame that could not be looked at."""
        return cls(skipped.index, skipped.time, "failed", (), skipped.reason)
