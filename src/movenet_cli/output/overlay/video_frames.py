"""The frames of a video's overlay: painted on the decoder's own planes, or by way of RGB where it must be."""

from dataclasses import dataclass
from typing import Final

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, VideoReformatter

from movenet_cli.core.types import ByteArray, FrameResult, Image, Yuv420
from movenet_cli.output.overlay.canvas import Canvas, yuv_canvas
from movenet_cli.output.overlay.look import Look, painted_rgb
from movenet_cli.output.overlay.source_streams import Colours

_USUAL_SITES: Final = ((0.5, 1.0), (1.0, 1.0))
"""Where chroma samples are when a file does not say: on the left pixels, or in the middle of four."""

_TURNED_SITES: Final = {(1.0, 0.5): 3, (1.0, 1.5): 5}
"""Where they are in a video that is turned by a quarter, and the number that H.264 has for it."""


@dataclass(frozen=True, slots=True)
class FrameShape:
    """What all frames of a video have in common.

    Attributes:
        width: even.
        height: even.
        is_full_range: see `Yuv420`.
        chroma_location: H.264's number for where chroma samples are; None for where they usually are.
    """

    width: int
    height: int
    is_full_range: bool
    chroma_location: int | None


class FrameMaker:
    """Makes the frames of one video, all of one shape.

    Where a frame is 8-bit YUV 4:2:0 as the first one is, shapes are painted on its planes: whatever they do
    not cover stays as the decoder gave it, to the bit. Any other frame is converted to RGB and back; one of
    another size is scaled to fit in. Odd sizes grow by repeating the last row or column.

    Args:
        first: the first image.
        colours: of the source.
        look: of the overlay.

    Attributes:
        shape: of every frame.
    """

    def __init__(self, first: Image, colours: Colours, look: Look) -> None:
        self._size = first.size
        self._colours = colours
        self._look = look
        self._reformatter = VideoReformatter()
        planes = first.yuv()
        can_be_told = planes is not None and planes.chroma_site in (*_USUAL_SITES, *_TURNED_SITES)
        self._kind = _kind(planes) if planes is not None and can_be_told else None
        self.shape = FrameShape(
            (2 if look.side_by_side else 1) * _even(first.width),
            _even(first.height),
            is_full_range=self._kind is not None and self._kind[1],
            chroma_location=_TURNED_SITES.get(self._kind[2]) if self._kind is not None else None,
        )

    def frame(self, image: Image, result: FrameResult) -> av.VideoFrame:
        """A frame to encode, in yuv420p."""
        planes = image.yuv() if self._kind is not None else None
        if planes is not None and _kind(planes) == self._kind and image.size == self._size:
            return self._painted(planes, result)
        return self._converted(painted_rgb(image, result, self._look))

    def _painted(self, source: Yuv420, result: FrameResult) -> av.VideoFrame:
        """A copy of the planes, drawn on; side by side, it is the right one of two that is drawn on."""
        frame = av.VideoFrame(self.shape.width, self.shape.height, "yuv420p")
        planes = [_pixels(plane) for plane in frame.planes]
        halves = 2 if self._look.side_by_side else 1
        copies = [[plane[:, : plane.shape[1] // halves] for plane in planes]]
        for target, stored in zip(copies[0], source.planes, strict=True):
            target[: stored.shape[0], : stored.shape[1]] = stored
        self._look.prepare(self._canvas(copies[0], source), result)
        if halves == 2:
            copies.append([plane[:, plane.shape[1] // 2 :] for plane in planes])
            for target, copied in zip(copies[1], copies[0], strict=True):
                target[:] = copied
        self._look.paint(self._canvas(copies[-1], source), result)
        for luma, *_ in copies:
            self._repeat_edges(luma)
        return frame

    def _canvas(self, planes: list[ByteArray], source: Yuv420) -> Canvas:
        width, height = self._size
        return yuv_canvas([planes[0][:height, :width], *planes[1:]], source)

    def _repeat_edges(self, luma: ByteArray) -> None:
        """Fill what an odd size leaves free; chroma planes have no such rest."""
        width, height = self._size
        luma[height:] = luma[height - 1]
        luma[:, width:] = luma[:, width - 1 : width]

    def _converted(self, pixels: ByteArray) -> av.VideoFrame:
        return self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(self._fitted(pixels), "rgb24"),
            format="yuv420p",
            dst_colorspace=self._colours.matrix,
            dst_color_range=ColorRange.JPEG if self.shape.is_full_range else ColorRange.MPEG,
        )

    def _fitted(self, pixels: ByteArray) -> ByteArray:
        """The image at the video's size."""
        width, height = self.shape.width, self.shape.height
        if (_even(pixels.shape[1]), _even(pixels.shape[0])) != (width, height):
            pixels = _letterboxed(pixels, width, height)
        short = height - pixels.shape[0], width - pixels.shape[1]
        if any(short):
            pixels = np.pad(pixels, ((0, short[0]), (0, short[1]), (0, 0)), mode="edge")
        return np.ascontiguousarray(pixels)


def _kind(planes: Yuv420) -> tuple[tuple[float, float], bool, tuple[float, float]]:
    """What planes have to have in common to stand in one video."""
    return (planes.luma_weights, planes.is_full_range, planes.chroma_site)


def _even(side: int) -> int:
    return side + side % 2


def _pixels(plane: "av.video.plane.VideoPlane") -> ByteArray:
    """(height, width) view of a plane, its padding left out."""
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)  # type: ignore[call-overload]
    pixels: ByteArray = rows[:, : plane.width]
    return pixels


def _letterboxed(pixels: ByteArray, width: int, height: int) -> ByteArray:
    """The image scaled into `width` by `height`, aspect ratio kept, centred on black."""
    ratio = min(width / pixels.shape[1], height / pixels.shape[0])
    inner = max(1, round(pixels.shape[1] * ratio)), max(1, round(pixels.shape[0] * ratio))
    canvas = np.zeros((height, width, 3), np.uint8)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(
        pixels, inner, interpolation=cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    )
    return canvas
