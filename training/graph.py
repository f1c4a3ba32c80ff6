"""The decodes of `training.decoding` that `mini` and `mini-multi` are exported with, as TensorFlow graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from movenet_cli.core.oks import OKS_SIGMAS
from movenet_cli.core.skeleton import KEYPOINT_COUNT
from training.decoding import (
    ALIKE,
    BODY,
    CANDIDATES,
    FAINT,
    FINEST,
    LARGE,
    NEAR,
    PEAK,
    PEOPLE,
    SMALLEST,
    SPREAD,
    TINY,
    central_weight,
)
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


def place(maps: GraphMaps, centers: tf.Tensor, spread: float = SPREAD) -> tf.Tensor:
    """The keypoints of people where they are expected to be most similar to the truth.

    Args:
        maps: of one picture.
        centers: (N,) int32 flat cells of the people's centres.
        spread: how far from its guess a keypoint may be: a standard deviation, in sides of the person.

    Returns:
        (N, 17, 3): y, x as fractions of the input, and score.
    """
    h, w = maps.center.shape
    rows, columns = np.arange(h, dtype=np.float32), np.arange(w, dtype=np.float32)
    guesses = _guesses_of(maps, centers)
    side = _side(guesses)[:, None]
    sigma = tf.maximum(side * np.float32(BODY * 2 * OKS_SIGMAS), FINEST)
    heat = tf.transpose(maps.heatmap, [2, 0, 1])[None]
    chance = heat * heat * _bumps(guesses[..., 0] - 0.5, guesses[..., 1] - 0.5, spread * side, rows, columns)
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


def decode_people(scales: Sequence[GraphMaps]) -> tf.Tensor:
    """(1, 6, 56) float32: up to six people, as `training.decoding.decode_people` tells of them."""
    found = [_candidates(maps, LARGE if index else 0) for index, maps in enumerate(scales)]
    poses, sides, scores = (tf.concat(parts, axis=0) for parts in zip(*found, strict=True))
    scores, order = tf.math.top_k(scores, len(found) * CANDIDATES)
    poses = tf.gather(poses, order)
    scores *= _firsts(_similarities(poses, tf.gather(sides, order)) >= ALIKE)
    scores, order = tf.math.top_k(scores, PEOPLE)
    poses = tf.gather(poses, order)
    known = (poses[..., 2] >= tf.reduce_max(poses[..., 2], axis=1, keepdims=True) / 2)[..., None]
    low = tf.reduce_min(tf.where(known, poses[..., :2], tf.ones_like(poses[..., :2])), axis=1)
    high = tf.reduce_max(tf.where(known, poses[..., :2], tf.zeros_like(poses[..., :2])), axis=1)
    box = tf.clip_by_value(tf.concat([low, high], axis=1), 0, 1)
    rows = tf.concat([tf.reshape(poses, [PEOPLE, -1]), box, scores[:, None]], axis=1)
    return (rows * tf.cast(scores > 0, tf.float32)[:, None])[None]


def _candidates(maps: GraphMaps, least_side: float) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The people of the strongest centres: poses (N, 17, 3), longer sides (N,), scores (N,); fractions."""
    best_around = tf.nn.max_pool2d(maps.center[None, ..., None], PEAK, 1, "SAME")[0, ..., 0]
    peaks = tf.where(maps.center >= best_around, maps.center, tf.zeros_like(maps.center))
    strength, centers = tf.math.top_k(tf.reshape(peaks, [-1]), CANDIDATES)
    poses = place(maps, centers, NEAR)
    sides = _side(_guesses_of(maps, centers)) / maps.center.shape[1]
    sure = tf.cast((strength >= FAINT) & (sides >= least_side), tf.float32)
    return poses, sides, tf.reduce_mean(poses[..., 2], axis=1) * sure


def _firsts(alike: tf.Tensor) -> tf.Tensor:
    """(N,) 1 for those of (N, N) who are like nobody before them who is a 1 as well, else 0."""
    same = tf.cast(alike, tf.float32)
    chosen: list[tf.Tensor] = []
    for one in range(alike.shape[0]):
        before = [same[one, other] * first for other, first in enumerate(chosen)]
        chosen.append(1 - tf.reduce_max(tf.stack(before)) if before else tf.constant(1.0))
    return tf.stack(chosen)


def _similarities(poses: tf.Tensor, sides: tf.Tensor) -> tf.Tensor:
    """(N, N): OKS of all pairs of (N, 17, 3) y, x, by the area of the larger one."""
    squares = tf.reduce_sum((poses[:, None, :, :2] - poses[None, :, :, :2]) ** 2, axis=-1)
    deviation = tf.maximum(sides[:, None], sides)[..., None] * np.float32(2 * BODY * OKS_SIGMAS)
    return tf.reduce_mean(tf.exp(-0.5 * squares / deviation**2), axis=-1)


def _guesses_of(maps: GraphMaps, centers: tf.Tensor) -> tf.Tensor:
    """(N, 17, 2): y, x in cells, where people with (N,) flat centre cells have their keypoints, roughly."""
    h, w = maps.center.shape
    guesses = tf.gather(tf.reshape(maps.regression, [h * w, 2 * KEYPOINT_COUNT]), centers)
    cells = tf.cast(tf.stack([centers // w, centers % w], axis=1), tf.float32)
    return tf.reshape(guesses, [-1, KEYPOINT_COUNT, 2]) + cells[:, None]


def _side(guesses: tf.Tensor) -> tf.Tensor:
    """(N,): longer sides of the people's boxes, in cells."""
    extent = tf.reduce_max(guesses, axis=1) - tf.reduce_min(guesses, axis=1)
    return tf.maximum(tf.reduce_max(extent, axis=1), SMALLEST)


def _bumps(y: tf.Tensor, x: tf.Tensor, width: tf.Tensor, rows: np.ndarray, columns: np.ndarray) -> tf.Tensor:
    """(N, 17, h, w): Gaussians over the cells around (N, 17) places, 1 at most."""
    down, across = (
        tf.exp(-0.5 * ((cells - at[..., None]) / width[..., None]) ** 2)
        for cells, at in ((rows, y), (columns, x))
    )
    return down[..., None] * across[:, :, None]
