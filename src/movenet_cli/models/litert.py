"""A `.tflite` file in, a model that runs on ai-edge-litert out: one copy and one thread per runner."""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from movenet_cli.errors import ModelError
from movenet_cli.heads import Constants, decode_multi_heads
from movenet_cli.models.hashing import sha256_of_bytes
from movenet_cli.models.interface import Kind, Model, ModelInfo, Runner
from movenet_cli.models.quiet import native_chatter_logged
from movenet_cli.poses import ByteArray, FloatArray

Size = tuple[int, int]
"""Height and width of an input in pixels."""

Finish = Callable[[list[FloatArray]], FloatArray]
"""From a network's outputs for one picture to the official output, (1, 1, 17, 3) or (1, 6, 56)."""

_INPUT_TYPES = (np.uint8, np.int32, np.float32)
_KINDS: dict[tuple[int, ...], Kind] = {(1, 1, 17, 3): "single", (1, 6, 56): "multi"}
_PROBE_SIZE = (64, 64)
_MAX_SIDE = 2048
_MAX_VALUES = 1 << 24
_MAX_VALUES_PER_PIXEL = 64
_SIZES_KEPT = 4


class LitertModel(Model):
    """A MoveNet in TensorFlow Lite's format; all runners share the file's bytes."""

    def __init__(self, content: bytes, info: ModelInfo, finish: Finish) -> None:
        """Take the bytes of a file that was found to be what `info` says."""
        self._content = content
        self._info = info
        self._finish = finish

    @property
    def info(self) -> ModelInfo:
        """See `Model.info`."""
        return self._info

    def runner(self) -> Runner:
        """See `Model.runner`."""
        return LitertRunner(partial(Network, self._content, self._info.name), self._finish)


class LitertRunner(Runner):
    """Runs pictures one by one, since batches gain nothing here; keeps networks of the last few sizes."""

    def __init__(self, network: "Callable[[Size], Network]", finish: Finish) -> None:
        """Take what makes a network for a size, and what makes the official output of its outputs."""
        self._network = lru_cache(maxsize=_SIZES_KEPT)(network)
        self._finish = finish

    def run(self, batch: ByteArray) -> FloatArray:
        """See `Runner.run`."""
        network = self._network((batch.shape[1], batch.shape[2]))
        return np.concatenate([self._finish(network.invoke(pixels)) for pixels in batch])


