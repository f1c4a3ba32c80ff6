"""Models that run on LiteRT, from `.tflite` files: one copy of the network and one thread for each runner."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from movenet_cli.core.model_info import Kind, ModelInfo
from movenet_cli.core.types import ByteArray, FloatArray, Size
from movenet_cli.errors import ModelError
from movenet_cli.io.hashing import sha256_of_bytes
from movenet_cli.models.heads import Constants, decode_multi_heads
from movenet_cli.models.interface import Model, Runner
from movenet_cli.models.interpreter import InputTable, Network
from movenet_cli.models.optimise.input_lut import with_input_table

Finish = Callable[[list[FloatArray]], FloatArray]
"""From a network's outputs for one image to the official output, (1, 1, 17, 3) or (1, 6, 56)."""

_KINDS: dict[tuple[int, ...], Kind] = {(1, 1, 17, 3): "single", (1, 6, 56): "multi"}
_SIZES_KEPT = 4


class LitertModel(Model):
    """A MoveNet in TensorFlow Lite's format; all runners share the file's bytes."""

    def __init__(self, content: bytes, table: InputTable | None, info: ModelInfo, finish: Finish) -> None:
        """Take what `Network` needs, of a file that was found to be what `info` says."""
        super().__init__(info)
        self._content, self._table, self._finish = content, table, finish

    def runner(self) -> Runner:
        """See `Model.runner`."""
        return LitertRunner(partial(Network, self._content, self.info.name, table=self._table), self._finish)


class LitertRunner(Runner):
    """Runs images one by one, since batches gain nothing here; keeps networks of the last few sizes."""

    def __init__(self, network: Callable[[Size], Network], finish: Finish) -> None:
        """Take what makes a network for a size, and what makes the official output of its outputs."""
        self._network = lru_cache(maxsize=_SIZES_KEPT)(network)
        self._finish = finish

    def run(self, batch: ByteArray) -> FloatArray:
        """See `Runner.run`."""
        network = self._network(Size(batch.shape[2], batch.shape[1]))
        return np.concatenate([self._finish(network.invoke(pixels)) for pixels in batch])


def load_litert(path: Path, name: str) -> LitertModel:
    """Load a `.tflite` file and run it once on black, to know that it is a MoveNet.

    Args:
        path: the file.
        name: how results and messages call it.

    Raises:
        ModelError: it cannot be read, or is not a model, or not a MoveNet.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"model {path} cannot be read: {error.strerror}") from error
    network = Network(content, str(path))
    outputs = network.invoke(np.zeros((*network.size.shape, 3), np.uint8))
    shapes = [output.shape for output in outputs]
    kind = _KINDS.get(shapes[0]) if len(shapes) == 1 else None
    if kind is None:
        listed = ", ".join(str(list(shape)) for shape in shapes) or "nothing"
        raise ModelError(f"{path} is not a MoveNet: its output is {listed}")
    info = ModelInfo(name, kind, network.fixed_size, sha256_of_bytes(content), "litert")
    return LitertModel(*with_input_table(content), info, official)


def official(outputs: list[FloatArray]) -> FloatArray:
    """The `Finish` of a network whose one output is the official one."""
    return outputs[0]


def from_multi_heads(names: Sequence[str], constants: Constants, outputs: list[FloatArray]) -> FloatArray:
    """The `Finish` of a multi-pose network cut at its heads, given their order and its graph's constants."""
    heads = {name: output[0] for name, output in zip(names, outputs, strict=True)}
    return decode_multi_heads(heads, constants)[None]
