"""A `.tflite` file in, a model that runs on ai-edge-litert out: one thread and one copy per runner."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from movenet_cli.errors import ModelError
from movenet_cli.models.hashing import sha256_of_bytes
from movenet_cli.models.interface import Kind, Model, ModelInfo, Runner
from movenet_cli.models.quiet import native_chatter_logged
from movenet_cli.poses import ByteArray, FloatArray

_INPUT_TYPES = (np.uint8, np.int32, np.float32)
_KINDS: dict[tuple[int, ...], Kind] = {(1, 1, 17, 3): "single", (1, 6, 56): "multi"}
_PROBE_SIZE = (64, 64)
_MAX_SIDE = 4096
_MAX_TENSOR_BYTES = 1 << 29


class LitertModel(Model):
    """A MoveNet in TensorFlow Lite's format; the file's bytes are shared by all runners."""

    def __init__(self, content: bytes, info: ModelInfo) -> None:
        """Take the bytes of a file that was found to be what `info` says."""
        self._content = content
        self._info = info

    @property
    def info(self) -> ModelInfo:
        """See `Model.info`."""
        return self._info

    def runner(self) -> Runner:
        """See `Model.runner`; it keeps an interpreter of one thread."""
        return LitertRunner(Network(self._content, self._info.name))


class LitertRunner(Runner):
    """Runs a network whose one output is the official one."""

    def __init__(self, network: "Network") -> None:
        """Take a network of its own."""
        self._network = network

    def run(self, batch: ByteArray) -> FloatArray:
        """See `Runner.run`; frames of a batch pass one by one, since batches gain nothing here."""
        return np.concatenate([self._network.invoke(pixels)[0] for pixels in batch])


class Network:
    """An interpreter, allocated for one input size at a time.

    Attributes:
        input_size: (height, width) of its input; None when it takes any.
    """

    def __init__(self, content: bytes, name: str) -> None:
        """Open a network.

        Args:
            content: the bytes of a `.tflite` file.
            name: what errors call it.

        Raises:
            ModelError: it is no model, or its input is not one RGB picture.
        """
        self.name = name
        self._interpreter = self._open(content)
        self._check_input()
        details = self._interpreter.get_input_details()[0]
        height, width = (int(side) for side in details["shape_signature"][1:3])
        self.input_size = (height, width) if min(height, width) > 0 else None
        self._input_index = int(details["index"])
        self._input = self._interpreter.tensor(self._input_index)
        self._allocated: tuple[int, int] | None = None

    def invoke(self, pixels: ByteArray) -> list[FloatArray]:
        """Run once.

        Args:
            pixels: (H, W, 3) uint8 RGB; H, W = `input_size` unless that is None.

        Returns:
            The outputs, float32, with their batch axis of 1, in the file's order; the caller's own.

        Raises:
            ModelError: the runtime refuses.
        """
        size = (pixels.shape[0], pixels.shape[1])
        try:
            if size != self._allocated:
                self._allocate(size)
            np.copyto(self._input(), pixels, casting="unsafe")
            self._interpreter.invoke()
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{self.name} cannot be run by LiteRT: {_first_line(error)}") from error
        return [self._output(details) for details in self._outputs]

    def _open(self, content: bytes) -> Any:
        try:
            return Interpreter(model_content=content, num_threads=1)
        except ValueError as error:
            raise ModelError(
                f"{self.name} is not a .tflite model, or a part of one: get it again ({_first_line(error)})"
            ) from error

    def _check_input(self) -> None:
        """Refuse what is no picture, and shapes that would ask for gigabytes, before it is too late."""
        inputs = self._interpreter.get_input_details()
        shape = tuple(int(side) for side in inputs[0]["shape_signature"]) if inputs else ()
        picture = len(inputs) == 1 and len(shape) == 4 and shape[0] == 1 and shape[3] == 3
        if not picture or not all(side == -1 or 0 < side <= _MAX_SIDE for side in shape[1:3]):
            raise ModelError(f"{self.name} is not a MoveNet: its input is {shape}, not one RGB picture")
        if inputs[0]["dtype"] not in _INPUT_TYPES:
            raise ModelError(f"{self.name} is not a MoveNet: its input is {np.dtype(inputs[0]['dtype'])}")
        scale, zero = inputs[0]["quantization"]
        if scale and (abs(scale - 1) > 0.01 or zero):
            raise ModelError(f"{self.name} is not a MoveNet: its input is quantised, not pixels of 0 to 255")
        for tensor in self._interpreter.get_tensor_details():
            size = math.prod(int(side) for side in tensor["shape"])
            if size * np.dtype(tensor["dtype"]).itemsize > _MAX_TENSOR_BYTES:
                raise ModelError(f"{self.name} is not a MoveNet: it holds a tensor of {size:,} values")

    def _allocate(self, size: tuple[int, int]) -> None:
        if self.input_size is None:
            self._interpreter.resize_tensor_input(self._input_index, (1, *size, 3), strict=True)
        elif size != self.input_size:
            raise ModelError(f"{self.name} takes pictures of {self.input_size} pixels, not {size}")
        with native_chatter_logged():
            self._interpreter.allocate_tensors()
        self._outputs = self._interpreter.get_output_details()
        self._allocated = size

    def _output(self, details: dict[str, Any]) -> FloatArray:
        values: FloatArray = self._interpreter.get_tensor(details["index"])
        scale, zero = details["quantization"]
        if scale:
            values = (values.astype(np.float32) - np.float32(zero)) * np.float32(scale)
        return values.astype(np.float32, copy=False)


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
    outputs = network.invoke(np.zeros((*(network.input_size or _PROBE_SIZE), 3), np.uint8))
    shapes = [output.shape for output in outputs]
    kind = _KINDS.get(shapes[0]) if len(shapes) == 1 else None
    if kind is None:
        raise ModelError(f"{path} is not a MoveNet: its output is {_listed(shapes)}")
    return LitertModel(content, ModelInfo(name, kind, network.input_size, sha256_of_bytes(content), "litert"))


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"model {path} cannot be read: {error.strerror}") from error
    if not content:
        raise ModelError(f"model {path} is empty: get it again")
    return content


def _listed(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(str(list(shape)) for shape in shapes) or "nothing"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]
