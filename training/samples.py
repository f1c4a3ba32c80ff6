"""Shard rows in, training samples out: rendered cut-outs composed, teacher-labelled photos changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from training.augment import Picture, Rng, drawn_background, photo_background, photograph, put_in_the_way
from training.decoding import FLIPPED
from training.shards import Row, ShardPool

STRIDE = 4
MAX_PEOPLE = 6
#: Spread of a keypoint's and of a centre's heat, in cells.
HEAT_SIGMA = 1.2
CENTER_SIGMA = 1.0
#: Heat of a keypoint that is inside the picture but covered.
COVERED = 0.6
#: Labels below this teacher score do not teach places.
PLACE_SCORE = 0.15

FloatArray = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Sample:
    """One training example; h = S / 4.

    Attributes:
        image: (S, S, 3) uint8 RGB.
        heat: (18, h, h) uint8: keypoint and, last, centre scores in 1/255.
        people: (6, 18, 3) float32: x, y in pixels and weight, 0 without a label, of everyone's keypoints
            and, last, centre.
        valid: (18,) float32: 0 where the heat must not be learnt from.
    """

    image: Picture
    heat: npt.NDArray[np.uint8]
    people: npt.NDArray[np.float32]
    valid: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Pools:
    """Where samples come from: rendered cut-outs, teacher-labelled photos, photos of nobody."""

    synthetic: ShardPool
    real: ShardPool
    backgrounds: ShardPool


def open_pools(rng: Rng, synthetic: Path, real: Path, capacity: int) -> Pools:
    """Opens the folders; `real` holds `people` and `backgrounds`."""
    return Pools(
        ShardPool(synthetic, rng, capacity),
        ShardPool(real / "people", rng, capacity),
        ShardPool(real / "backgrounds", rng, 2),
    )


class SampleSource:
    """Draws samples: teacher-labelled photos and compositions of cut-outs."""

    def __init__(self, rng: Rng, pools: Pools) -> None:
        """Draws from the pools with the generator's randomness."""
        self._rng = rng
        self._synthetic, self._real, self._backgrounds = pools.synthetic, pools.real, pools.backgrounds

    def draw(self, size: int, real_share: float) -> Sample:
        """A sample of side `size`, a multiple of 32; a photo with the probability `real_share`."""
        if self._rng.random() < real_share:
            return self._photo(size)
        return self._composition(size)

    def portrait(self, size: int) -> Sample:
        """One cut-out, upright and nearly filling the picture, in front of a photo; no faults added."""
        rng, row = self._rng, self._synthetic.draw()
        image = self._texture(size)
        affine, mirrored = place(
            rng, row["box"], size, share=rng.uniform(0.6, 0.95), shift=rng.uniform(-0.04, 0.04, 2), turn=5
        )
        people = np.zeros((MAX_PEOPLE, 17, 3), np.float32)
        people[0] = paste(image, row, affine, mirrored)
        blacken_beyond_cuts(image, row, affine)
        labels = with_centers(people, size)
        return Sample(image, draw_heat(labels, size), labels, np.ones(18, np.float32))

    def _photo(self, size: int) -> Sample:
        rng, row = self._rng, self._real.draw()
        source = row["image"].shape[0]
        farther = rng.uniform(-0.6, 0) if rng.random() < 0.15 else rng.normal(0.03, 0.12)
        affine, mirrored = random_affine(
            rng, source, size, scale=size / source * np.exp(farther), turn=7, shift=0.04
        )
        image = np.asarray(cv2.warpAffine(row["image"], affine, (size, size)), np.uint8)
        people = move_people(row["people"], affine, size, mirrored)
        people[..., 2] = np.where(people[..., 2] > PLACE_SCORE, np.sqrt(people[..., 2]), 0)
        valid = np.append(row["valid"][FLIPPED] if mirrored else row["valid"], True).astype(np.float32)
        if rng.random() < 0.2:
            put_in_the_way(rng, image, self._texture(size))
        return Sample(
            photograph(rng, image),
            warp_heat(row["heat"], affine, size, mirrored, source),
            with_centers(people, size),
            valid,
        )

    def _composition(self, size: int) -> Sample:
        rng = self._rng
        image = self._background(size)
        people = np.zeros((MAX_PEOPLE, 17, 3), np.float32)
        target = self._synthetic.draw()
        bystanders = 0 if is_cut(target) else int(rng.choice(3, p=(0.55, 0.32, 0.13)))
        for index in range(bystanders):
            people[1 + index] = self._paste_bystander(image)
        people[0] = self._paste_target(image, target)
        if rng.random() < 0.25:
            put_in_the_way(rng, image, self._texture(size))
        labels = with_centers(people, size)
        return Sample(photograph(rng, image), draw_heat(labels, size), labels, np.ones(18, np.float32))

    def _background(self, size: int) -> Picture:
        return self._texture(size) if self._rng.random() < 0.85 else drawn_background(self._rng, size)

    def _texture(self, size: int) -> Picture:
        return photo_background(self._rng, self._backgrounds.draw()["image"], size)

    def _paste_target(self, image: Picture, row: Row) -> FloatArray:
        rng, size = self._rng, image.shape[0]
        share = np.exp(rng.uniform(-1.7, -0.4)) if rng.random() < 0.35 else rng.uniform(0.65, 1.15)
        slack = 0.5 * max(0.1, 1 - share) * (0.8 if share < 0.7 else 0.6)
        turn = 180 if rng.random() < 0.04 else 12
        affine, mirrored = place(
            rng, row["box"], size, share=share, shift=rng.uniform(-slack, slack, 2), turn=turn
        )
        labels = paste(image, row, affine, mirrored)
        blacken_beyond_cuts(image, row, affine)
        return labels

    def _paste_bystander(self, image: Picture) -> FloatArray:
        rng, size = self._rng, image.shape[0]
        row = self._synthetic.draw()
        while is_cut(row):
            row = self._synthetic.draw()
        aside = np.array([rng.choice((-1, 1)) * rng.uniform(0.28, 0.5), rng.normal(0, 0.12)])
        return paste(
            image, row, *place(rng, row["box"], size, share=rng.uniform(0.25, 0.8), shift=aside, turn=6)
        )


