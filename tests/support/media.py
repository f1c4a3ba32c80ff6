"""Small images and videos, made at test time."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from movenet_cli.core.types import ByteArray

REPRODUCIBLE = {"x264-params": "mbtree=0"}
"""Options of libx264; with its macroblock tree, bytes depend on what lay in memory before."""


def gradient(width: int = 96, height: int = 64, seed: int = 0) -> ByteArray:
    """A smooth image, different for each seed: (height, width, 3) uint8 RGB."""
    coarse = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def write_image(path: Path, pixels: ByteArray | None = None) -> Path:
    """Write RGB pixels in the format of the suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shown = gradient() if pixels is None else pixels
    done, data = cv2.imencode(path.suffix, cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))
    assert done
    path.write_bytes(data.tobytes())
    return path


def write_video(path: Path, images: Sequence[ByteArray] | int = 6, fps: int = 10) -> Path:
    """Write RGB images as an H.264 mp4."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = [gradient(seed=index) for index in range(images)] if isinstance(images, int) else images
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps), options=REPRODUCIBLE)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode())
    return path


def write_song(path: Path) -> Path:
    """Write sound without an image."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        sound.rate = 44100
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    return path


def break_title(path: Path, title: str) -> Path:
    """Make a video's title one that is not UTF-8."""
    data = path.read_bytes()
    assert title.encode() in data
    path.write_bytes(data.replace(title.encode(), b"\xff" + title.encode()[1:]))
    return path
