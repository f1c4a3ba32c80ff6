"""A MoveNet SavedModel and what its graph has inside: signature, heads, constants. Needs TensorFlow.

MoveNet's graphs are cut by the names of their nodes, which are the same in all published versions but for
numbers: the part before the slash says which head it is. TensorFlow is imported when a function is called.
"""

import os
import re
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from movenet_cli.core.model_info import Kind
from movenet_cli.core.types import Size
from movenet_cli.errors import ModelError
from movenet_cli.io.stdio import native_chatter_logged
from movenet_cli.models.allowed_operations import check_operations
from movenet_cli.models.heads import MULTI_HEADS, SINGLE_HEADS, Constants

# Freezing inlines functions: the names of their calls then stand in front of the names of their nodes.
_INLINED = r"(?:\w*PartitionedCall(?:_\d+)?/)*"
_HEAD_NODES = {
    "center": "center_0",
    "heatmap": "kpt_heatmap_0",
    "regress": "kpt_regress_0",
    "offset": "kpt_offset_0",
    "box_scale": "box_scale_0",
    "box_offset": "box_offset_0",
}
# These names say nothing, so what is found under one counts only if it is a float32 constant (`_constants`).
_CONSTANT_NODES: dict[Kind, dict[str, str]] = {
    "single": {"beta": "add_5/y"},
    "multi": {"spread": "mul_6/y", "visible": "Greater_1/y", "peak_tolerance": "Less/y"},
}
_PIXEL_NODES: dict[Kind, str] = {"single": "stack", "multi": "Cast"}
"""Where the graph has float32 pixels of 0 to 255; behind single-pose's detour that forbids batches."""


@dataclass(frozen=True, slots=True, eq=False)
class SavedGraph:
    """A SavedModel that has the signature of a MoveNet.

    Attributes:
        kind: told by the signature's output.
        input_size: of the images; None when the signature leaves them open.
        signature: TensorFlow's concrete function.
        loaded: the object that keeps the signature's variables alive.
        heads: names of the head tensors by `SINGLE_HEADS` or `MULTI_HEADS`; empty when the graph lacks some,
            and then `pixels` is empty, too.
        pixels: name of the tensor of float32 pixels that the trunk starts from.
        constants: read from the graph, or the published ones where it does not name them.
        frozen: the graph's definition with its variables as constants.
    """

    kind: Kind
    input_size: Size | None
    signature: Any
    loaded: Any
    heads: dict[str, str]
    pixels: str
    constants: Constants
    frozen: Any


def import_tensorflow() -> Any:
    """TensorFlow, without the lines it writes when it starts.

    Raises:
        ModelError: it cannot be imported.
    """
    if sys.flags.optimize > 1:
        raise ModelError(
            "TensorFlow does not start without docstrings: unset PYTHONOPTIMIZE, and run Python without -OO"
        )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before the import, which reads it
    try:
        with native_chatter_logged():
            import tensorflow  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(
            f"TensorFlow cannot be imported ({error}): install it, or give a .tflite file"
        ) from error
    tensorflow.get_logger().setLevel("ERROR")
    return tensorflow


def load_graph(folder: Path) -> SavedGraph:
    """Load a SavedModel and look at its graph.

    Raises:
        ModelError: it cannot be loaded, is not a MoveNet, or could do more than compute.
    """
    tf = import_tensorflow()
    loaded = _load(folder)
    signature = getattr(loaded, "signatures", {}).get("serving_default")
    if signature is None:
        raise ModelError(f"{folder} is not a MoveNet: it has no signature 'serving_default'")
    kind, input_size = _checked_signature(folder, signature)
    frozen = _freeze(signature)
    heads, pixels = _find_heads(frozen, kind)
    return SavedGraph(
        kind, input_size, signature, loaded, heads, pixels, _constants(tf, frozen, kind), frozen
    )


