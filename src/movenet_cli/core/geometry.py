"""`View`, the one geometry object: which source pixels go where in the model's input, and points back.

A rectangle of whole source pixels is scaled onto a rectangle of whole input pixels; the rest of the input is
black. Both rectangles are integers, so the scale that is stored is the one that was really used.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from movenet_cli.core.types import FloatArray, PixelRect, Size


@dataclass(frozen=True, slots=True)
class View:
    """A mapping between source pixels and a model's input.

    Attributes:
        source: the part of the source that is seen, inside the image.
        target: where it lands in the input, inside the input.
        input_size: of the model's input.
    """

    source: PixelRect
    target: PixelRect
    input_size: Size

    @property
    def scale(self) -> tuple[float, float]:
        """Input pixels per source pixel along x and y."""
        sx0, sy0, sx1, sy1 = self.source
        tx0, ty0, tx1, ty1 = self.target
        return (tx1 - tx0) / (sx1 - sx0), (ty1 - ty0) / (sy1 - sy0)

    def to_source(self, points: FloatArray) -> FloatArray:
        """Map points of the input to the source.

        Args:
            points: (..., 2) x, y in input pixels, (0, 0) the corner of the top-left pixel.

        Returns:
            (..., 2) float32: x, y in source pixels, not clipped.
        """
        scale, offset = _scale_and_offset(self)
        return np.asarray((points - offset) / scale, np.float32)

    def to_input(self, points: FloatArray) -> FloatArray:
        """Map points of the source, (..., 2) x, y in pixels, to the input: the inverse of `to_source`."""
        scale, offset = _scale_and_offset(self)
        return np.asarray(points * scale + offset, np.float32)


@lru_cache(maxsize=1024)
def _scale_and_offset(view: View) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(2,) float64 each: input pixels per source pixel, and where the source's corner lands in the input."""
    scale = np.array(view.scale)
    return scale, np.array(view.target[:2]) - scale * view.source[:2]


@lru_cache(maxsize=1024)
def letterbox(width: int, height: int, input_size: Size) -> View:
    """The whole image, aspect ratio kept, centred in the input.

    Rounds exactly as `tf.image.resize_with_pad` does: sizes and paddings are floored.

    Args:
        width: source width in pixels.
        height: source height in pixels.
        input_size: of the model's input.
    """
    input_width, input_height = input_size
    ratio = max(width / input_width, height / input_height)
    exact_height, exact_width = height / ratio, width / ratio
    resized_height, resized_width = max(1, math.floor(exact_height)), max(1, math.floor(exact_width))
    top = max(0, math.floor((input_height - exact_height) / 2))
    left = max(0, math.floor((input_width - exact_width) / 2))
    target = (left, top, left + resized_width, top + resized_height)
    return View((0, 0, width, height), target, input_size)


def square_crop(
    width: int, height: int, centre: tuple[float, float], side: float, input_size: Size
) -> View | None:
    """A square of the source that fills the input; what leaves the image is black.

    Args:
        width: source width in pixels.
        height: source height in pixels.
        centre: x, y of the square's centre in source pixels.
        side: length of its sides in source pixels.
        input_size: of the model's input.

    Returns:
        The view, or None when the square and the image do not overlap by a pixel.
    """
    horizontal = _overlap(centre[0] - side / 2, side, width, input_size.width)
    vertical = _overlap(centre[1] - side / 2, side, height, input_size.height)
    if horizontal is None or vertical is None:
        return None
    (sx0, sx1, tx0, tx1), (sy0, sy1, ty0, ty1) = horizontal, vertical
    return View((sx0, sy0, sx1, sy1), (tx0, ty0, tx1, ty1), input_size)


def _overlap(start: float, side: float, length: int, cells: int) -> tuple[int, int, int, int] | None:
    """One axis of `square_crop`: source start and end, target start and end, in whole pixels."""
    first, last = max(0, math.floor(start)), min(length, math.ceil(start + side))
    if side <= 0 or last <= first:
        return None
    scale = cells / side
    target_first = min(cells - 1, max(0, round((first - start) * scale)))
    target_last = min(cells, max(target_first + 1, round((last - start) * scale)))
    return first, last, target_first, target_last


def flexible_input_size(width: int, height: int, longer_side: int, step: int = 32) -> Size:
    """The input of a network that takes any size: the image's shape, sides rounded up to `step`.

    Args:
        width: source width in pixels.
        height: source height in pixels.
        longer_side: of the input, a multiple of `step`.
        step: what the network's strides demand.

    Returns:
        Of the input.
    """
    scale = longer_side / max(width, height)
    padded = (max(step, math.ceil(side * scale / step - 1e-9) * step) for side in (width, height))
    return Size(*(min(side, longer_side) for side in padded))
