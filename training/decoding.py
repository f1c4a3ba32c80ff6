"""Decoding head maps in NumPy: MoveNet's own single-pose decode, and those that `mini` is exported with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from movenet_cli.core.oks import OKS_SIGMAS
from movenet_cli.core.skeleton import FLIP_PAIRS, KEYPOINT_COUNT

FloatArray = npt.NDArray[np.floating]

STRIDE = 4
#: Softening distance, in cells, of the centre weighting and of the keypoint re-weighting.
BETA = 1.8
#: How far from its guess a keypoint of one person, and of one of several, may be (a standard deviation), and
#: the square root of a person's area, all in sides of the person.
SPREAD, NEAR, BODY = 0.35, 0.15, 0.5
#: The smallest side and the smallest deviation in OKS, in cells.
SMALLEST, FINEST = 4.0, 0.6
TINY = 1e-12
#: Of several people: side of the square of cells with one centre, centres looked at, the lowest centre score,
#: the OKS from which on two people are the same, how many are told, and the side, in those of the picture, of
#: people who are looked for at a smaller scale.
PEAK, CANDIDATES, FAINT, ALIKE, PEOPLE, LARGE = 5, 8, 0.1, 0.3, 6, 0.5
#: Row of each keypoint in the mirror image.
FLIPPED = np.arange(KEYPOINT_COUNT)
for _left, _right in FLIP_PAIRS:
    FLIPPED[[_left, _right]] = _right, _left


@dataclass(frozen=True)
class HeadMaps:
    """One picture's head maps; lengths in cells, channel 2k is y and 2k + 1 is x of keypoint k.

    Attributes:
        center: (h, w) person-centre scores, 0..1.
        heatmap: (h, w, 17) keypoint scores, 0..1.
        regression: (h, w, 34) from a person's centre cell to the keypoints.
        offset: (h, w, 34) from a keypoint's cell to its exact place.
    """

    center: FloatArray
    heatmap: FloatArray
    regression: FloatArray
    offset: FloatArray


def central_weight(height: int, width: int) -> FloatArray:
    """(height, width) weights that prefer a person in the middle."""
    rows, columns = np.mgrid[:height, :width]
    return 1 / (np.hypot(rows - height / 2, columns - width / 2) + BETA)


def decode(maps: HeadMaps, center: tuple[int, int] | None = None) -> FloatArray:
    """The keypoints of one person.

    Args:
        maps: the network's output for one picture.
        center: the person's centre cell (row, column); the best central one by default.

    Returns:
        (17, 3): x, y in input pixels and score.
    """
    h, w = maps.center.shape
    if center is None:
        row, column = divmod(int(np.argmax(maps.center * central_weight(h, w))), w)
    else:
        row, column = center
    count = maps.heatmap.shape[-1]
    guess = maps.regression[row, column].reshape(count, 2) + np.array([row, column])
    rows, columns = np.mgrid[:h, :w]
    distance = np.hypot(rows[..., None] - guess[:, 0], columns[..., None] - guess[:, 1])
    cells = np.argmax((maps.heatmap / (distance + BETA)).reshape(h * w, count), axis=0)
    y, x = np.divmod(cells, w)
    k = np.arange(count)
    offset = maps.offset.reshape(h, w, count, 2)[y, x, k]
    return np.stack([(x + offset[:, 1]) * STRIDE, (y + offset[:, 0]) * STRIDE, maps.heatmap[y, x, k]], axis=1)


def most_central(maps: HeadMaps) -> int:
    """The flat cell of the person who is seen best and nearest to the middle."""
    return int(np.argmax(maps.center * central_weight(*maps.center.shape)))


def place(maps: HeadMaps, centers: npt.NDArray[np.integer], spread: float = SPREAD) -> FloatArray:
    """The keypoints of people where their similarity to the truth is expected to be highest.

    The squared heat, weighted by how near it is to what the person's centre guesses, is read as the chance
    that the keypoint is there. The cell with the highest expected OKS is taken, and the mean place of the
    chances around it. The score is the geometric mean of that OKS and of the heat.

    Args:
        maps: of one picture.
        centers: (N,) flat cells of the people's centres.
        spread: how far from its guess a keypoint may be: a standard deviation, in sides of the person.

    Returns:
        (N, 17, 3): x, y in input pixels and score.
    """
    h, w = maps.center.shape
    rows, columns = np.arange(h), np.arange(w)
    count = KEYPOINT_COUNT
    guesses = guesses_of(maps, centers)
    side = _side(guesses)[:, None]
    sigma = np.maximum(side * BODY * 2 * OKS_SIGMAS, FINEST)
    heat = np.moveaxis(maps.heatmap, -1, 0)
    near = (
        _bump(guesses[..., 0] - 0.5, spread * side, h)[..., None]
        * _bump(guesses[..., 1] - 0.5, spread * side, w)[:, :, None]
    )
    chance = heat**2 * near
    chance /= chance.sum(axis=(2, 3), keepdims=True) + TINY
    similar_y = np.exp(-0.5 * ((rows[:, None] - rows) / sigma[..., None, None]) ** 2)
    similar_x = np.exp(-0.5 * ((columns[:, None] - columns) / sigma[..., None, None]) ** 2)
    cell = (similar_y @ chance @ similar_x).reshape(len(centers), count, -1).argmax(axis=-1)
    y, x = np.divmod(cell, w)
    around = chance * _bump(y, sigma, h)[..., None] * _bump(x, sigma, w)[:, :, None]
    reached = around.sum(axis=(2, 3))
    offset = np.moveaxis(maps.offset.reshape(h, w, count, 2), (2, 3), (1, 0))
    at = [
        (around * (grid + part)).sum(axis=(2, 3)) / (reached + TINY)
        for grid, part in zip(np.mgrid[:h, :w], offset, strict=True)
    ]
    seen = (heat * _bump(y, 1.0, h)[..., None] * _bump(x, 1.0, w)[:, :, None]).max(axis=(2, 3))
    return np.stack([at[1] * STRIDE, at[0] * STRIDE, np.sqrt(seen * reached)], axis=-1)


def guesses_of(maps: HeadMaps, centers: npt.NDArray[np.integer]) -> FloatArray:
    """(N, 17, 2): y, x in cells, where people with (N,) flat centre cells have their keypoints, roughly."""
    cells = np.stack(np.divmod(centers, maps.center.shape[1]), axis=-1)
    return maps.regression.reshape(-1, KEYPOINT_COUNT, 2)[centers] + cells[:, None]


def _side(guesses: FloatArray) -> FloatArray:
    """(N,): longer sides of the people's boxes, in cells."""
    return np.maximum(np.ptp(guesses, axis=1).max(axis=1), SMALLEST)


