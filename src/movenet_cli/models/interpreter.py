"""LiteRT's interpreter with one network in it, for RGB images of one size; and what of a file it refuses."""

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from movenet_cli.core.types import ByteArray, FloatArray, Size
from movenet_cli.errors import ModelError
from movenet_cli.io.stdio import native_chatter_logged

InputTable = npt.NDArray[Any]
"""The input lookup table: (1, 256, 3) of the type that a network takes, what stands for each value of each
colour."""

_INPUT_TYPES = (np.uint8, np.int32, np.float32)
_PROBE_SIZE = Size(64, 64)
_MAX_SIDE = 2048
_MAX_VALUES = 1 << 24
_MAX_VALUES_PER_PIXEL = 64


class Network:
    """An interpreter of one thread, ready for images of one size.

    Attributes:
        fixed_size: of the file's input; None when it takes any.
    """

    def __init__(
        self, content: bytes, name: str, size: Size | None = None, table: InputTable | None = None
    ) -> None:
        """Open a network.

        Args:
            content: the bytes of a `.tflite` file.
            name: what errors call it.
            size: of the images to come; None for the file's own, or a small one when it takes any.
            table: what it takes for the pixels' values; None when it takes them as they are.

        Raises:
            ModelError: it is not a model, its input is not one RGB image, or not of that size.
        """
        self._name = name
        self._table = table
        self._interpreter = self._open(content)
        details = self._check_input()
        height, width = (int(side) for side in details["shape_signature"][1:3])
        self.fixed_size = Size(width, height) if min(height, width) > 0 else None
        if size and self.fixed_size and size != self.fixed_size:
            raise ModelError(f"{name} takes images of {self.fixed_size} pixels, not {size}")
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
        return [
            _dequantised(values, details["quantization"])
            for values, details in zip(self.invoke_raw(pixels), self._outputs, strict=True)
        ]

    def invoke_raw(self, pixels: ByteArray) -> list[npt.NDArray[Any]]:
        """As `invoke`, but quantised outputs stay so."""
        self._fill(pixels)
        try:
            self._interpreter.invoke()
        except (RuntimeError, ValueError) as error:
            raise self._cannot_run(error) from error
        return [self._interpreter.get_tensor(details["index"]) for details in self._outputs]

    @property
    def size(self) -> Size:
        """Of the images it is ready for."""
        height, width = self._input().shape[1:3]
        return Size(int(width), int(height))

    def output_names(self) -> list[str]:
        """What the file's signature calls the outputs, in the order of `invoke`."""
        named = self._interpreter.get_signature_runner().get_output_details()
        by_index = {details["index"]: name for name, details in named.items()}
        return [by_index[details["index"]] for details in self._outputs]

    def _fill(self, pixels: ByteArray) -> None:
        """Write the input; the interpreter does not run while anybody holds on to its memory."""
        target = self._input()[0]
        if self._table is None:
            np.copyto(target, pixels, casting="unsafe")
        elif (looked_up := cv2.LUT(pixels, self._table, dst=target)) is not target:
            np.copyto(target, looked_up)  # pixels of another size are an error

    def _open(self, content: bytes) -> Any:
        try:
            return Interpreter(model_content=content, num_threads=1)
        except ValueError as error:
            raise ModelError(
                f"{self._name} is not a .tflite model, or a part of one: get it again ({_first_line(error)})"
            ) from error

    def _check_input(self) -> dict[str, Any]:
        """The input's details; what is not an image of bearable size is refused."""
        inputs = self._interpreter.get_input_details()
        shape = tuple(int(side) for side in inputs[0]["shape_signature"]) if inputs else ()
        image = len(inputs) == 1 and len(shape) == 4 and shape[0] == 1 and shape[3] == 3
        if not image or not all(side == -1 or 0 < side <= _MAX_SIDE for side in shape[1:3]):
            raise ModelError(f"{self._name} is not a MoveNet: its input is {shape}, not one RGB image")
        details: dict[str, Any] = inputs[0]
        if self._table is not None:
            return details
        if details["dtype"] not in _INPUT_TYPES:
            raise ModelError(f"{self._name} is not a MoveNet: its input is {np.dtype(details['dtype'])}")
        scale, zero = details["quantization"]
        if scale and (abs(scale - 1) > 0.01 or zero):
            raise ModelError(f"{self._name} is not a MoveNet: its input is quantised, not pixels of 0 to 255")
        return details

    def _allocate(self, index: int, size: Size) -> None:
        """Plan for images of a size; memory is taken when the network runs, so there is time to refuse."""
        try:
            if self.fixed_size is None:
                self._interpreter.resize_tensor_input(index, (1, *size.shape, 3), strict=True)
            with native_chatter_logged():
                self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise self._cannot_run(error) from error
        values = max(
            math.prod(map(int, tensor["shape"])) for tensor in self._interpreter.get_tensor_details()
        )
        if values > _MAX_VALUES + _MAX_VALUES_PER_PIXEL * size.width * size.height:
            raise ModelError(f"{self._name} is not a MoveNet: it would compute {values:,} values at once")

    def _cannot_run(self, error: Exception) -> ModelError:
        return ModelError(f"{self._name} cannot be run by LiteRT: {_first_line(error)}")


def _dequantised(values: npt.NDArray[Any], quantisation: tuple[float, int]) -> FloatArray:
    scale, zero = quantisation
    if scale:
        values = (values.astype(np.float32) - np.float32(zero)) * np.float32(scale)
    floats: FloatArray = values.astype(np.float32, copy=False)
    return floats


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["it does not say why"])[0]
