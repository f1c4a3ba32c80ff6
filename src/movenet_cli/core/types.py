"""The nouns of the program: images, frames, poses and results; frozen, NumPy only."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from movenet_cli.core.size import Size as Size  # noqa: PLC0414 - one of the nouns
from movenet_cli.core.thresholds import Thresholds as Thresholds  # noqa: PLC0414 - the same

FloatArray = npt.NDArray[np.float32]
ByteArray = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in source pixels; (0, 0) is the top-left corner of the top-left pixel."""

PixelRect = tuple[int, int, int, int]
"""x0, y0, x1, y1 in whole source pixels, x1 and y1 exclusive."""

Status = Literal["ok", "empty", "failed"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)


@dataclass(frozen=True, slots=True, eq=False)
class Yuv420:
    """Upright 8-bit pixels as most videos store them: chroma has one sample for every four of luma.

    Attributes:
        planes: Y (height, width), U and V (half of that, rounded up), uint8; read-only for the caller.
        luma_weights: Kr and Kb of ITU-T H.273, which tell what Y is of red, green and blue.
        is_full_range: whether black and white are 0 and 255, instead of 16 and 235.
        chroma_site: x, y of the middle of the first chroma sample, in pixels from the image's corner.
    """

    planes: tuple[ByteArray, ByteArray, ByteArray]
    luma_weights: tuple[float, float]
    is_full_range: bool
    chroma_site: tuple[float, float]


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

    def yuv(self) -> Yuv420 | None:
        """The pixels as they are stored, when that is 8-bit YUV 4:2:0; None when it is anything else."""
        return None

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
        restarted: whether a crop that follows was set anew, and this may be somebody else than in the frame
            before.
    """

    keypoints: FloatArray
    score: float
    box: Box | None
    id: int | None = None
    smoothed: FloatArray | None = None
    restarted: bool = False

    def is_seen(self, min_score: float) -> bool:
        """Whether any keypoint reaches `min_score`."""
        return bool((self.keypoints[:, 2] >= min_score).any())


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What became of one frame: `ok` (someone is there), `empty` (nobody), or `failed` (with `reason`).

    `size` is that of its upright image; None when that is the input's, or not known.
    """

    index: int
    time: float | None
    status: Status
    poses: tuple[Pose, ...] = ()
    reason: str | None = None
    size: Size | None = None

    @classmethod
    def of(cls, frame: Frame, poses: Sequence[Pose], thresholds: Thresholds) -> "FrameResult":
        """The result of a frame that was looked at."""
        status: Status = "ok" if any(map(thresholds.is_person, poses)) else "empty"
        return cls(frame.index, frame.time, status, tuple(poses), size=frame.image.size)

    @classmethod
    def failed(cls, skipped: FailedFrame) -> "FrameResult":
        """The result of a frame that could not be looked at."""
        return cls(skipped.index, skipped.time, "failed", (), skipped.reason)

    @property
    def restarted(self) -> bool:
        """Whether somebody is there who may be another person than in the frame before; see `Pose`."""
        return self.status == "ok" and any(pose.restarted for pose in self.poses)
