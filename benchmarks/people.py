"""Labelled images as the program reads them, and clips that pan over them."""

from pathlib import Path

import numpy as np

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.types import Frame
from movenet_cli.media.opening import open_source
from movenet_cli.media.pixels.rgb_image import RgbImage

PAN = 0.85
NOISE = 5


def open_frame(folder: Path, name: str) -> Frame:
    """The image as the program reads it."""
    with open_source(InputFile(folder / name, name), FrameRange()) as source:
        frame = next(source.frames())
    if not isinstance(frame, Frame):
        raise SystemExit(f"{folder / name}: {frame.reason}")
    return frame


def panning(frame: Frame, count: int, random: np.random.Generator) -> list[Frame]:
    """A clip of a noisy camera that pans slowly over the image, at 15 frames a second."""
    pixels = frame.image.rgb()
    height, width = (int(PAN * length) for length in pixels.shape[:2])
    spare = np.array(pixels.shape[:2]) - (height, width)
    step = random.uniform(-2.5, 2.5, 2)
    clip = []
    for index in range(count):
        y, x = np.clip(spare / 2 + step * index, 0, spare).astype(int)
        noise = random.integers(-NOISE, NOISE + 1, (height, width, 3), np.int8)
        part = pixels[y : y + height, x : x + width] + noise.astype(np.int16)
        clip.append(Frame(index, index / 15, RgbImage(np.clip(part, 0, 255).astype(np.uint8))))
    return clip
