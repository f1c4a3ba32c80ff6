"""The decodes of `mini` and `mini-multi` as TensorFlow graphs: those of `training.decoding`, operation by operation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from movenet_cli.core.skeleton import KEYPOINT_COUNT, OKS_SIGMAS
from training.decoding import BODY, FINEST, SMALLEST, SPREAD, TINY, central_weight
from training.network import HEAD_CHANNELS


@dataclass(frozen=True)
class GraphMaps:
    """One picture's head maps as tensors: the shapes and the meaning of `training.decoding.HeadMaps`."""

    center: tf.Tensor
    heatmap: tf.Tensor
    regression: tf.Tensor
    offset: tf.Tensor


def head_maps(maps: tf.Tensor) -> GraphMaps:
    """(h, w, 86) raw output of the network -> its named heads, scores through the sigmoid."""
    center, heatmap, regression, offset = tf.split(maps, list(HEAD_CHANNELS.values()), axis=-1)
    return GraphMaps(tf.sigmoid(center[..., 0]), tf.sigmoid(heatmap), regression, offset)


def most_central(maps: GraphMaps) -> tf.Tensor:
    """(1,) int32: the flat cell of the person who is seen best and nearest to the middle."""
    weighted = maps.center * central_weight(*maps.center.shape).astype(np.float32)
    return tf.argmax(tf.reshape(weighted, [1, -1]), axis=1, output_type=tf.int32)


def place(maps: GraphMaps, centers: tf.Tensor) -> tf.Tensor:
    """The keypoints of people where they are expected to be most similar to the truth.

    Args:
        maps: of one picture.
        centers: (N,) int32 flat cells of the people's centres.

    Returns:
        (N, 17, 3): y, x as fractions of the input, and score.
    """
    h, w = maps.center.shape
    rows, columns = np.arange(h, dtype=np.float32), np.arange(w, dtype=np.float32)
    guesses = tf.reshape(
        tf.gather(tf.reshape(maps.regression, [h * w, -1]), centers), [-1, KEYPOINT_COUNT, 2]
    )
    guesses += tf.cast(tf.stack([centers // w, centers % w], axis=1), tf.float32)[:, None]
    side = tf.reduce_max(tf.reduce_max(guesses, axis=1) - tf.reduce_min(guesses, axis=1), axis=1)
    side = tf.maximum(side, SMALLEST)[:, None]
    sigma = tf.maximum(side * np.float32(BODY * 2 * OKS_SIGMAS), FINEST)
    heat = tf.transpose(maps.heatmap, [2, 0, 1])[None]
    chance = heat * heat * _bumps(guesses[..., 0] - 0.5, guesses[..., 1] - 0.5, SPREAD * side, rows, columns)
    chance /= tf.reduce_sum(chance, axis=[2, 3], keepdims=True) + TINY
    similar_y = tf.exp(-0.5 * (rows[:, None] - rows) ** 2 / (sigma**2)[..., None, None])
    similar_x = tf.exp(-0.5 * (columns[:, None] - columns) ** 2 / (sigma**2)[..., None, None])
    expected = tf.matmul(tf.matmul(similar_y, chance), similar_x)
    cell = tf.argmax(tf.reshape(expected, [-1, KEYPOINT_COUNT, h * w]), axis=2, output_type=tf.int32)
    y, x = tf.cast(cell // w, tf.float32), tf.cast(cell % w, tf.float32)
    around = chance * _bumps(y, x, sigma, rows, columns)
    reached = tf.reduce_sum(around, axis=[2, 3])
    offset = tf.transpose(tf.reshape(maps.offset, [h, w, KEYPOINT_COUNT, 2]), [3, 2, 0, 1])
    at_y = tf.reduce_sum(around * (offset[0] + rows[:, None]), axis=[2, 3]) / (reached + TINY)
    at_x = tf.reduce_sum(around * (offset[1] + columns), axis=[2, 3]) / (reached + TINY)
    seen = tf.reduce_max(heat * _bumps(y, x, tf.ones_like(sigma), rows, columns), axis=[2, 3])
    return tf.stack([at_y / h, at_x / w, tf.sqrt(seen * reached)], axis=2)


def _bumps(y: tf.Tensor, x: tf.Tensor, width: tf.Tensor, rows: np.ndarray, columns: np.ndarray) -> tf.Tensor:
    """(N, 17, h, w): Gaussians over the cells around (N, 17) places, 1 at most."""
    down, across = (
        tf.exp(-0.5 * ((cells - at[..., None]) / width[..., None]) ** 2)
        for cells, at in ((rows, y), (columns, x))
    )
    return down[..., None] * across[:, :, None]
