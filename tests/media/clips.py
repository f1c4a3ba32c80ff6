"""Video files whose every frame shows its own number, and ways to damage them."""

import contextlib
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.types import ByteArray, FailedFrame, Frame
from movenet_cli.media.interface import Source
from movenet_cli.media.opening import open_source
from tests.support.media import REPRODUCIBLE, gradient

_BITS = 8


def numbered(number: int, width: int = 128, height: int = 96) -> ByteArray:
    """An image that shows `number` in black and white bars, least significant on the left."""
    bars = [(235 if number >> bit & 1 else 20) for bit in range(_BITS)]
    row = np.repeat(np.array(bars, np.uint8), -(-width // _BITS))[:width]
    pixels = np.tile(row[None, :, None], (height, 1, 3))
    pixels[: height // 4, :, 2] = 128  # blue at the top, so that it shows which way is up
    return pixels


def number_of(pixels: ByteArray) -> int:
    """What `numbered` shows, read from the lower half."""
    height, width = pixels.shape[:2]
    row = pixels[height // 2 :].mean(axis=(0, 2))
    return sum(int(row[int((bit + 0.5) * width / _BITS)] > 128) << bit for bit in range(_BITS))


def write_clip(
    path: Path,
    images: Sequence[ByteArray] | int = 20,
    *,
    codec: str = "libx264",
    rate: Fraction | int = 25,
    pixel_format: str = "yuv420p",
    times: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    options: Mapping[str, str] | None = None,
    container_options: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """Write numbered images as a video; `times` are the frames' timestamps in `time_base`."""
    shown = [numbered(number) for number in range(images)] if isinstance(images, int) else images
    settings = {"g": "10", "bf": "2", **REPRODUCIBLE} if codec == "libx264" else {}
    with _same_priority(), av.open(str(path), "w", options=dict(container_options or {})) as container:
        container.metadata.update(metadata or {})
        stream = container.add_stream(codec, rate=rate, options=settings | dict(options or {}))
        stream.height, stream.width = shown[0].shape[:2]
        stream.pix_fmt = pixel_format
        if time_base is not None:
            stream.codec_context.time_base = time_base
        for index, pixels in enumerate(shown):
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[index], time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@contextlib.contextmanager
def _same_priority() -> Iterator[None]:
    """SVT-AV1 gives root's thread real-time priority, and with it all that it starts: the rest starves."""
    if not hasattr(os, "sched_setscheduler"):
        yield
        return
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameters)


def turn(path: Path, orientation: int) -> Path:
    """Let an mp4 say that it is to be shown as an EXIF orientation says: the matrix of its track header."""
    a, b, c, d = {
        1: (1, 0, 0, 1),
        2: (-1, 0, 0, 1),
        3: (-1, 0, 0, -1),
        4: (1, 0, 0, -1),
        5: (0, 1, 1, 0),
        6: (0, 1, -1, 0),
        7: (0, -1, -1, 0),
        8: (0, -1, 1, 0),
    }[orientation]
    one = 1 << 16
    matrix = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 4 + 40
    data[start : start + 36] = matrix
    path.write_bytes(data)
    return path


def packets(path: Path) -> list[tuple[int, int]]:
    """Place in the file and size of every packet of the first video stream, in the order of the file."""
    data = path.read_bytes()
    with av.open(str(path)) as container:
        contents = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    return [(data.index(content), len(content)) for content in contents]


def damage(path: Path, numbers: Sequence[int]) -> Path:
    """Overwrite the content of some packets, counted in the order of the file."""
    data = bytearray(path.read_bytes())
    found = packets(path)
    for place, size in (found[number] for number in numbers):
        data[place + 4 : place + size] = b"\xa5" * (size - 4)
    path.write_bytes(data)
    return path


def opened(path: Path, frames: FrameRange | None = None, max_pixels: int = 10**9) -> Source:
    """A file as the program opens it."""
    return open_source(InputFile(path, path.name), frames or FrameRange(), max_pixels=max_pixels)


def read(path: Path, frames: FrameRange | None = None) -> list[Frame | FailedFrame]:
    """All the frames that are asked for."""
    with opened(path, frames) as source:
        return list(source.frames())


def numbers(frames: Sequence[Frame | FailedFrame]) -> list[int | None]:
    """What the frames show; None for a lost one."""
    return [number_of(frame.image.rgb()) if isinstance(frame, Frame) else None for frame in frames]


def check(frames: Sequence[Frame | FailedFrame], count: int, interval: float) -> list[int]:
    """Assert that every frame is there once, in order, in its place and time, showing its own number.

    Returns:
        The indices of those that are lost.
    """
    assert [frame.index for frame in frames] == list(range(count))
    for frame, shows in zip(frames, numbers(frames), strict=True):
        assert shows in (None, frame.index)
        assert frame.time is not None
        assert abs(frame.time - frame.index * interval) < 1e-3
    return [frame.index for frame in frames if isinstance(frame, FailedFrame)]


def write_clip_with_sound(path: Path, count: int, loudness: float = 0) -> Path:
    """Numbered images at 25 a second, between them the sound of each: noise, or silence."""
    noise = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25, options={"bf": "0"})
        video.width, video.height, video.pix_fmt = 128, 96, "yuv420p"
        audio = container.add_stream("aac", rate=44100)
        for number in range(count):
            container.mux(video.encode(av.VideoFrame.from_ndarray(numbered(number), "rgb24")))
            samples = noise.normal(0, loudness, (1, 1764)).astype(np.float32)
            sound = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
            sound.rate = 44100
            container.mux(audio.encode(sound))
        container.mux(video.encode())
        container.mux(audio.encode())
    return path


def write_long_clip(path: Path) -> Path:
    """A video of two segments."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = [np.ascontiguousarray(np.roll(gradient(seed=1), step, 1)) for step in range(244)]
    return write_clip(path, frames, options={"g": "121", "sc_threshold": "0"})