def heads_function(graph: SavedGraph, batch: int | None) -> Any:
    """The graph cut at its heads.

    Args:
        graph: one that has heads.
        batch: a fixed number of images, or None for any.

    Returns:
        A concrete function from `input`, (batch, H, W, 3) uint8 RGB, to a dict of the heads by name.
    """
    tf = import_tensorflow()
    # The frozen graph holds the variables as constants, so its part up to the heads stands by itself and can
    # be imported anew with an input of our own: uint8, any number of images.
    nodes = [tensor.removesuffix(":0") for tensor in graph.heads.values()]
    trunk = tf.compat.v1.graph_util.extract_sub_graph(graph.frozen, nodes)
    width, height = graph.input_size or (None, None)

    def run(pixels: Any) -> Any:
        feed = {graph.pixels: tf.cast(pixels, tf.float32)}
        heads = tf.graph_util.import_graph_def(trunk, feed, list(graph.heads.values()), name="")
        return dict(zip(graph.heads, heads, strict=True))

    return tf.function(run).get_concrete_function(
        tf.TensorSpec([batch, height, width, 3], tf.uint8, name="input")
    )


def _load(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import tensorflow_hub  # noqa: PLC0415
            from tensorflow.python.saved_model.loader_impl import parse_saved_model  # noqa: PLC0415
        except ImportError as error:
            raise ModelError(f"tensorflow-hub cannot be imported ({error}): install it again") from error
    try:
        with native_chatter_logged():
            check_operations(folder, parse_saved_model(str(folder)))  # loading may run some already
            return tensorflow_hub.load(str(folder))
    except ModelError:
        raise
    except Exception as error:  # a damaged model makes TensorFlow's readers raise all sorts of things
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{folder} is not a whole SavedModel: get it again ({reason})") from error


def _checked_signature(folder: Path, signature: Any) -> tuple[Kind, Size | None]:
    inputs = list(signature.structured_input_signature[1].values())
    shape = inputs[0].shape.as_list() if len(inputs) == 1 and inputs[0].shape.rank == 4 else []
    if not shape or shape[0] not in (1, None) or shape[3] != 3:
        raise ModelError(f"{folder} is not a MoveNet: its input is {inputs}, not one RGB image")
    outputs = [spec.shape for spec in signature.structured_outputs.values()]
    ends = [output.as_list()[1:] if output.rank else None for output in outputs]
    kind: Kind
    if ends == [[1, 17, 3]]:
        kind = "single"
    elif ends == [[6, 56]]:
        kind = "multi"
    else:
        raise ModelError(
            f"{folder} is not a MoveNet: its output is {', '.join(map(str, outputs)) or 'nothing'}"
        )
    fixed = shape[1] is not None and shape[2] is not None
    return kind, Size(shape[2], shape[1]) if fixed else None


def _freeze(signature: Any) -> Any:
    from tensorflow.python.framework.convert_to_constants import (  # noqa: PLC0415
        convert_variables_to_constants_v2,
    )

    with native_chatter_logged():
        return convert_variables_to_constants_v2(signature).graph.as_graph_def()


def _find_heads(frozen: Any, kind: Kind) -> tuple[dict[str, str], str]:
    """Names of the head tensors and of the pixels; nothing unless each is there exactly once."""
    wanted = SINGLE_HEADS if kind == "single" else MULTI_HEADS
    patterns = [rf"{_HEAD_NODES[head]}/conv2d(?:_\d+)?/BiasAdd" for head in wanted]
    found = [_matching(frozen, pattern) for pattern in (*patterns, _PIXEL_NODES[kind])]
    if any(len(nodes) != 1 for nodes in found):
        return {}, ""
    *heads, pixels = [f"{nodes[0].name}:0" for nodes in found]
    return dict(zip(wanted, heads, strict=True)), pixels


def _constants(tf: Any, frozen: Any, kind: Kind) -> Constants:
    values = {}
    for field, pattern in _CONSTANT_NODES[kind].items():
        for node in _matching(frozen, pattern):
            value = np.asarray(tf.make_ndarray(node.attr["value"].tensor)) if node.op == "Const" else None
            if value is not None and value.shape == () and value.dtype == np.float32:
                values[field] = float(value)
    return Constants(**values)


def _matching(frozen: Any, pattern: str) -> list[Any]:
    name = re.compile(_INLINED + pattern)
    return [node for node in frozen.node if name.fullmatch(node.name)]
