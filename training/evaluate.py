"""`mini`, official Lightning, annotated and held-out people in; the model card's table of figures out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from training.decoding import FloatArray
from training.yardstick import coco_crops, coco_scores, held_out_crops, pck_scores

#: Crops are cut at this side and brought to each model's own.
SIDE = 192
HELD_OUT = 500
PADS = (1.0, 1.25)
ROUNDS = 100


class LiteModel:
    """A single-pose `.tflite` with the official signature on LiteRT with one thread."""

    def __init__(self, model: bytes) -> None:
        """Loads a flatbuffer."""
        self._interpreter = Interpreter(model_content=model, num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self.size = int(self._input["shape"][1])

    def run(self, picture: npt.NDArray[np.uint8]) -> FloatArray:
        """(S, S, 3) uint8 RGB -> (17, 3) y, x in 0..1 and score."""
        self._interpreter.set_tensor(self._input["index"], picture[None].astype(self._input["dtype"]))
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self._output)).reshape(17, 3)

    def predict(self, pictures: npt.NDArray[np.uint8]) -> FloatArray:
        """(N, S, S, 3) uint8 RGB -> (N, 17, 3) x, y in pixels and score."""
        rows = np.stack([self.run(picture) for picture in pictures])
        return rows[..., [1, 0, 2]] * np.array([self.size, self.size, 1])


def saved_model_to_tflite(saved_model: Path) -> bytes:
    """The SavedModel as a float32 flatbuffer."""
    return bytes(tf.lite.TFLiteConverter.from_saved_model(str(saved_model)).convert())


def accuracy(model: LiteModel, coco: Path, synthetic: Path, real: Path) -> dict[str, float]:
    """PCK on 500 held-out rendered people; OKS and AP on real ones, in two crops of their boxes."""
    scores: dict[str, float] = {}
    for hard in (False, True):
        rendered = held_out_crops(synthetic, real, SIDE, HELD_OUT, hard=hard).resized(model.size)
        found = pck_scores(model.predict, rendered)
        scores |= {f"rendered{', hard' if hard else ''}: {name}": value for name, value in found.items()}
    for pad in PADS:
        crops = coco_crops(coco, SIDE, pad).resized(model.size)
        found = coco_scores(model.predict, crops)
        scores |= {f"real, box × {pad}: {name}": value for name, value in found.items()}
    return scores


def milliseconds(models: Mapping[str, LiteModel]) -> dict[str, float]:
    """Median time of one call of each model, measured in turn so that the machine's moods hit all alike."""
    rng = np.random.default_rng(0)
    pictures = {name: rng.integers(0, 256, (m.size, m.size, 3), np.uint8) for name, m in models.items()}
    times: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(ROUNDS):
        for name, model in models.items():
            start = time.perf_counter()
            model.run(pictures[name])
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: float(np.median(values)) for name, values in times.items()}


def table(columns: Mapping[str, Mapping[str, float]]) -> str:
    """Figures by model and name -> a Markdown table, one row for each figure."""
    names = list(columns)
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    lines += [
        f"| {figure} | {' | '.join(f'{columns[name][figure]:.3f}' for name in names)} |"
        for figure in columns[names[0]]
    ]
    return "\n".join(lines)


def evaluate(mini: Path, lightning: Path, coco: Path, synthetic: Path, real: Path) -> str:
    """Measures both models on the same pictures; the table as Markdown."""
    models = {
        "mini": LiteModel(mini.read_bytes()),
        "Lightning float32": LiteModel(saved_model_to_tflite(lightning)),
    }
    scores = {name: accuracy(model, coco, synthetic, real) for name, model in models.items()}
    speed = milliseconds(models)
    return table({name: {**scores[name], "ms, one thread": speed[name]} for name in models})