def decode_people(scales: Sequence[HeadMaps]) -> FloatArray:
    """Up to six people, as multi-pose MoveNet tells of them; of two that are much alike the surer one.

    Args:
        scales: of one square picture, and of smaller ones of it, in which only large people are looked for.

    Returns:
        (6, 56) float32: 17 × (y, x, score), then ymin, xmin, ymax, xmax, score; fractions of the input; the
        surest person first, zeros where there is nobody else.
    """
    found = [_candidates(maps, LARGE if index else 0) for index, maps in enumerate(scales)]
    poses, sides, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    alike = _similarities(poses, sides) >= ALIKE
    rows = np.zeros((PEOPLE, 3 * KEYPOINT_COUNT + 5), np.float32)
    kept: list[int] = []
    for one in np.argsort(-scores, kind="stable"):
        if len(kept) < PEOPLE and scores[one] > 0 and not alike[one, kept].any():
            pose = poses[one][:, [1, 0, 2]]
            known = pose[pose[:, 2] >= pose[:, 2].max() / 2, :2]
            box = np.clip([known.min(axis=0), known.max(axis=0)], 0, 1)
            rows[len(kept)] = (*pose.ravel(), *box.ravel(), scores[one])
            kept.append(int(one))
    return rows


def _candidates(maps: HeadMaps, least_side: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The people of the strongest centres: poses (N, 17, 3), longer sides (N,), scores (N,); fractions."""
    best_around = cv2.dilate(maps.center, np.ones((PEAK, PEAK), np.uint8))
    peaks = np.where(maps.center >= best_around, maps.center, 0).ravel()
    centers = np.argsort(-peaks, kind="stable")[:CANDIDATES]
    strength = peaks[centers]
    height, width = maps.center.shape
    poses = place(maps, centers, NEAR) / (STRIDE * width, STRIDE * height, 1)
    sides = _side(guesses_of(maps, centers)) / width
    sure = (strength >= FAINT) & (sides >= least_side)
    return poses, sides, poses[..., 2].mean(axis=1) * sure


def _similarities(poses: FloatArray, sides: FloatArray) -> FloatArray:
    """(N, N): OKS of all pairs, by the area of the larger one; all in fractions of the input."""
    squares = ((poses[:, None, :, :2] - poses[None, :, :, :2]) ** 2).sum(axis=-1)
    deviation = 2 * BODY * np.maximum(sides[:, None], sides)[..., None] * OKS_SIGMAS
    return np.asarray(np.exp(-0.5 * squares / deviation**2).mean(axis=-1))


def _bump(middle: FloatArray, width: FloatArray | float, count: int) -> FloatArray:
    """(..., count): Gaussians over the cells around `middle`, 1 at most."""
    return np.asarray(
        np.exp(-0.5 * ((np.arange(count) - middle[..., None]) / np.asarray(width)[..., None]) ** 2)
    )
