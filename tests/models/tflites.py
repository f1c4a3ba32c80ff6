"""Tiny `.tflite` files made on the spot: the mean of the pixels, added to known numbers."""

from dataclasses import dataclass

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {
    "uint8": schema.TensorType.UINT8,
    "int8": schema.TensorType.INT8,
    "int32": schema.TensorType.INT32,
    "int64": schema.TensorType.INT64,
    "float32": schema.TensorType.FLOAT32,
}
SINGLE = (1, 1, 17, 3)
MULTI = (1, 6, 56)


@dataclass(frozen=True)
class Quantisation:
    scale: float
    zero: int


@dataclass(frozen=True)
class TinyModel:
    """Output = `numbers(output)` + the mean of all pixels; -1 is an open size.

    On the way `tiles` widen the image, `factors` multiply its colours, `mirrored` turns it.
    """

    input_shape: tuple[int, ...] = (1, 8, 8, 3)
    input_type: str = "uint8"
    input_quantisation: Quantisation | None = None
    output: tuple[int, ...] = SINGLE
    output_quantisation: Quantisation | None = None
    tiles: int = 1
    factors: tuple[float, ...] = ()
    mirrored: bool = False

    def content(self) -> bytes:
        file = _File()
        image = file.tensor(self.input_shape, self.input_type, quantisation=self.input_quantisation)
        floats = image
        if self.input_type != "float32":
            floats = file.tensor(self.input_shape, "float32")
            file.operator(schema.BuiltinOperator.CAST, [image], floats)
        if self.tiles > 1:
            times = file.tensor((4,), "int32", np.array([1, self.tiles, self.tiles, 1], np.int32))
            tiled = file.tensor(self.input_shape, "float32")
            file.operator(schema.BuiltinOperator.TILE, [floats, times], tiled)
            floats = tiled
        if self.factors:
            constants = file.tensor((len(self.factors),), "float32", np.array(self.factors, np.float32))
            multiplied = file.tensor(self.input_shape, "float32")
            file.operator(schema.BuiltinOperator.MUL, [floats, constants], multiplied)
            floats = multiplied
        if self.mirrored:
            axis = file.tensor((1,), "int32", np.array([2], np.int32))
            mirrored = file.tensor(self.input_shape, "float32")
            file.operator(schema.BuiltinOperator.REVERSE_V2, [floats, axis], mirrored)
            floats = mirrored
        mean = file.tensor((), "float32")
        axes = file.tensor(
            (len(self.input_shape),), "int32", np.arange(len(self.input_shape), dtype=np.int32)
        )
        file.operator(schema.BuiltinOperator.MEAN, [floats, axes], mean)
        constants = file.tensor(self.output, "float32", numbers(self.output))
        total = file.tensor(self.output, "float32")
        file.operator(schema.BuiltinOperator.ADD, [mean, constants], total)
        if self.output_quantisation:
            quantised = file.tensor(self.output, "int8", quantisation=self.output_quantisation)
            file.operator(schema.BuiltinOperator.QUANTIZE, [total], quantised)
            total = quantised
        return file.content([image], [total])


def numbers(shape: tuple[int, ...]) -> np.ndarray:
    """What the models add: 0, 0.25, 0.5, …"""
    return (np.arange(np.prod(shape), dtype=np.float32) / 4).reshape(shape)


class _File:
    """A flat buffer in the making."""

    def __init__(self) -> None:
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.graph = schema.SubGraphT()
        self.graph.tensors = []
        self.graph.operators = []

    def tensor(
        self,
        shape: tuple[int, ...],
        kind: str,
        values: np.ndarray | None = None,
        quantisation: Quantisation | None = None,
    ) -> int:
        tensor = schema.TensorT()
        tensor.name = f"tensor_{len(self.graph.tensors)}"
        tensor.shape = [max(side, 1) for side in shape]
        tensor.shapeSignature = list(shape)
        tensor.type = TYPES[kind]
        tensor.buffer = 0
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        if quantisation is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = [quantisation.scale]
            tensor.quantization.zeroPoint = [quantisation.zero]
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def operator(self, code: int, inputs: list[int], output: int) -> None:
        operator_code = schema.OperatorCodeT()
        operator_code.builtinCode = operator_code.deprecatedBuiltinCode = code
        operator_code.version = 1
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes)
        operator.inputs, operator.outputs = inputs, [output]
        if code == schema.BuiltinOperator.MEAN:
            operator.builtinOptionsType = schema.BuiltinOptions.ReducerOptions
            operator.builtinOptions = schema.ReducerOptionsT()
        elif code == schema.BuiltinOperator.ADD:
            operator.builtinOptionsType = schema.BuiltinOptions.AddOptions
            operator.builtinOptions = schema.AddOptionsT()
        self.model.operatorCodes.append(operator_code)
        self.graph.operators.append(operator)

    def content(self, inputs: list[int], outputs: list[int]) -> bytes:
        self.graph.inputs, self.graph.outputs = inputs, outputs
        self.model.subgraphs = [self.graph]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
