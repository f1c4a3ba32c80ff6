"""Small videos made on the spot, their overlays, and what a player would see of both."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from movenet_cli.core.inputs import Media, SourceInfo
from movenet_cli.core.model_info import Kind, ModelInfo
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.types import ByteArray, FailedFrame, Frame, FrameResult, Pose, Size, Thresholds
from movenet_cli.media.pixels.orientation import Orientation
from movenet_cli.media.pixels.rgb_image import RgbImage
from movenet_cli.media.pixels.video_image import VideoImage
from movenet_cli.output.interface import Sink
from movenet_cli.output.overlay.image import open_overlay

GREY = (90, 120, 150)


def image(colour: tuple[int, int, int] = GREY, width: int = 64, height: int = 48) -> ByteArray:
    return np.full((height, width, 3), colour, np.uint8)


def header(
    media: Media = "video", size: tuple[int, int] = (64, 48), fps: float | None = 25.0, kind: Kind = "single"
) -> Header:
    info = SourceInfo(media, *size, fps=fps)
    model = ModelInfo("m", kind, Size(64, 64), "0" * 64, "litert")
    return Header("a", info, model, Size(64, 64), {}, Thresholds(0.3))


def frame(index: int, time: float | None, pixels: ByteArray, *poses: Pose) -> tuple[Frame, FrameResult]:
    whole = Frame(index, time, RgbImage(pixels))
    return whole, FrameResult.of(whole, poses, Thresholds(0.3))


def lost(index: int, time: float) -> tuple[FailedFrame, FrameResult]:
    skipped = FailedFrame(index, time, "frame could not be decoded")
    return skipped, FrameResult.failed(skipped)


def write_all(sink: Sink, items: Sequence[tuple[Frame | FailedFrame, FrameResult]]) -> None:
    summary = Summary()
    for item, result in items:
        sink.write(item, result)
        summary.add(result)
    sink.close(summary)


def overlay(
    path: Path,
    source: Path,
    items: Sequence[tuple[Frame | FailedFrame, FrameResult]],
    head: Header | None = None,
) -> Path:
    write_all(open_overlay(path, source, head or header()), items)
    return path


def make_clip(
    path: Path,
    times: Sequence[float],
    *,
    size: tuple[int, int] = (64, 48),
    colour: tuple[int, int, int] = GREY,
    space: int = 2,
    audio: str | None = None,
    audio_seconds: float = 2.0,
    pixel_shape: Fraction | None = None,
) -> Path:
    """A clip of one colour; the container is that of the suffix; `space` as in libavutil, 2: not stated."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.colorspace, stream.codec_context.color_range = space, 1
        if pixel_shape is not None:
            stream.codec_context.sample_aspect_ratio = pixel_shape
        sound = container.add_stream(audio, rate=48000, layout="stereo") if audio else None
        pixels = image(colour, *size)
        for time in times:
            rgb = av.VideoFrame.from_ndarray(pixels, "rgb24")
            frame = rgb.reformat(format="yuv420p", dst_colorspace=1 if space == 1 else 5, dst_color_range=1)
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            container.mux(sound.encode(tone(audio_seconds)))
            container.mux(sound.encode(None))
    return path


def tone(seconds: float, rate: int = 48000) -> av.AudioFrame:
    """A 440 Hz tone that starts suddenly at 1 s."""
    moments = np.arange(int(seconds * rate)) / rate
    wave = (np.sin(2 * np.pi * 440 * moments) * (moments >= 1.0) * 12000).astype(np.int16)
    sound = av.AudioFrame.from_ndarray(np.repeat(wave, 2)[None], "s16", "stereo")
    sound.sample_rate, sound.pts, sound.time_base = rate, 0, Fraction(1, rate)
    return sound


def clip_pixels(path: Path) -> list[ByteArray]:
    with av.open(str(path)) as container:
        return [VideoImage(each, Orientation()).rgb() for each in container.decode(video=0)]


def clip_times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [each.time for each in container.decode(video=0)]


def video_stream(path: Path) -> av.VideoStream:
    with av.open(str(path)) as container:
        return container.streams.video[0]


def audio_packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.audio[0]) if packet.size]


def onset(path: Path) -> float:
    """When the sound becomes loud, in seconds on the container's clock."""
    with av.open(str(path)) as container:
        for each in container.decode(audio=0):
            loud = np.flatnonzero(np.abs(each.to_ndarray().astype(float)[0]) > 0.05)
            if each.format.name == "fltp" and len(loud):
                return each.time + float(loud[0]) / each.sample_rate
    raise AssertionError("silence")


def person(x: float, y: float, width: float, height: float, score: float = 0.9, **more: object) -> Pose:
    """Somebody standing upright, facing the camera, in a box: the own left is on the image's right."""
    places = {
        "nose": (0.5, 0.05),
        "eye": (0.56, 0.03),
        "ear": (0.62, 0.05),
        "shoulder": (0.75, 0.2),
        "elbow": (0.9, 0.35),
        "wrist": (0.98, 0.5),
        "hip": (0.65, 0.5),
        "knee": (0.65, 0.75),
        "ankle": (0.65, 0.98),
    }
    rows = [(0.5, 0.05, score)]
    for part in list(places)[1:]:
        right, down = places[part]
        rows += [(right, down, score), (1 - right, down, score)]
    keypoints = np.array(rows, np.float32) * (width, height, 1) + (x, y, 0)
    box = (x, y, x + width, y + height)
    return Pose(keypoints.astype(np.float32), score, box, **more)  # type: ignore[arg-type]