class Network:
    """An interpreter of one thread, ready for pictures of one size.

    Attributes:
        fixed_size: (height, width) of the file's input; None when it takes any.
    """

    def __init__(self, content: bytes, name: str, size: Size | None = None) -> None:
        """Open a network.

        Args:
            content: the bytes of a `.tflite` file.
            name: what errors call it.
            size: of the pictures to come; None for the file's own, or a small one when it takes any.

        Raises:
            ModelError: it is no model, its input is not one RGB picture, or not of that size.
        """
        self._name = name
        self._interpreter = self._open(content)
        details = self._check_input()
        height, width = (int(side) for side in details["shape_signature"][1:3])
        self.fixed_size = (height, width) if min(height, width) > 0 else None
        if size and self.fixed_size and size != self.fixed_size:
            raise ModelError(f"{name} takes pictures of {self.fixed_size} pixels, not {size}")
        self._allocate(details["index"], size or self.fixed_size or _PROBE_SIZE)
        self._input = self._interpreter.tensor(details["index"])
        self._outputs = self._interpreter.get_output_details()

    def invoke(self, pixels: ByteArray) -> list[FloatArray]:
        """Run once.

        Args:
            pixels: (H, W, 3) uint8 RGB.

        Returns:
            The outputs, float32, with their batch axis of 1, in the file's order; the caller's own.

        Raises:
            ModelError: the runtime refuses.
        """
        np.copyto(self._input(), pixels, casting="unsafe")
        try:
            self._interpreter.invoke()
        except (RuntimeError, ValueError) as error:
            raise self._cannot_run(error) from error
        return [self._output(details) for details in self._outputs]

    @property
    def size(self) -> Size:
        """Height and width of the pictures it is ready for."""
        height, width = self._input().shape[1:3]
        return height, width

    def output_names(self) -> list[str]:
        """What the file's signature calls the outputs, in the order of `invoke`."""
        named = self._interpreter.get_signature_runner().get_output_details()
        by_index = {details["index"]: name for name, details in named.items()}
        return [by_index[details["index"]] for details in self._outputs]

    def _open(self, content: bytes) -> Any:
        try:
            return Interpreter(model_content=content, num_threads=1)
        except ValueError as error:
            raise ModelError(
                f"{self._name} is not a .tflite model, or a part of one: get it again ({_first_line(error)})"
            ) from error

    def _check_input(self) -> dict[str, Any]:
        """The input's details; what is not a picture of bearable size is refused."""
        inputs = self._interpreter.get_input_details()
        shape = tuple(int(side) for side in inputs[0]["shape_signature"]) if inputs else ()
        picture = len(inputs) == 1 and len(shape) == 4 and shape[0] == 1 and shape[3] == 3
        if not picture or not all(side == -1 or 0 < side <= _MAX_SIDE for side in shape[1:3]):
            raise ModelError(f"{self._name} is not a MoveNet: its input is {shape}, not one RGB picture")
        details: dict[str, Any] = inputs[0]
        if details["dtype"] not in _INPUT_TYPES:
            raise ModelError(f"{self._name} is not a MoveNet: its input is {np.dtype(details['dtype'])}")
        scale, zero = details["quantization"]
        if scale and (abs(scale - 1) > 0.01 or zero):
            raise ModelError(f"{self._name} is not a MoveNet: its input is quantised, not pixels of 0 to 255")
        return details

    def _allocate(self, index: int, size: Size) -> None:
        """Plan for pictures of a size; memory is taken when the network runs, so there is time to refuse."""
        try:
            if self.fixed_size is None:
                self._interpreter.resize_tensor_input(index, (1, *size, 3), strict=True)
            with native_chatter_logged():
                self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise self._cannot_run(error) from error
        values = max(
            math.prod(map(int, tensor["shape"])) for tensor in self._interpreter.get_tensor_details()
        )
        if values > _MAX_VALUES + _MAX_VALUES_PER_PIXEL * size[0] * size[1]:
            raise ModelError(f"{self._name} is not a MoveNet: it would compute {values:,} values at once")

    def _output(self, details: dict[str, Any]) -> FloatArray:
        values = self._interpreter.get_tensor(details["index"])
        scale, zero = details["quantization"]
        if scale:
            values = (values.astype(np.float32) - np.float32(zero)) * np.float32(scale)
        floats: FloatArray = values.astype(np.float32, copy=False)
        return floats

    def _cannot_run(self, error: Exception) -> ModelError:
        return ModelError(f"{self._name} cannot be run by LiteRT: {_first_line(error)}")


def load_litert(path: Path, name: str) -> LitertModel:
    """Load a `.tflite` file and run it once on black, to know that it is a MoveNet.

    Args:
        path: the file.
        name: how results and messages call it.

    Raises:
        ModelError: it cannot be read, is no model, or no MoveNet.
    """
    content = _read(path)
    network = Network(content, str(path))
    outputs = network.invoke(np.zeros((*network.size, 3), np.uint8))
    shapes = [output.shape for output in outputs]
    kind = _KINDS.get(shapes[0]) if len(shapes) == 1 else None
    if kind is None:
        listed = ", ".join(str(list(shape)) for shape in shapes) or "nothing"
        raise ModelError(f"{path} is not a MoveNet: its output is {listed}")
    info = ModelInfo(name, kind, network.fixed_size, sha256_of_bytes(content), "litert")
    return LitertModel(content, info, official)


def official(outputs: list[FloatArray]) -> FloatArray:
    """The `Finish` of a network whose one output is the official one."""
    return outputs[0]


def from_multi_heads(names: Sequence[str], constants: Constants, outputs: list[FloatArray]) -> FloatArray:
    """The `Finish` of a multi-pose network cut at its heads, given their order and its graph's constants."""
    heads = {name: output[0] for name, output in zip(names, outputs, strict=True)}
    return decode_multi_heads(heads, constants)[None]


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"model {path} cannot be read: {error.strerror}") from error
    if not content:
        raise ModelError(f"model {path} is empty: get it again")
    return content


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["it does not say why"])[0]
