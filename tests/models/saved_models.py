"""Small SavedModels with the signatures, the node names and the post-processing of MoveNet; needs TensorFlow.

The trunk is one convolution per head with random weights, so that noise gives maps with clear maxima.
"""

from pathlib import Path
from typing import Any

import numpy as np

from movenet_cli.models.heads import Constants
from movenet_cli.models.saved_model import import_tensorflow

CHANNELS = {"center": 1, "heatmap": 17, "regress": 34, "offset": 34, "box_scale": 2, "box_offset": 2}
SCOPES = {
    "center": "center_0/conv2d_4",
    "heatmap": "kpt_heatmap_0/conv2d_5",
    "regress": "kpt_regress_0/conv2d_6",
    "offset": "kpt_offset_0/conv2d_7",
    "box_scale": "box_scale_0/conv2d_8",
    "box_offset": "box_offset_0/conv2d_9",
}
UNUSUAL = Constants(beta=1.25, spread=0.2, visible=0.01, peak_tolerance=1e-5)
"""None of them the published one, so that a test sees where a constant comes from."""


def save_single(
    folder: Path, size: int = 64, scopes: dict[str, str] = SCOPES, depthwise: int | None = None
) -> Path:
    """A single-pose model, (1, size, size, 3) int32 → (1, 1, 17, 3).

    With `depthwise` each head is a separable convolution of so many cells over shared features, as MoveNet's.
    """
    tf = import_tensorflow()
    weights = _weights(tf, ("center", "heatmap", "regress", "offset"))

    def run(pixels: Any) -> Any:
        floats = tf.stack(tf.unstack(tf.cast(pixels, tf.float32, name="Cast"), num=1), name="stack")
        heads = _heads(tf, floats, weights, scopes, depthwise)
        return {"output_0": _single(tf, heads, size // 4)}

    return _save(tf, folder, run, weights, [1, size, size, 3])


def save_multi(folder: Path, scopes: dict[str, str] = SCOPES) -> Path:
    """A multi-pose model, (1, H, W, 3) int32 → (1, 6, 56)."""
    tf = import_tensorflow()
    weights = _weights(tf, tuple(CHANNELS))

    def run(pixels: Any) -> Any:
        heads = _heads(tf, tf.cast(pixels, tf.float32, name="Cast"), weights, scopes)
        return {"output_0": _multi(tf, heads)}

    return _save(tf, folder, run, weights, [1, None, None, 3])


def save_other(folder: Path, output: tuple[int, ...], input_shape: tuple[int | None, ...]) -> Path:
    """A model that is none: its output is the mean of its input, repeated."""
    tf = import_tensorflow()

    def run(pixels: Any) -> Any:
        return {"output_0": tf.fill(output, tf.reduce_mean(tf.cast(pixels, tf.float32)))}

    return _save(tf, folder, run, {}, input_shape)


def save_inconvertible(folder: Path) -> Path:
    """A single-pose model with an operation that TensorFlow Lite does not have, and without heads."""
    tf = import_tensorflow()

    def run(pixels: Any) -> Any:
        thirds = tf.cast(pixels, tf.int64) // 3
        return {"output_0": tf.fill([1, 1, 17, 3], tf.reduce_mean(tf.cast(thirds, tf.float32)))}

    return _save(tf, folder, run, {}, [1, 64, 64, 3])


def _weights(tf: Any, heads: tuple[str, ...]) -> dict[str, Any]:
    rng = np.random.default_rng(7)
    scales = {"center": 2, "heatmap": 2, "regress": 3, "offset": 0.3, "box_scale": 8, "box_offset": 0.3}
    return {
        head: tf.Variable((rng.normal(size=(4, 4, 3, CHANNELS[head])) * scales[head] / 4).astype(np.float32))
        for head in heads
    }


def _heads(
    tf: Any, floats: Any, weights: dict[str, Any], scopes: dict[str, str], depthwise: int | None = None
) -> dict[str, Any]:
    normal = floats / 127.5 - 1
    rng = np.random.default_rng(8)

    def random(*shape: int) -> Any:
        return tf.constant(rng.normal(size=shape).astype(np.float32))

    features = tf.nn.relu(tf.nn.conv2d(normal, random(4, 4, 3, 8) / 4, strides=4, padding="VALID"))
    heads = {}
    for head, kernel in weights.items():
        with tf.name_scope(scopes[head]):
            if depthwise:
                spread = tf.nn.depthwise_conv2d(
                    features, random(depthwise, depthwise, 8, 1) / depthwise, [1, 1, 1, 1], "SAME"
                )
                hidden = tf.nn.relu(tf.nn.conv2d(spread, random(1, 1, 8, 16) / 3, strides=1, padding="VALID"))
                last = random(1, 1, 16, CHANNELS[head]) * (0.3 if head == "offset" else 1)
                maps = tf.nn.conv2d(hidden, last, strides=1, padding="VALID", name="Conv2D")
            else:
                maps = tf.nn.conv2d(normal, kernel, strides=4, padding="VALID", name="Conv2D")
            bias = np.full(CHANNELS[head], 12 if head == "box_scale" else 0, np.float32)
            heads[head] = tf.nn.bias_add(maps, bias, name="BiasAdd")
    return heads


def _single(tf: Any, heads: dict[str, Any], side: int) -> Any:
    """The official post-processing of a (1, side, side) map."""
    beta = tf.constant(UNUSUAL.beta, name="add_5/y")
    y, x = (tf.constant(axis, tf.float32) for axis in np.mgrid[:side, :side])
    from_middle = tf.sqrt((y - side / 2) ** 2 + (x - side / 2) ** 2)
    centres = tf.sigmoid(heads["center"][0, :, :, 0]) / tf.add(from_middle, beta, name="add_5")
    centre = tf.argmax(tf.reshape(centres, [-1]), output_type=tf.int32)
    regress = tf.reshape(tf.gather(tf.reshape(heads["regress"], [-1, 34]), centre), [17, 2])
    guess_y = tf.cast(centre // side, tf.float32) + regress[:, 0]
    guess_x = tf.cast(centre % side, tf.float32) + regress[:, 1]
    distances = tf.sqrt((y[..., None] - guess_y) ** 2 + (x[..., None] - guess_x) ** 2)
    scores = tf.reshape(tf.sigmoid(heads["heatmap"][0]), [-1, 17])
    cells = tf.argmax(scores / tf.reshape(distances + beta, [-1, 17]), axis=0, output_type=tf.int32)
    at = tf.stack([cells, tf.range(17)], axis=1)
    offsets = tf.gather_nd(tf.reshape(heads["offset"], [-1, 17, 2]), at)
    found = (
        tf.stack([tf.cast(cells // side, tf.float32), tf.cast(cells % side, tf.float32)], axis=1) + offsets
    )
    return tf.concat([found / side, tf.gather_nd(scores, at)[:, None]], axis=1)[None, None]


def _multi(tf: Any, heads: dict[str, Any]) -> Any:
    """The official post-processing of a (1, h, w) map."""
    h, w = (tf.shape(heads["center"])[axis] for axis in (1, 2))
    sides = tf.cast(tf.stack([h, w]), tf.float32)
    grid = tf.cast(tf.stack(tf.meshgrid(tf.range(h), tf.range(w), indexing="ij"), axis=-1), tf.float32)
    maps = tf.sigmoid(heads["center"])
    distance = tf.abs(maps - tf.nn.max_pool2d(maps, 5, 1, "SAME"))
    is_peak = tf.less(distance, tf.constant(UNUSUAL.peak_tolerance, name="Less/y"), name="Less")
    centre_scores, cells = tf.math.top_k(tf.reshape(tf.where(is_peak, maps, 0), [-1]), 6)
    centres = tf.cast(tf.stack([cells // w, cells % w], axis=1), tf.float32)
    middles = centres + tf.gather(tf.reshape(heads["box_offset"], [-1, 2]), cells)
    halves = tf.maximum(tf.gather(tf.reshape(heads["box_scale"], [-1, 2]), cells), 0) / 2
    low, high = (tf.clip_by_value(corner, 0, sides) for corner in (middles - halves, middles + halves))
    guesses = centres[:, None] + tf.reshape(
        tf.gather(tf.reshape(heads["regress"], [-1, 34]), cells), [6, 17, 2]
    )
    spread = tf.multiply(tf.reduce_min(sides), tf.constant(UNUSUAL.spread, name="mul_6/y"), name="mul_6")
    gaussians = tf.exp(-tf.reduce_sum((grid[:, :, None, None] - guesses) ** 2, axis=-1) / spread)
    points = grid[:, :, None]
    inside = tf.reduce_all((points >= low) & (points < high), axis=-1)
    scores = tf.sigmoid(heads["heatmap"][0])[:, :, None] * gaussians * tf.cast(inside, tf.float32)[..., None]
    flat = tf.reshape(scores, [-1, 6, 17])
    best = tf.argmax(flat, axis=0, output_type=tf.int32)
    keypoint = tf.broadcast_to(tf.range(17), [6, 17])
    offsets = tf.gather_nd(tf.reshape(heads["offset"], [-1, 17, 2]), tf.stack([best, keypoint], axis=-1))
    found = (tf.cast(tf.stack([best // w, best % w], axis=-1), tf.float32) + offsets) / sides
    found_scores = tf.gather_nd(tf.reduce_max(flat, axis=1), tf.stack([best, keypoint], axis=-1))
    seen = tf.greater(found_scores, tf.constant(UNUSUAL.visible, name="Greater_1/y"), name="Greater_1")
    seen = tf.cast(seen, tf.float32)
    mean = tf.reduce_sum(found_scores * seen, axis=1) / tf.maximum(tf.reduce_sum(seen, axis=1), 1)
    keypoints = tf.reshape(tf.concat([found, found_scores[..., None]], axis=-1), [6, 51])
    return tf.concat([keypoints, low / sides, high / sides, (centre_scores * mean)[:, None]], axis=1)[None]


def _save(tf: Any, folder: Path, run: Any, weights: dict[str, Any], shape: Any) -> Path:
    module = tf.Module()
    module.weights = weights
    spec = tf.TensorSpec(shape, tf.int32, name="input")
    function = tf.function(run, input_signature=[spec])
    tf.saved_model.save(module, str(folder), signatures=function)
    return folder
