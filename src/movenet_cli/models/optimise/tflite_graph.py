"""A `.tflite` file as a graph of operators and tensors, and the cutting of a part out of it."""

from collections.abc import Sequence
from typing import Any

import flatbuffers
from ai_edge_litert import schema_py_generated as schema


class Graph:
    """A network whose file the interpreter has accepted; its tensors are called by their numbers in the file.

    Attributes:
        inputs: tensors.
        outputs: tensors.
        operators: the schema's objects, in the order they run.
    """

    def __init__(self, content: bytes) -> None:
        """Read a file that an interpreter could open.

        Raises:
            ValueError: it has several graphs, or keeps its constants outside.
        """
        self._model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
        if len(self._model.subgraphs) != 1 or any(buffer.offset for buffer in self._model.buffers):
            raise ValueError("the network is not one graph in one buffer")
        self._graph = self._model.subgraphs[0]
        self.inputs: list[int] = [int(tensor) for tensor in self._graph.inputs]
        self.outputs: list[int] = [int(tensor) for tensor in self._graph.outputs]
        self.operators: list[Any] = list(self._graph.operators)

    def shape(self, tensor: int) -> tuple[int, ...]:
        """Its sides; -1 for one that is open."""
        described = self._graph.tensors[tensor]
        signature = described.shapeSignature
        sides = described.shape if signature is None or not len(signature) else signature
        return () if sides is None else tuple(map(int, sides))

    def is_constant(self, tensor: int) -> bool:
        """Whether the file holds its values."""
        data = self._model.buffers[self._graph.tensors[tensor].buffer].data
        return data is not None and len(data) > 0

    def part(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        """The file of the network between some tensors, which keep their numbers.

        Args:
            inputs: where it begins.
            outputs: where it ends, in the order that the file will have them.
        """
        # Operators are in the order they run: going backwards, each is met after all that read what it makes.
        needed, kept = set(outputs), []
        for operator in reversed(self.operators):
            if needed.difference(inputs).intersection(operator.outputs):
                kept.append(operator)
                needed.update(int(tensor) for tensor in operator.inputs)
        graph, model = schema.SubGraphT(), schema.ModelT()
        graph.inputs, graph.outputs, graph.operators = list(inputs), list(outputs), kept[::-1]
        graph.tensors = self._graph.tensors  # all of them, so that their numbers stay
        used = {tensor.buffer for i, tensor in enumerate(graph.tensors) if i in needed}
        model.version, model.operatorCodes, model.subgraphs = 3, self._model.operatorCodes, [graph]
        # Buffers go by number, too: those of tensors that are gone become empty ones.
        model.buffers = [
            buffer if i in used else schema.BufferT() for i, buffer in enumerate(self._model.buffers)
        ]
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
