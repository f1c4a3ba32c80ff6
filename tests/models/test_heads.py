"""The decoder of the heads against a dense, literal one, and on maps whose answer is known."""

import numpy as np
import numpy.typing as npt
import pytest

from movenet_cli.models.heads import (
    MULTI_HEADS,
    SINGLE_HEADS,
    Constants,
    decode_multi_heads,
    decode_single_heads,
)

Array = npt.NDArray[np.float32]
CHANNELS = {"center": 1, "heatmap": 17, "regress": 34, "offset": 34, "box_scale": 2, "box_offset": 2}
SIZES = [(48, 48), (64, 64), (40, 64), (24, 80)]
MODES = ["noise", "saturated", "deep", "flat", "half-way", "boxless"]
TINY = np.finfo(np.float32).tiny


def random_heads(mode: str, size: tuple[int, int], seed: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    heads = {name: rng.normal(size=(*size, n)).astype(np.float32) for name, n in CHANNELS.items()}
    heads["regress"] *= 8
    heads["box_scale"] = np.abs(heads["box_scale"]) * 20
    logits = [heads["center"], heads["heatmap"]]
    if mode == "boxless":
        heads["box_scale"] *= -1
    for maps in logits:
        if mode == "saturated":
            maps[...] = np.where(maps > 1.5, 100, -100)
        elif mode == "deep":
            maps[...] = maps * 30 - 80
        elif mode in {"flat", "half-way"}:
            maps[...] = -3
    if mode == "half-way":
        heads["regress"] = np.round(heads["regress"]) + np.float32(0.5)
    return heads


def sigmoid(values: Array) -> Array:
    with np.errstate(over="ignore"):
        return flush(1 / (1 + np.exp(-values)))


def flush(values: Array) -> Array:
    return np.where(values < TINY, np.float32(0), values)


def grid(h: int, w: int) -> tuple[Array, Array]:
    y, x = np.mgrid[:h, :w].astype(np.float32)
    return y, x


def literal_single(heads: dict[str, Array], beta: float) -> Array:
    h, w = heads["center"].shape[:2]
    y, x = grid(h, w)
    beta = np.float32(beta)
    centres = sigmoid(heads["center"][..., 0]) / (np.sqrt((y - h / 2) ** 2 + (x - w / 2) ** 2) + beta)
    cy, cx = np.unravel_index(np.argmax(centres), (h, w))
    rows = []
    for k in range(17):
        ry, rx = (
            np.float32(cy) + heads["regress"][cy, cx, 2 * k],
            np.float32(cx) + heads["regress"][cy, cx, 2 * k + 1],
        )
        scores = sigmoid(heads["heatmap"][..., k])
        py, px = np.unravel_index(np.argmax(scores / (np.sqrt((y - ry) ** 2 + (x - rx) ** 2) + beta)), (h, w))
        oy, ox = heads["offset"][py, px, 2 * k : 2 * k + 2]
        rows.append([(py + oy) / h, (px + ox) / w, scores[py, px]])
    return np.array([rows], np.float32)


def literal_multi(heads: dict[str, Array], constants: Constants) -> Array:
    h, w = heads["center"].shape[:2]
    y, x = grid(h, w)
    centres = sigmoid(heads["center"][..., 0])
    padded = np.pad(centres, 2, constant_values=-np.inf)
    around = np.max([padded[i : i + h, j : j + w] for i in range(5) for j in range(5)], axis=0)
    peaks = np.where(np.abs(centres - around) < np.float32(constants.peak_tolerance), centres, 0).ravel()
    people = sorted(range(h * w), key=lambda cell: (-peaks[cell], cell))[:6]
    denominator = np.float32(min(h, w)) * np.float32(constants.spread)
    boxes, weighted = [], []
    for cell in people:
        cy, cx = divmod(cell, w)
        middle = np.float32([cy, cx]) + heads["box_offset"][cy, cx]
        half = np.maximum(heads["box_scale"][cy, cx], 0) / np.float32(2)
        ymin, xmin = np.clip(middle - half, 0, [h, w])
        ymax, xmax = np.clip(middle + half, 0, [h, w])
        inside = (y >= ymin) & (y < ymax) & (x >= xmin) & (x < xmax)
        boxes.append([ymin / h, xmin / w, ymax / h, xmax / w])
        ry, rx = np.float32([[cy], [cx]]) + heads["regress"][cy, cx].reshape(17, 2).T
        squares = (y[..., None] - ry) ** 2 + (x[..., None] - rx) ** 2
        gaussians = flush(np.exp(-squares / denominator))
        weighted.append(flush(sigmoid(heads["heatmap"]) * gaussians * inside[..., None]))
    rows = []
    for i, cell in enumerate(people):
        keypoints = []
        for k in range(17):
            py, px = np.unravel_index(np.argmax(weighted[i][..., k]), (h, w))
            oy, ox = heads["offset"][py, px, 2 * k : 2 * k + 2]
            keypoints.append([(py + oy) / h, (px + ox) / w, max(other[py, px, k] for other in weighted)])
        scores = np.array(keypoints)[:, 2]
        seen = scores > constants.visible
        score = peaks[cell] * (scores * seen).sum() / max(1, seen.sum())
        rows.append([*np.ravel(keypoints), *boxes[i], score])
    return np.array(rows, np.float32)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", MODES)
def test_single_equals_the_literal_decoder(mode: str, size: tuple[int, int]) -> None:
    for seed, beta in ((1, 1.8), (2, 0.7)):
        heads = random_heads(mode, size, seed)
        found = decode_single_heads(heads, Constants(beta=beta))
        np.testing.assert_allclose(found, literal_single(heads, beta), atol=3e-7, rtol=0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", MODES)
def test_multi_equals_the_literal_decoder(mode: str, size: tuple[int, int]) -> None:
    for seed, constants in ((1, Constants()), (2, Constants(spread=0.3, visible=0.05, peak_tolerance=0.01))):
        heads = random_heads(mode, size, seed)
        found = decode_multi_heads(heads, constants)
        np.testing.assert_allclose(found, literal_multi(heads, constants), atol=5e-7, rtol=0)


def empty_heads(h: int = 16, w: int = 24) -> dict[str, Array]:
    """Nobody anywhere."""
    heads = {name: np.zeros((h, w, n), np.float32) for name, n in CHANNELS.items()}
    heads["center"][:] = heads["heatmap"][:] = -200
    return heads


def put_person(heads: dict[str, Array], cy: int, cx: int, centre: float, reach: float = 10) -> None:
    """A person whose keypoints are all two cells below the centre and one to the right, plus 0.5, 0.25."""
    heads["center"][cy, cx] = centre
    heads["heatmap"][cy + 2, cx + 1] = 0
    heads["regress"][cy, cx] = np.tile([2, 1], 17)
    heads["offset"][cy + 2, cx + 1] = np.tile([0.5, 0.25], 17)
    heads["box_scale"][cy, cx] = reach


def test_single_finds_the_person() -> None:
    heads = empty_heads()
    put_person(heads, 5, 7, centre=3)
    found = decode_single_heads({name: heads[name] for name in SINGLE_HEADS}, Constants())
    np.testing.assert_allclose(found, np.tile([7.5 / 16, 8.25 / 24, 0.5], (1, 17, 1)), rtol=1e-6)


def test_single_prefers_the_middle() -> None:
    heads = empty_heads()
    put_person(heads, 1, 2, centre=3)
    put_person(heads, 8, 12, centre=1)
    assert decode_single_heads(heads, Constants())[0, 0, 0] == pytest.approx(10.5 / 16)


def test_multi_finds_both_people_strongest_first_then_rows_of_zero() -> None:
    heads = empty_heads()
    put_person(heads, 4, 6, centre=0, reach=8)
    put_person(heads, 10, 18, centre=3, reach=40)
    found = decode_multi_heads({name: heads[name] for name in MULTI_HEADS}, Constants())
    people = found[:, :51].reshape(6, 17, 3)
    np.testing.assert_allclose(people[0], np.tile([12.5 / 16, 19.25 / 24, 0.5], (17, 1)), rtol=1e-6)
    np.testing.assert_allclose(people[1], np.tile([6.5 / 16, 7.25 / 24, 0.5], (17, 1)), rtol=1e-6)
    np.testing.assert_allclose(found[0, 51:55], [0, 0, 1, 1], rtol=1e-6)
    np.testing.assert_allclose(found[1, 51:55], [0, 2 / 24, 8 / 16, 10 / 24], rtol=1e-6)
    np.testing.assert_allclose(found[:, 55], [0.5 / (1 + np.exp(-3)), 0.25, 0, 0, 0, 0], rtol=1e-6)
    assert not people[2:, :, 2].any()


def test_multi_takes_the_first_of_equal_centres_first() -> None:
    heads = empty_heads()
    put_person(heads, 10, 18, centre=1)
    put_person(heads, 4, 6, centre=1)
    found = decode_multi_heads(heads, Constants())
    np.testing.assert_allclose(found[:2, 0], [6.5 / 16, 12.5 / 16], rtol=1e-6)


def test_a_keypoint_outside_the_box_is_not_found() -> None:
    heads = empty_heads()
    put_person(heads, 8, 12, centre=1, reach=3)
    found = decode_multi_heads(heads, Constants())
    np.testing.assert_array_equal(found[0, :51].reshape(17, 3), np.zeros((17, 3)))


def test_a_neighbour_may_raise_a_keypoints_score() -> None:
    heads = empty_heads()
    put_person(heads, 6, 10, centre=2)
    heads["regress"][6, 10] = np.tile([4, 1], 17)
    alone = decode_multi_heads(heads, Constants())[0, 2]
    heads["center"][9, 16] = 1
    heads["regress"][9, 16] = np.tile([-1, -5], 17)
    heads["box_scale"][9, 16] = 20
    assert alone < 0.5
    assert decode_multi_heads(heads, Constants())[0, 2] == pytest.approx(0.5)


def test_the_heads_are_not_changed() -> None:
    heads = random_heads("deep", (16, 24), 3)
    before = {name: values.copy() for name, values in heads.items()}
    decode_single_heads(heads, Constants())
    decode_multi_heads(heads, Constants())
    for name, values in heads.items():
        np.testing.assert_array_equal(values, before[name])


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_broken_weights_give_broken_numbers_but_no_crash() -> None:
    heads = {name: np.full((16, 24, n), np.nan, np.float32) for name, n in CHANNELS.items()}
    assert decode_single_heads(heads, Constants()).shape == (1, 17, 3)
    assert decode_multi_heads(heads, Constants()).shape == (6, 56)