def place(
    rng: Rng, box: FloatArray, size: int, *, share: float, shift: FloatArray, turn: float
) -> tuple[FloatArray, bool]:
    """A map (2, 3) that makes a box (x0, y0, x1, y1) take `share` of a picture, and whether it mirrors."""
    x0, y0, x1, y1 = box
    affine, mirrored = random_affine(
        rng, 0, size, scale=share * size / max(x1 - x0, y1 - y0, 1), turn=turn, shift=0
    )
    affine[:, 2] = size * (0.5 + shift) - affine[:, :2] @ np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    return affine, mirrored


def paste(image: Picture, row: Row, affine: FloatArray, mirrored: bool) -> FloatArray:
    """Lays a cut-out over the picture, in place; returns its labels (17, 3): x, y in pixels and weight."""
    size = image.shape[0]
    blend(image, np.asarray(cv2.warpAffine(row["rgba"], affine, (size, size)), np.uint8))
    labels = row["keypoints"].astype(np.float32)
    labels[:, 2] = np.choose(labels[:, 2].astype(int), (0, COVERED, 1))
    return move_people(labels, affine, size, mirrored)


def blend(image: Picture, layer: Picture) -> None:
    """Lays a straight-alpha RGBA layer over an image, in place."""
    x, y, w, h = cv2.boundingRect(layer[..., 3])
    region, top = image[y : y + h, x : x + w], layer[y : y + h, x : x + w]
    alpha = top[..., 3:].astype(np.uint16)
    region[:] = (top[..., :3] * alpha + region * (255 - alpha) + 127) // 255


def cut_edges(row: Row) -> tuple[bool, bool, bool, bool]:
    """Whether a cut-out's own canvas cuts the person off at its left, top, right and bottom edge."""
    far = row["rgba"].shape[0] - 1.5
    x0, y0, x1, y1 = row["box"]
    return bool(x0 <= 0.5), bool(y0 <= 0.5), bool(x1 >= far), bool(y1 >= far)


def is_cut(row: Row) -> bool:
    """Whether any edge cuts the person off."""
    return any(cut_edges(row))


