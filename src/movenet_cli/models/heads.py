"""The decoding of MoveNet's heads: the graph's own post-processing, in NumPy and faster.

A head is a map of float32 values before any sigmoid, one cell for 4 × 4 pixels of the input. Lengths are in
cells; h, w are the map's height and width; 34 channels are 17 pairs (dy, dx).

    center      (h, w, 1)   logit: a person's centre is here
    heatmap     (h, w, 17)  logits: the keypoint is here
    regress     (h, w, 34)  from a centre to its keypoints
    offset      (h, w, 34)  from a cell to the keypoint in it
    box_scale   (h, w, 2)   height and width of the person's box (multi-pose only)
    box_offset  (h, w, 2)   from a cell to the centre of the box (multi-pose only)

Of equal cells the first in reading order wins, and what is too small for a normal float32 counts as 0, as in
TensorFlow: both decide which cell is chosen on flat or empty maps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from movenet_cli.core.types import FloatArray

Heads = Mapping[str, FloatArray]
IntArray = npt.NDArray[np.intp]

SINGLE_HEADS = ("center", "heatmap", "regress", "offset")
MULTI_HEADS = (*SINGLE_HEADS, "box_scale", "box_offset")
PEOPLE = 6
"""Rows of a multi-pose output, whoever is there."""

_KEYPOINTS = np.arange(17)
_TINY = np.finfo(np.float32).tiny
_NEIGHBOURHOOD = np.ones((5, 5), np.uint8)


@dataclass(frozen=True, slots=True)
class Constants:
    """The numbers inside the graph's post-processing, with the published models' values.

    Attributes:
        beta: cells added to a distance before it divides a score (single-pose).
        spread: the denominator of a keypoint's Gaussian, in shorter sides of the map (multi-pose).
        visible: keypoints with a score above it count for the person's score (multi-pose).
        peak_tolerance: how much less than the largest centre around it a peak may be (multi-pose).
    """

    beta: float = 1.8
    spread: float = 0.1
    visible: float = 0.0
    peak_tolerance: float = 1e-6


def decode_single_heads(heads: Heads, constants: Constants) -> FloatArray:
    """The person with the strongest centre, central ones preferred.

    Args:
        heads: `SINGLE_HEADS` of one image.
        constants: of these, `beta`.

    Returns:
        (1, 17, 3) float32: y, x in 0..1 of the input, not clipped; score.
    """
    h, w = heads["center"].shape[:2]
    # One person: the strongest centre, where the middle of the image counts more.
    centres = _flushed(_sigmoid(heads["center"][:, :, 0])) / _distance_from_middle(h, w, constants.beta)
    # The regression there gives a guess for each keypoint; the best cell of the heatmap near it decides.
    guesses = _guesses(heads["regress"], np.array([centres.argmax()]))[0]
    squares_y, squares_x = _squared_distances(guesses, h, w)
    distances = np.sqrt(squares_y[:, :, None] + squares_x[:, None, :]) + np.float32(constants.beta)
    scores = _flushed(_sigmoid(_channels_first(heads["heatmap"])))
    cells = (scores / distances).reshape(17, -1).argmax(axis=1)
    found = scores.reshape(17, -1)[_KEYPOINTS, cells]
    return np.concatenate([_positions(heads["offset"], cells), found[:, None]], axis=1)[None]


def decode_multi_heads(heads: Heads, constants: Constants) -> FloatArray:
    """Six people, strongest centre first; where fewer are seen, rows with person score 0.

    Args:
        heads: `MULTI_HEADS` of one image.
        constants: all but `beta`.

    Returns:
        (6, 56) float32: 17 × (y, x, score), then ymin, xmin, ymax, xmax, score; in 0..1 of the input; boxes
        are clipped to it, keypoints are not.
    """
    h, w = heads["center"].shape[:2]
    centres, centre_scores = _strongest_peaks(
        _flushed(_sigmoid(heads["center"][:, :, 0])), constants.peak_tolerance
    )
    boxes = _boxes(heads, centres)
    guesses = _guesses(heads["regress"], centres)
    denominator = np.float32(min(h, w)) * np.float32(constants.spread)
    # A cell is chosen by the weights of its own person; its score then counts by the largest of anybody's.
    cells = _best_cells(_sigmoid(_channels_first(heads["heatmap"])), boxes, guesses, denominator)
    scores = _weighted_scores(heads["heatmap"], cells, boxes, guesses, denominator)
    seen = scores > np.float32(constants.visible)
    rows = np.empty((PEOPLE, 56), np.float32)
    keypoints = rows[:, :51].reshape(PEOPLE, 17, 3)
    keypoints[:, :, :2] = _positions(heads["offset"], cells)
    keypoints[:, :, 2] = scores
    rows[:, 51:55] = np.clip(boxes / np.array([h, w, h, w], np.float32), 0, 1)
    rows[:, 55] = centre_scores * (scores * seen).sum(axis=1) / np.maximum(1, seen.sum(axis=1))
    return rows


def _strongest_peaks(centres: FloatArray, tolerance: float) -> tuple[IntArray, FloatArray]:
    """Flat indices and scores of the six largest 5 × 5 maxima; where they are too few, other cells."""
    largest_around = cv2.dilate(centres, _NEIGHBOURHOOD)
    is_peak = np.abs(centres - largest_around) < np.float32(tolerance)
    scores = np.where(is_peak, centres, np.float32(0)).ravel()
    peaks = np.flatnonzero(scores)
    peaks = peaks[np.argsort(-scores[peaks], kind="stable")[:PEOPLE]]
    if len(peaks) < PEOPLE:  # as TensorFlow's top_k fills up: with the first cells that have score 0
        others = np.setdiff1d(np.arange(2 * PEOPLE), peaks)
        peaks = np.concatenate([peaks, others])[:PEOPLE]
    return peaks, scores[peaks]


def _boxes(heads: Heads, centres: IntArray) -> FloatArray:
    """(6, 4) ymin, xmin, ymax, xmax in cells, inside the map."""
    h, w = heads["center"].shape[:2]
    middles = _points(centres, w) + heads["box_offset"].reshape(-1, 2)[centres]
    halves = np.maximum(heads["box_scale"].reshape(-1, 2)[centres], 0) / np.float32(2)
    corners = np.concatenate([middles - halves, middles + halves], axis=1)
    return np.clip(corners, 0, np.array([h, w, h, w], np.float32), out=corners)


def _best_cells(
    scores: FloatArray, boxes: FloatArray, guesses: FloatArray, denominator: np.float32
) -> IntArray:
    """For each person and keypoint the cell of the person's box with the largest score × Gaussian.

    A Gaussian is the product of one along y and one along x, so only those are exponentials.

    Returns:
        (6, 17) flat indices; 0 where the box has no score at all.
    """
    h, w = scores.shape[1:]
    squares_y, squares_x = _squared_distances(guesses, h, w)
    along_y, along_x = _flushed(np.exp(-squares_y / denominator)), _flushed(np.exp(-squares_x / denominator))
    cells = np.zeros((PEOPLE, 17), np.intp)
    for person, (y0, x0, y1, x1) in enumerate(np.ceil(boxes).astype(np.intp).tolist()):
        if y0 >= y1 or x0 >= x1:
            continue
        # Inside the box only: outside of it the graph counts 0, too, and a box is a small part of the map.
        weighted = along_y[person, :, y0:y1, None] * along_x[person, :, None, x0:x1]
        weighted *= scores[:, y0:y1, x0:x1]
        flat = weighted.reshape(17, -1)
        best = flat.argmax(axis=1)
        rows, columns = np.divmod(best, x1 - x0)
        cells[person] = np.where(flat[_KEYPOINTS, best] < _TINY, 0, (rows + y0) * w + columns + x0)
    return cells


def _weighted_scores(
    logits: FloatArray, cells: IntArray, boxes: FloatArray, guesses: FloatArray, denominator: np.float32
) -> FloatArray:
    """The scores of the chosen cells, each under the person whose Gaussian and box favour it most.

    Returns:
        (6, 17) float32.
    """
    points = _points(cells, logits.shape[1])[:, None]
    squares = np.square(points - guesses)
    weights = _flushed(np.exp(-(squares[..., 0] + squares[..., 1]) / denominator))
    inside = ((points >= boxes[:, None, :2]) & (points < boxes[:, None, 2:])).all(axis=-1)
    scores = _sigmoid(logits.reshape(-1, 17)[cells, _KEYPOINTS])
    weighted: FloatArray = _flushed(scores[:, None] * weights * inside).max(axis=1)
    return weighted


def _guesses(regress: FloatArray, centres: IntArray) -> FloatArray:
    """(N, 17, 2) float32 y, x in cells: where the people centred at N flat indices have their keypoints."""
    offsets: FloatArray = regress.reshape(-1, 17, 2)[centres]
    return _points(centres, regress.shape[1])[:, None] + offsets


def _positions(offset: FloatArray, cells: IntArray) -> FloatArray:
    """(..., 17, 2) float32 y, x in 0..1 of keypoints in the given (..., 17) flat indices."""
    h, w = offset.shape[:2]
    offsets: FloatArray = offset.reshape(-1, 17, 2)[cells, _KEYPOINTS]
    sides: FloatArray = np.array([h, w], np.float32)
    return (_points(cells, w) + offsets) / sides


def _points(cells: IntArray, w: int) -> FloatArray:
    """(..., 2) float32 y, x in cells of (...) flat indices."""
    return np.stack(np.divmod(cells, w), axis=-1).astype(np.float32)


def _squared_distances(points: FloatArray, h: int, w: int) -> tuple[FloatArray, FloatArray]:
    """(..., h) along y and (..., w) along x of (..., 2) y, x to every row and column."""
    rows, columns = np.arange(h, dtype=np.float32), np.arange(w, dtype=np.float32)
    return np.square(rows - points[..., :1]), np.square(columns - points[..., 1:])


@lru_cache(maxsize=8)
def _distance_from_middle(h: int, w: int, beta: float) -> FloatArray:
    """(h, w) float32 cells, plus `beta`."""
    squares_y, squares_x = _squared_distances(np.array([h / 2, w / 2], np.float32), h, w)
    distances: FloatArray = np.sqrt(squares_y[:, None] + squares_x[None, :]) + np.float32(beta)
    return distances


def _channels_first(maps: FloatArray) -> FloatArray:
    return np.ascontiguousarray(maps.transpose(2, 0, 1))


def _sigmoid(logits: FloatArray) -> FloatArray:
    """Unlike TensorFlow's, not flushed."""
    with np.errstate(over="ignore"):
        scores: FloatArray = np.reciprocal(1 + np.exp(-logits))
    return scores


def _flushed(values: FloatArray) -> FloatArray:
    """The same array, with 0 for what is too small for a normal float32."""
    values[values < _TINY] = 0
    return values
