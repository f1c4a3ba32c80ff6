"""Sparse heads: two heads of a single-pose graph computed only where the post-processing reads them.

It reads one cell of the regression and seventeen of the offsets, out of thousands that the network computes.
A cell of a head depends on the 3 × 3 cells of the features around it. So the graph's own nodes of these
heads are run on such patches: the result is the same, for 4 to 8 % less time.
"""

from typing import Any, Final

import numpy as np

from movenet_cli.models.saved_model import SavedGraph, import_tensorflow

_DEPTHWISE: Final = "DepthwiseConv2dNative"
_READ_AT_CELLS: Final = ("regress", "offset")


def sparse_heads_function(graph: SavedGraph) -> Any:
    """A function like the official signature, with sparse heads.

    Args:
        graph: a single-pose one of fixed size.

    Returns:
        A concrete function from `input`, (1, H, W, 3) uint8 RGB, to (1, 1, 17, 3) float32; None when the
        graph has not the heads that this needs, or its output would be another.
    """
    nodes = {node.name: node for node in graph.frozen.node}
    # Both heads start from the same features in the published graphs, and `_SparseGraph` relies on it.
    starts = {_features(nodes, graph.heads[head]) for head in _READ_AT_CELLS if head in graph.heads}
    features = starts.pop() if len(starts) == 1 else None
    if features is None or graph.input_size is None:
        return None
    tf = import_tensorflow()
    width, height = graph.input_size
    function = tf.function(_SparseGraph(tf, graph, features).run).get_concrete_function(
        tf.TensorSpec([1, height, width, 3], tf.uint8, name="input")
    )
    # Nothing before has looked at what lies between features and head: a larger convolution, or a second
    # one, would make the 3 × 3 patches too small. Its output on noise shows it.
    noise = np.random.default_rng(0).integers(0, 256, (1, height, width, 3), np.uint8)
    ((name, spec),) = graph.signature.structured_input_signature[1].items()
    (expected,) = graph.signature(**{name: tf.cast(noise, spec.dtype)}).values()
    (found,) = function(tf.constant(noise)).values()
    return function if np.allclose(found, expected, rtol=0, atol=1e-5) else None


class _SparseGraph:
    """The pieces of the official graph, and what is put between them; `h` × `w` cells."""

    def __init__(self, tf: Any, graph: SavedGraph, features: str) -> None:
        self._tf, self._graph, self._features = tf, graph, features
        self._maps = [features, graph.heads["center"], graph.heads["heatmap"]]
        self._trunk = _between(tf, graph.frozen, None, self._maps)
        self._w, self._h = (side // 4 for side in graph.input_size or ())

    def run(self, pixels: Any) -> dict[str, Any]:
        """(1, H, W, 3) uint8 → the official output; the formulas are those of `heads.decode_single_heads`."""
        tf, h, w = self._tf, self._h, self._w
        features, center, heatmap = tf.graph_util.import_graph_def(
            self._trunk, {self._graph.pixels: tf.cast(pixels, tf.float32)}, self._maps, name=""
        )
        # The convolutions pad with zeros; with a border of them, patches at the edge are cut like all others.
        padded = tf.pad(tf.squeeze(features, axis=0), [[1, 1], [1, 1], [0, 0]])
        beta = np.float32(self._graph.constants.beta)
        # The person: the strongest centre, those in the middle of the image preferred.
        y, x = (axis.astype(np.float32) for axis in np.mgrid[:h, :w])
        from_middle = np.sqrt((y - np.float32(h / 2)) ** 2 + (x - np.float32(w / 2)) ** 2) + beta
        centres = tf.sigmoid(center) / from_middle[None, :, :, None]
        centre = tf.argmax(tf.reshape(centres, [1, h * w]), axis=1, output_type=tf.int32)
        # First read: the regression at that one cell says roughly where the keypoints are.
        guess = tf.cast(self._points(centre), tf.float32) + tf.reshape(
            self._head("regress", padded, centre), [17, 2]
        )
        # The keypoint: the best score near the guess, over all cells. The heatmap is needed whole.
        squares_y = tf.math.squared_difference(y[:, :1, None], guess[:, 0])
        squares_x = tf.math.squared_difference(x[:1, :, None], guess[:, 1])
        scores = tf.reshape(tf.sigmoid(heatmap), [h, w, 17])
        weighted = scores / (tf.sqrt(squares_y + squares_x) + beta)
        cells = tf.argmax(tf.reshape(weighted, [h * w, 17]), axis=0, output_type=tf.int32)
        # Second read: the offsets at those seventeen cells; of a cell's 17 pairs, a keypoint takes its own.
        keypoints = np.arange(17, dtype=np.int32)
        pairs = tf.reshape(self._head("offset", padded, cells), [17, 17, 2])
        offsets = tf.gather_nd(pairs, np.stack([keypoints, keypoints], axis=1))
        at = tf.stack([cells, tf.constant(keypoints)], axis=1)
        found = tf.gather_nd(tf.reshape(scores, [h * w, 17]), at)
        places = (tf.cast(self._points(cells), tf.float32) + offsets) * np.array([1 / h, 1 / w], np.float32)
        return {"output_0": tf.concat([places, found[:, None]], axis=1)[None, None]}

    def _points(self, cells: Any) -> Any:
        """(N, 2) y, x of (N,) flat indices."""
        return self._tf.stack([cells // self._w, cells % self._w], axis=1)

    def _head(self, name: str, padded: Any, cells: Any) -> Any:
        """(N, channels) of a head at (N,) flat indices, from the features with a border of zeros."""
        tf, graph = self._tf, self._graph
        around = np.moveaxis(np.mgrid[:3, :3], 0, -1).astype(np.int32)
        patches = tf.gather_nd(padded, self._points(cells)[:, None, None] + around)
        nodes = _between(tf, graph.frozen, self._features, [graph.heads[name]])
        given = {self._features: tf.ensure_shape(patches, [None, 3, 3, padded.shape[-1]])}
        (maps,) = tf.graph_util.import_graph_def(nodes, given, [graph.heads[name]], name="")
        return maps[:, 1, 1]  # the middle cell; the others have seen too little around them


def _features(nodes: dict[str, Any], head: str) -> str | None:
    """The tensor that a head starts from: what its one depthwise convolution takes."""
    node = nodes[_node(head)]
    while node is not None and node.op != _DEPTHWISE:
        node = nodes.get(_node(node.input[0])) if node.input else None
    if node is None:
        return None
    source: str = node.input[0]
    return source if ":" in source else f"{source}:0"


def _between(tf: Any, frozen: Any, start: str | None, ends: list[str]) -> Any:
    """The part of a graph that makes some tensors, from a tensor that is to be given, if any."""
    graph = tf.compat.v1.GraphDef()
    for node in frozen.node:
        if start and node.name == _node(start):
            given = graph.node.add(name=node.name, op="Placeholder")
            given.attr["dtype"].type = tf.float32.as_datatype_enum
        else:
            graph.node.append(node)
    return tf.compat.v1.graph_util.extract_sub_graph(graph, [_node(end) for end in ends])


def _node(tensor: str) -> str:
    return tensor.partition(":")[0]