def blacken_beyond_cuts(image: Picture, row: Row, affine: FloatArray) -> None:
    """Beyond an edge that cuts the person off is no picture: black, in place, as in padded crops."""
    side = row["rgba"].shape[0]
    far = 4 * side
    outside = ((-far, -far, 0, far), (-far, -far, far, 0), (side, -far, far, far), (-far, side, far, far))
    for cut, (left, top, right, bottom) in zip(cut_edges(row), outside, strict=True):
        if cut:
            corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
            cv2.fillConvexPoly(
                image, np.round(corners @ affine[:, :2].T + affine[:, 2]).astype(np.int32), (0, 0, 0)
            )


def random_affine(
    rng: Rng, source: int, size: int, *, scale: float, turn: float, shift: float
) -> tuple[FloatArray, bool]:
    """A map (2, 3) from a `source`-sided to a `size`-sided square, and whether it mirrors, as half do."""
    angle = np.radians(rng.normal(0, turn))
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    mirrored = bool(rng.random() < 0.5)
    if mirrored:
        matrix[:, 0] *= -1
    move = size * (0.5 + rng.normal(0, 1, 2) * shift) - matrix @ np.full(2, source / 2)
    return np.concatenate([matrix, move[:, None]], axis=1), mirrored


def move_people(people: FloatArray, affine: FloatArray, size: int, mirrored: bool) -> npt.NDArray[np.float32]:
    """Labels (..., 17, 3) moved by a map: weight 0 outside, left and right changed if mirrored."""
    points = people[..., :2] @ affine[:, :2].T + affine[:, 2]
    inside = ((points >= 0) & (points < size)).all(axis=-1)
    moved = np.concatenate([points, (people[..., 2] * inside)[..., None]], axis=-1).astype(np.float32)
    return moved[..., FLIPPED, :] if mirrored else moved


def with_centers(people: FloatArray, size: int) -> npt.NDArray[np.float32]:
    """(P, 17, 3) -> (P, 18, 3): the mean of the keypoints in the picture is a person's centre."""
    weight = (people[..., 2:] > 0).astype(np.float32)
    count = weight.sum(axis=1)
    centers = np.clip((people[..., :2] * weight).sum(axis=1) / np.maximum(count, 1), 0, size - 1)
    last = np.concatenate([centers, np.minimum(count, 1)], axis=1)
    return np.concatenate([people, last[:, None]], axis=1).astype(np.float32)


def draw_heat(labels: FloatArray, size: int) -> npt.NDArray[np.uint8]:
    """(P, 18, 3) labels -> (18, h, h): a Gaussian for each, the larger one where two meet."""
    cells = np.arange(size // STRIDE, dtype=np.float32) + 0.5
    heat = np.zeros((labels.shape[1], len(cells), len(cells)), np.float32)
    sigma = np.full((labels.shape[1], 1), HEAT_SIGMA, np.float32)
    sigma[-1] = CENTER_SIGMA
    for person in labels:
        if person[:, 2].any():
            across, down = (
                np.exp(-(((cells - person[:, axis, None] / STRIDE) / sigma) ** 2) / 2) for axis in (0, 1)
            )
            np.maximum(heat, (down * person[:, 2:])[:, :, None] * across[:, None], out=heat)
    return np.round(heat * 255).astype(np.uint8)


def warp_heat(
    heat: npt.NDArray[np.uint8], affine: FloatArray, size: int, mirrored: bool, source: int
) -> npt.NDArray[np.uint8]:
    """(48, 48, 18) of a crop of side `source`, which the map is from -> (18, h, h) of the sample."""
    cells = size // STRIDE
    cell = source / heat.shape[0]
    small = affine * (cell / STRIDE)
    small[:, 2] = affine[:, 2] / STRIDE + affine[:, :2].sum(axis=1) * (cell / STRIDE / 2) - 0.5
    parts = [
        cv2.warpAffine(np.ascontiguousarray(heat[..., start : start + 3]), small, (cells, cells))
        for start in range(0, 18, 3)
    ]
    warped = np.concatenate(parts, axis=-1).transpose(2, 0, 1)
    return np.ascontiguousarray(warped[np.append(FLIPPED, 17)] if mirrored else warped)
