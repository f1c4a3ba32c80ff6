"""Frames scaled before they are converted look as if they had been converted before they are scaled."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from movenet_cli.core.types import Frame, PixelRect, Size
from movenet_cli.media.pixels.orientation import Orientation
from movenet_cli.media.pixels.video_image import VideoImage
from tests.media.clips import read
from tests.media.images import difference, scene

WIDTH, HEIGHT = 322, 242
RECTS: list[tuple[PixelRect, tuple[int, int]]] = [
    ((0, 0, 242, 242), (96, 96)),
    ((0, 0, 242, 242), (60, 121)),
    ((51, 33, 180, 101), (64, 64)),
    ((101, 100, 142, 139), (80, 90)),
    ((7, 9, 240, 241), (233, 232)),
]
FORMATS = ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12", "yuv420p10le", "gbrp", "gray"]


def frame(pixel_format: str, colorspace: str = "ITU601", color_range: str = "MPEG") -> av.VideoFrame:
    """The scene in some format, tagged as a file would be."""
    if pixel_format.startswith("yuvj"):
        color_range = "JPEG"
    rgb = av.VideoFrame.from_ndarray(scene(WIDTH, HEIGHT), "rgb24")
    if pixel_format in ("gbrp", "gray"):
        return rgb.reformat(format=pixel_format)
    made = rgb.reformat(format=pixel_format, dst_colorspace=colorspace, dst_color_range=color_range)
    made.colorspace = {"ITU601": 5, "ITU709": 1}[colorspace]
    made.color_range = {"MPEG": 1, "JPEG": 2}[color_range]
    return made


@pytest.mark.parametrize("exif", [1, 3, 6, 7, 8])
@pytest.mark.parametrize("pixel_format", FORMATS)
def test_parts_look_as_from_the_whole(pixel_format: str, exif: int) -> None:
    image = VideoImage(frame(pixel_format), Orientation.of_exif(exif))
    whole = image.rgb()
    assert whole.shape == (image.height, image.width, 3)
    for rect, size in RECTS:
        x0, y0, x1, y1 = rect
        expected = cv2.resize(whole[y0:y1, x0:x1], size, interpolation=cv2.INTER_LINEAR)
        assert difference(image.resized(rect, Size(*size)), expected) < 1


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "nv12", "yuv420p10le"])
@pytest.mark.parametrize("color_range", ["MPEG", "JPEG"])
@pytest.mark.parametrize("colorspace", ["ITU601", "ITU709"])
def test_matrix_and_range_are_those_of_the_file(pixel_format: str, colorspace: str, color_range: str) -> None:
    image = VideoImage(frame(pixel_format, colorspace, color_range), Orientation())
    assert difference(image.rgb(), scene(WIDTH, HEIGHT)) < 2.5


def test_pure_colours() -> None:
    """BT.709 limited range, by the standard: Y, Cb and Cr of full red, green and blue."""
    for (luma, blue, red), expected in [
        ((63, 102, 240), (255, 0, 0)),
        ((173, 42, 26), (0, 255, 0)),
        ((32, 240, 118), (0, 0, 255)),
        ((235, 128, 128), (255, 255, 255)),
        ((16, 128, 128), (0, 0, 0)),
        ((126, 128, 128), (128, 128, 128)),
    ]:
        made = av.VideoFrame(16, 16, "yuv420p")
        for plane, value in zip(made.planes, (luma, blue, red), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        made.colorspace, made.color_range = 1, 1
        pixels = VideoImage(made, Orientation()).resized((0, 0, 16, 16), Size(8, 8))
        assert np.abs(pixels.astype(int) - expected).max() <= 2


def test_chroma_sits_where_it_belongs() -> None:
    """A red right half: its border stays at the same place through every kind of subsampling."""
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, 32:, 0] = 255
    for pixel_format in ("yuv444p", "yuv422p", "yuv420p"):
        made = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format=pixel_format)
        part = VideoImage(made, Orientation()).resized((21, 13, 53, 45), Size(32, 32))
        red = part[..., 0].astype(float).sum(axis=1) / 255
        assert red == pytest.approx(np.full(32, 21.0), abs=1.0)


def test_real_frames(shared_dir: Path) -> None:
    for path in sorted((shared_dir / "media").glob("s*.mp4")):
        shown = next(found for found in read(path) if isinstance(found, Frame)).image
        width, height = shown.width, shown.height
        rect = (width // 4 + 1, height // 3, width * 3 // 4, height - 5)
        for part, size in [((0, 0, width, height), (192 * width // height, 192)), (rect, (256, 256))]:
            x0, y0, x1, y1 = part
            expected = cv2.resize(shown.rgb()[y0:y1, x0:x1], size, interpolation=cv2.INTER_LINEAR)
            assert difference(shown.resized(part, Size(*size)), expected) < 1
