"""Stand-ins that subclass the real interfaces: a network that finds a bright blob, sources made of arrays."""

import itertools
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.model_info import Kind, ModelInfo
from movenet_cli.core.types import ByteArray, FailedFrame, FloatArray, Frame, Size
from movenet_cli.media.interface import Source
from movenet_cli.media.pixels.rgb_image import RgbImage
from movenet_cli.models.interface import Model, Runner
from movenet_cli.models.litert import LitertRunner

INPUT_SIZE = Size(64, 64)


class BlobRunner(Runner):
    """Puts all 17 keypoints on the centre of the input's bright pixels; the score is their brightness."""

    def __init__(self, kind: Kind, delays: Iterator[float] | None = None) -> None:
        self.kind = kind
        self.delays = delays
        self.seen: list[tuple[int, ...]] = []

    def run(self, batch: ByteArray) -> FloatArray:
        self.seen.append(batch.shape)
        if self.delays is not None:
            time.sleep(next(self.delays, 0.0))
        return np.stack([self._one(pixels) for pixels in batch])

    def _one(self, pixels: ByteArray) -> FloatArray:
        light = pixels.max(axis=2)
        rows, columns = np.nonzero(light > 127)
        score = float(light.max()) / 255 if len(rows) else 0.0
        y = (float(rows.mean()) + 0.5) / light.shape[0] if len(rows) else 0.5
        x = (float(columns.mean()) + 0.5) / light.shape[1] if len(rows) else 0.5
        keypoints = np.tile(np.array([y, x, score], np.float32), (17, 1))
        if self.kind == "single":
            return keypoints[None]
        people = np.zeros((6, 56), np.float32)
        people[0] = np.concatenate([keypoints.ravel(), [y, x, y, x, score]])
        return people


class BlobModel(Model):
    """A model made of `BlobRunner`s."""

    def __init__(
        self,
        kind: Kind = "single",
        input_size: Size | None = INPUT_SIZE,
        max_batch: int = 1,
        delays: Sequence[float] = (),
    ) -> None:
        super().__init__(ModelInfo("blob", kind, input_size, "0" * 64, "litert", max_batch))
        self._delays = iter(delays)
        self.runners: list[BlobRunner] = []

    def runner(self) -> BlobRunner:
        self.runners.append(BlobRunner(self.info.kind, self._delays))
        return self.runners[-1]


class ArraySource(Source):
    """Frames from memory; a None stands for a frame that cannot be decoded, an exception is raised."""

    def __init__(self, images: Sequence[ByteArray | Exception | None], fps: float = 10.0) -> None:
        self.images = images
        self.fps = fps
        self.closed = False

    @property
    def info(self) -> SourceInfo:
        height, width = next(each.shape[:2] for each in self.images if isinstance(each, np.ndarray))
        return SourceInfo("video", width, height, 0, self.fps, len(self.images))

    def frames(self) -> Iterator[Frame | FailedFrame]:
        for index, pixels in enumerate(self.images):
            if isinstance(pixels, Exception):
                raise pixels
            moment = index / self.fps
            if pixels is None:
                yield FailedFrame(index, moment, "frame could not be decoded")
            else:
                yield Frame(index, moment, RgbImage(pixels))

    def close(self) -> None:
        self.closed = True


def blob(x: int, y: int, size: tuple[int, int] = (48, 64), light: int = 255) -> ByteArray:
    """A black (height, width) image with a 4 × 4 spot whose centre is the pixel corner (x, y)."""
    pixels = np.zeros((*size, 3), np.uint8)
    pixels[max(0, y - 2) : y + 2, max(0, x - 2) : x + 2] = light
    return pixels


def break_worker(monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """Let one call of a network on LiteRT, counted from 0, raise what nobody expects."""
    network, calls = LitertRunner.run, itertools.count()

    def sometimes_broken(self: LitertRunner, batch: ByteArray) -> FloatArray:
        if next(calls) == call:
            raise RuntimeError("a worker died")
        return network(self, batch)

    monkeypatch.setattr(LitertRunner, "run", sometimes_broken)
