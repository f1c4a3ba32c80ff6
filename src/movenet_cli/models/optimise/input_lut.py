"""The input lookup table: it takes the place of a network's first steps and gives the same bits.

Every MoveNet first turns pixels of 0 to 255 into numbers of another range, pass by pass over the image.
A table of what becomes of each value gives the same bits at once, in a fifth less time for int8 Lightning.
"""

from typing import Any, Final

import numpy as np

from movenet_cli.errors import ModelError
from movenet_cli.models.interpreter import InputTable, Network
from movenet_cli.models.optimise.tflite_graph import Graph

_TABLE_TYPES: Final = (np.int8, np.uint8, np.float32)
"""What networks take and OpenCV can look up."""


def with_input_table(content: bytes) -> tuple[bytes, InputTable | None]:
    """Replace the first steps of a network by a table.

    Args:
        content: the bytes of a `.tflite` file that `Network` takes.

    Returns:
        The bytes of a shorter network and the table, with which `Network` gives the same outputs, bit for
        bit; the same bytes and no table when the network has no such steps.
    """
    try:
        graph = Graph(content)
        start = _end_of_pixel_steps(graph)
        table = None if start in graph.inputs else _table(graph.part(graph.inputs, [start]))
    except (ValueError, ModelError):  # an unusual file, which runs as it is
        return content, None
    return (content, None) if table is None else (graph.part([start], graph.outputs), table)


def _end_of_pixel_steps(graph: Graph) -> int:
    """The last tensor, from the input on, that may be made of single pixels: as large, from one source.

    Only shapes are looked at, so an operator that moves pixels about is followed, too; `_table` finds it out.
    """
    tensor = end = graph.inputs[0]
    sides = graph.shape(tensor)[1:]
    while True:
        following = [operator for operator in graph.operators if tensor in operator.inputs]
        # Where the values are read twice, or are an output themselves, a table cannot stand in for them.
        if len(following) != 1 or tensor in graph.outputs or not _has_one_source(graph, following[0]):
            return end
        tensor = int(following[0].outputs[0])
        if graph.shape(tensor)[-3:] != sides:
            return end
        # Some graphs take the batch axis off and put it back; `Network` needs it, so the cut is not between.
        if len(graph.shape(tensor)) == 4:
            end = tensor


def _has_one_source(graph: Graph, operator: Any) -> bool:
    others = [tensor for tensor in operator.inputs if tensor >= 0 and not graph.is_constant(tensor)]
    return len(others) == 1 and len(operator.outputs) == 1


def _table(content: bytes) -> InputTable | None:
    """What a network makes of all values; None unless it changes each pixel by itself, all alike.

    Noise shows it: there the values stand in other places than where the table has them from.
    """
    network = Network(content, "the start of the network")
    width, height = network.size
    # Grey images in which every value stands somewhere; where the input is small it takes several.
    values = np.resize(np.arange(256, dtype=np.uint8), (-(-256 // (height * width)), height, width, 1))
    ramps = [network.invoke_raw(image.repeat(3, axis=2))[0].reshape(-1, 3) for image in values]
    table = np.ascontiguousarray(np.concatenate(ramps)[None, :256])
    if table.dtype not in _TABLE_TYPES:
        return None
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    looked_up = np.stack([table[0, noise[..., i], i] for i in range(3)], axis=-1)
    return table if np.array_equal(network.invoke_raw(noise)[0][0], looked_up) else None
