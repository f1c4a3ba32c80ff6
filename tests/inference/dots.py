"""Images of a person made of 17 coloured dots, and a network that finds them: closer looks are surer."""

from collections.abc import Sequence

import numpy as np

from movenet_cli.core.skeleton import INDEX, MIRRORED
from movenet_cli.core.types import ByteArray, FloatArray, Frame, Size
from movenet_cli.media.pixels.rgb_image import RgbImage
from movenet_cli.models.interface import Runner

FACE = [(0.5, 0.12), (0.54, 0.06), (0.46, 0.06), (0.6, 0.1), (0.4, 0.1)]
ARMS = [(0.65, 0.25), (0.35, 0.25), (0.7, 0.38), (0.3, 0.38), (0.72, 0.5), (0.28, 0.5)]
LEGS = [(0.58, 0.5), (0.42, 0.5), (0.6, 0.75), (0.4, 0.75), (0.6, 0.96), (0.4, 0.96)]
BODY = np.array([*FACE, *ARMS, *LEGS])
"""x, y of a standing person in a unit square, in COCO's order."""

INPUT_SIZE = Size(96, 96)


def body(left: float, top: float, size: float) -> FloatArray:
    """(17, 2) x, y of a person in a square of `size` pixels at (left, top)."""
    return (np.array([left, top]) + BODY * size).astype(np.float32)


def dotted(
    width: int, height: int, points: FloatArray | None, index: int = 0, time: float | None = None
) -> Frame:
    """A grey image with a 15 × 15 pixel dot on each point; None for an empty one."""
    pixels = np.full((height, width, 3), 90, np.uint8)
    for number, (x, y) in enumerate([] if points is None else points.round().astype(int)):
        if 0 <= x < width and 0 <= y < height:
            pixels[max(0, y - 7) : y + 8, max(0, x - 7) : x + 8] = (255, 10 * number, 0)
    return Frame(index, time, RgbImage(pixels))


class DotRunner(Runner):
    """Finds each dot by its colour; the score grows with the dot's size in the input, 18 pixels for 1."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    @property
    def inferences(self) -> int:
        return sum(self.calls)

    def run(self, batch: ByteArray) -> FloatArray:
        self.calls.append(len(batch))
        return np.stack([self._one(pixels.astype(int)) for pixels in batch])

    def _one(self, pixels: np.ndarray) -> FloatArray:
        output = np.zeros((1, 17, 3), np.float32)
        for number in range(17):
            near = np.abs(pixels - (255, 10 * number, 0)).max(axis=2) <= 4
            rows, columns = np.nonzero(near)
            if len(rows):
                y = (rows.mean() + 0.5) / pixels.shape[0]
                x = (columns.mean() + 0.5) / pixels.shape[1]
                output[0, number] = y, x, min(1.0, 0.1 + len(rows) / 20)
        return output


class MirrorAwareRunner(DotRunner):
    """Tells left from right by the body: in a mirrored image a left hand is a right one."""

    def _one(self, pixels: np.ndarray) -> FloatArray:
        output = super()._one(pixels)
        left, right = output[0, INDEX["left_shoulder"], 1], output[0, INDEX["right_shoulder"], 1]
        return output[:, MIRRORED] if left < right else output


class ScriptedRunner(Runner):
    """Gives prepared outputs, one after the other: each (17, 3) y, x, score."""

    def __init__(self, outputs: Sequence[FloatArray]) -> None:
        self.outputs = list(outputs)
        self.seen: list[ByteArray] = []

    def run(self, batch: ByteArray) -> FloatArray:
        self.seen.extend(batch)
        return np.stack([self.outputs.pop(0)[None] for _ in batch])


def output_of(points: FloatArray, score: float, origin: tuple[float, float], side: float) -> FloatArray:
    """What a network says of x, y `points` of the source, seen in the square at `origin` with `side`."""
    unit = (points - np.array(origin)) / side
    return np.concatenate([unit[:, ::-1], np.full((17, 1), score)], axis=1).astype(np.float32)
