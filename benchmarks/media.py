"""Workloads made on the spot: a 1080p video, a folder of 12-megapixel JPEGs, a folder of small images."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

PHOTO = (3000, 4000)
SMALL = (480, 640)


def video(path: Path, images: list[Pixels], frames: int, size: tuple[int, int] = (1080, 1920)) -> Path:
    """An H.264 video that pans over the images with a little noise, about 8 Mbit/s at 30 frames/s."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with av.open(str(unfinished), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(30), options={"preset": "veryfast"})
        stream.height, stream.width = size
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 8_000_000
        for pixels in _pan(images, frames, size):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode())
    unfinished.replace(path)
    return path


def _pan(images: list[Pixels], frames: int, size: tuple[int, int]) -> Iterator[Pixels]:
    """Frames of (height, width, 3) uint8 RGB: each image is shown for three seconds, moving."""
    height, width = size
    noise = np.random.default_rng(0).integers(-6, 7, (height + 64, width + 64, 3), np.int16)
    for index in range(frames):
        shown = images[index // 90 % len(images)]
        large = cv2.resize(shown, (width + 90, height + 90), interpolation=cv2.INTER_LINEAR)
        step = index % 90
        grain = noise[step % 64 : step % 64 + height, :width]
        yield np.clip(large[step : step + height, step : step + width] + grain, 0, 255).astype(np.uint8)


def jpegs(folder: Path, images: list[Pixels], count: int, size: tuple[int, int]) -> Path:
    """A folder of JPEGs of one size, quality 90, each different."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    for index in range(count):
        path = folder / f"{index:05}.jpg"
        if path.exists():
            continue
        large = cv2.resize(images[index % len(images)], size[::-1], interpolation=cv2.INTER_CUBIC)
        grain = rng.integers(-5, 6, (size[0] // 2, size[1] // 2, 1), np.int16).repeat(2, 0).repeat(2, 1)
        pixels = np.clip(large + grain, 0, 255).astype(np.uint8)
        _, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
        path.write_bytes(data.tobytes())
    return folder


def copies(folder: Path, path: Path, count: int) -> Path:
    """A folder with a file several times."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        place = folder / f"{number}{path.suffix}"
        if not place.exists():
            place.hardlink_to(path)
    return folder
