"""The canvas of an overlay: one set of strokes for RGB pixels and for the separate planes of YUV 4:2:0.

A canvas has layers: RGB is one of three channels, YUV are three of one channel, two of which have a sample
for every four pixels. A shape is painted on each of them, in the layer's own coordinates and with its own
values of the colour, so that only the samples under the shape change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from movenet_cli.core.types import ByteArray, FloatArray, Yuv420

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

Polygon = npt.NDArray[np.int32]
"""(..., 2) int32: corners x, y in 1/16 samples of a layer, (0, 0) the middle of its first one."""

Points = FloatArray | npt.NDArray[np.float64]
"""(..., 2): x, y in pixels of the image, (0, 0) the top-left corner of the top-left one."""

_SHIFT: Final = 4
_RGB: Final = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0))
_OPAQUE: Final = (0.0, 0.0, 0.0, 255.0)
_CELLS: Final = 6
"""What is left of a face that is blurred: so many cells across."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """An array to paint on.

    Attributes:
        pixels: (h, w) or (h, w, C) uint8, writable.
        colours: a row for each channel: what it is of red, green, blue and 1.
        step: pixels of the image from one sample to the next.
        first: x, y of the first sample's middle, in pixels of the image.
    """

    pixels: ByteArray
    colours: tuple[tuple[float, ...], ...]
    step: int = 1
    first: tuple[float, float] = (0.5, 0.5)

    def polygons(self, points: Points) -> Polygon:
        """Points of the image as corners on this layer."""
        fixed: Polygon = np.rint((points - self.first) * ((1 << _SHIFT) / self.step)).astype(np.int32)
        return fixed

    def paint(
        self,
        outlines: Sequence[Points],
        colours: Sequence[Sequence[Colour]],
        opacities: Sequence[float] | None = None,
    ) -> None:
        """Paint N shapes; each is made of convex outlines, one over the other, the first the largest.

        Args:
            outlines: (N, corners, 2) each: the same outline of every shape.
            colours: for each shape, those of its outlines.
            opacities: how much each shape as a whole hides what is behind it; None: all.
        """
        polygons = [self.polygons(each) for each in outlines]
        origins, ends = self._regions(polygons[0])
        within = [each - (origins[:, None] << _SHIFT) for each in polygons]
        boxes = np.hstack((origins, ends)).tolist()
        for place, shape in enumerate(colours):
            values = [_value(self.colours, colour) for colour in shape]
            opacity = 1.0 if opacities is None else opacities[place]
            if opacity >= 1.0:
                _fill(self.pixels, [each[place] for each in polygons], values)
                continue
            x0, y0, x1, y1 = boxes[place]
            if x0 < x1 and y0 < y1:
                behind = self.pixels[y0:y1, x0:x1]
                front = behind.copy()
                _fill(front, [each[place] for each in within], values)
                cv2.addWeighted(front, opacity, behind, 1 - opacity, 0, dst=behind)

    def fill(self, colour: Colour) -> None:
        """Paint everything in one colour."""
        self.pixels[:] = _value(self.colours, colour)

    def blur(self, x: float, y: float, radius: float) -> None:
        """Make what is in a circle unrecognisable."""
        middle = (np.array((x, y)) - self.first) / self.step
        reach = radius / self.step
        low, high = np.floor(middle - reach).astype(int), np.ceil(middle + reach).astype(int) + 1
        (x0, y0), (x1, y1) = np.clip((low, high), 0, self.pixels.shape[1::-1]).tolist()
        if x0 >= x1 or y0 >= y1:
            return
        sharp = self.pixels[y0:y1, x0:x1]
        size = (x1 - x0, y1 - y0)
        cells = (min(_CELLS, size[0]), min(_CELLS, size[1]))
        blurred = cv2.resize(cv2.resize(sharp, cells, interpolation=cv2.INTER_AREA), size)
        inside = np.hypot(*np.meshgrid(np.arange(x0, x1) - middle[0], np.arange(y0, y1) - middle[1])) <= reach
        sharp[inside] = np.asarray(blurred, np.uint8).reshape(sharp.shape)[inside]

    def _regions(self, polygons: Polygon) -> tuple[Polygon, Polygon]:
        """What shapes may touch, soft edges included: (N, 2) first samples of each part, and its ends."""
        low, high = (polygons.min(axis=1) >> _SHIFT) - 2, (polygons.max(axis=1) >> _SHIFT) + 3
        limits = self.pixels.shape[1::-1]
        return np.clip(low, 0, limits), np.clip(high, 0, limits)


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """An image to paint on.

    Attributes:
        width: of the image, pixels.
        height: of the image, pixels.
        layers: what it is made of.
    """

    width: int
    height: int
    layers: tuple[Layer, ...]

    def fill(self, colour: Colour) -> None:
        """Paint everything in one colour."""
        for layer in self.layers:
            layer.fill(colour)

    def blur(self, x: float, y: float, radius: float) -> None:
        """Make what is in a circle, in pixels of the image, unrecognisable."""
        for layer in self.layers:
            layer.blur(x, y, radius)

    def paste(self, patch: ByteArray, x: int, y: int) -> None:
        """Put an image on it; the part that lies outside is left out.

        Args:
            patch: (h, w, 3) uint8 RGB, its sides even.
            x: of its left edge, even and not negative.
            y: of its upper edge, even and not negative.
        """
        for layer in self.layers:
            part = patch
            if layer.step > 1:
                size = (patch.shape[1] // layer.step, patch.shape[0] // layer.step)
                part = np.asarray(cv2.resize(patch, size, interpolation=cv2.INTER_AREA))
            values = cv2.transform(part, np.array(layer.colours)).reshape(*part.shape[:2], -1)
            under = layer.pixels[y // layer.step :, x // layer.step :][: part.shape[0], : part.shape[1]]
            under[:] = values[: under.shape[0], : under.shape[1]].reshape(under.shape)


def rgb_canvas(pixels: ByteArray) -> Canvas:
    """A canvas of (H, W, 3) uint8 RGB; or of (H, W, 4), where the fourth says how opaque paint has made it.

    Colours of the latter are multiplied by their opacity.
    """
    colours = _RGB if pixels.shape[2] == 3 else (*_RGB, _OPAQUE)
    return Canvas(pixels.shape[1], pixels.shape[0], (Layer(pixels, colours),))


def yuv_canvas(planes: Sequence[ByteArray], image: Yuv420) -> Canvas:
    """A canvas of writable planes that are meant as those of `image` are, and have their sizes."""
    luma, *chroma = yuv_colours(image.luma_weights, image.is_full_range)
    layers = (
        Layer(planes[0], (luma,)),
        *(
            Layer(plane, (row,), step=2, first=image.chroma_site)
            for plane, row in zip(planes[1:], chroma, strict=True)
        ),
    )
    return Canvas(planes[0].shape[1], planes[0].shape[0], layers)


@lru_cache
def yuv_colours(luma_weights: tuple[float, float], is_full_range: bool) -> tuple[tuple[float, ...], ...]:
    """What Y, U and V are of red, green, blue and 1: ITU-T H.273, equations of table 4."""
    red, blue = luma_weights
    grey = np.array((red, 1 - red - blue, blue))
    luma, chroma, black = (1.0, 1.0, 0.0) if is_full_range else (219 / 255, 224 / 255, 16.0)
    rows = (
        (*(luma * grey), black),
        (*(chroma * ((0, 0, 1) - grey) / (2 * (1 - blue))), 128.0),
        (*(chroma * ((1, 0, 0) - grey) / (2 * (1 - red))), 128.0),
    )
    return tuple(tuple(map(float, row)) for row in rows)


@lru_cache(maxsize=1024)
def _value(colours: tuple[tuple[float, ...], ...], colour: Colour) -> tuple[int, ...]:
    """A colour on a layer, a number for each channel."""
    return tuple(
        round(min(255.0, max(0.0, sum(a * b for a, b in zip(row, (*colour, 1), strict=True)))))
        for row in colours
    )


def _fill(pixels: ByteArray, polygons: Sequence[Polygon], values: Sequence[tuple[int, ...]]) -> None:
    for corners, value in zip(polygons, values, strict=True):
        cv2.fillConvexPoly(pixels, corners, value, cv2.LINE_AA, _SHIFT)
