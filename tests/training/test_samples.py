"""Training samples: targets lie where the picture shows the people."""

from pathlib import Path

import numpy as np
import pytest
from training.decoding import FLIPPED
from training.samples import (
    Pools,
    SampleSource,
    blend,
    draw_heat,
    is_cut,
    move_people,
    open_pools,
    place,
    random_affine,
    warp_heat,
    with_centers,
)
from training.shards import ShardPool

SIDE = 224


def cut_out(x: int, y: int) -> dict[str, np.ndarray]:
    """A cut-out whose 17 visible keypoints are red dots in a column from (x, y)."""
    rgba = np.zeros((SIDE, SIDE, 4), np.uint8)
    keypoints = np.array([(x + 0.5, y + 5 * k + 0.5, 2) for k in range(17)], np.float32)
    rgba[y - 2 : y + 83, x - 2 : x + 3] = (255, 0, 0, 255)
    return {"rgba": rgba, "keypoints": keypoints, "box": np.array([x - 2, y - 2, x + 3, y + 83], np.float32)}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """One shard of cut-outs and one of black photos without people."""
    synthetic, real = tmp_path / "synthetic", tmp_path / "real"
    for folder in (synthetic, real / "people", real / "backgrounds"):
        folder.mkdir(parents=True)
    rows = [cut_out(60 + 10 * i, 50) for i in range(4)]
    np.savez(
        synthetic / "shard-0000.npz", **{name: np.stack([row[name] for row in rows]) for name in rows[0]}
    )
    np.savez(
        real / "people/shard-0000.npz",
        image=np.zeros((3, 192, 192, 3), np.uint8),
        heat=np.zeros((3, 48, 48, 18), np.uint8),
        people=np.zeros((3, 4, 17, 3), np.float32),
        valid=np.ones((3, 17), bool),
    )
    np.savez(real / "backgrounds/shard-0000.npz", image=np.full((3, 192, 192, 3), 90, np.uint8))
    return synthetic, real


def pools(folders: tuple[Path, Path], rng: np.random.Generator) -> Pools:
    """The folders' pools."""
    return open_pools(rng, *folders, capacity=2)


def test_a_box_is_placed_at_the_wanted_size_and_place() -> None:
    rng = np.random.default_rng(0)
    affine, _ = place(rng, np.array([20, 40, 60, 120]), 160, share=0.5, shift=np.array([0.1, -0.2]), turn=0)
    corners = np.array([[20, 40], [60, 120]]) @ affine[:, :2].T + affine[:, 2]
    np.testing.assert_allclose(corners.mean(axis=0), [96, 48])
    np.testing.assert_allclose(np.abs(corners[1] - corners[0]), [40, 80])


def test_mirroring_swaps_left_and_right() -> None:
    people = np.zeros((17, 3), np.float32)
    people[:, 0], people[:, 2] = np.arange(17), 1
    mirror = np.array([[-1.0, 0, 160], [0, 1, 0]])
    moved = move_people(people, mirror, 161, mirrored=True)
    np.testing.assert_allclose(moved[:, 0], 160 - FLIPPED)
    assert moved[5, 0] == 160 - 6


def test_keypoints_outside_lose_their_weight() -> None:
    people = np.array([[[10.0, 10, 1], [-1, 10, 1], [10, 160, 1]]])
    shifted = move_people(people, np.eye(3)[:2], 160, mirrored=False)
    assert shifted[0, :, 2].tolist() == [1, 0, 0]


def test_centre_is_the_mean_of_the_labelled_keypoints() -> None:
    people = np.zeros((2, 17, 3), np.float32)
    people[0, 0], people[0, 1], people[0, 2] = (10, 20, 1), (30, 40, 0.6), (150, 150, 0)
    labels = with_centers(people, 160)
    assert labels[0, -1].tolist() == [20, 30, 1]
    assert labels[1, -1, 2] == 0


def test_heat_peaks_in_the_keypoints_cell_and_is_empty_for_absent_ones() -> None:
    labels = np.zeros((1, 18, 3), np.float32)
    labels[0, 3] = (4 * 7 + 2, 4 * 11 + 2, 1)
    heat = draw_heat(labels, 160)
    assert heat.shape == (18, 40, 40)
    assert heat[3, 11, 7] == 255
    assert heat[[k for k in range(18) if k != 3]].max() == 0


@pytest.mark.parametrize("source", [192, 224])
@pytest.mark.parametrize("mirrored_wanted", [False, True])
def test_heat_follows_the_picture(mirrored_wanted: bool, source: int) -> None:
    rng = np.random.default_rng(3)
    affine, mirrored = random_affine(rng, source, 160, scale=0.8, turn=10, shift=0.03)
    while mirrored != mirrored_wanted:
        affine, mirrored = random_affine(rng, source, 160, scale=0.8, turn=10, shift=0.03)
    labels = np.zeros((1, 18, 3), np.float32)
    labels[0, 5] = (90, 70, 1)
    heat = draw_heat(labels, 192).transpose(1, 2, 0)
    labels[..., :2] *= source / 192
    moved = move_people(labels[:, :17], affine, 160, mirrored)[0]
    (k,) = np.flatnonzero(moved[:, 2])
    warped = warp_heat(heat, affine, 160, mirrored, source)[k].astype(float)
    rows, columns = np.mgrid[:40, :40] + 0.5
    center = np.array([(warped * columns).sum(), (warped * rows).sum()]) / warped.sum() * 4
    np.testing.assert_allclose(center, moved[k, :2], atol=0.6)


def test_blend_uses_straight_alpha() -> None:
    image = np.full((4, 4, 3), 100, np.uint8)
    layer = np.zeros((4, 4, 4), np.uint8)
    layer[1, 2] = (200, 0, 100, 51)
    blend(image, layer)
    assert image[1, 2].tolist() == [120, 80, 100]
    assert (np.delete(image.reshape(-1, 3), 6, axis=0) == 100).all()


def test_a_composition_shows_the_cut_out_where_its_labels_are(folders: tuple[Path, Path]) -> None:
    rng = np.random.default_rng(0)
    source = SampleSource(rng, pools(folders, rng))
    for size in (128, 160):
        sample = source.draw(size, real_share=0)
        assert sample.image.shape == (size, size, 3)
        assert sample.heat.shape == (18, size // 4, size // 4)
        shown = sample.people[0, :-1][sample.people[0, :-1, 2] > 0]
        assert len(shown) > 0
        assert ((shown[:, :2] >= 0) & (shown[:, :2] < size)).all()


def test_samples_depend_on_the_seed_alone(folders: tuple[Path, Path]) -> None:
    def draw() -> np.ndarray:
        rng = np.random.default_rng(7)
        return SampleSource(rng, pools(folders, rng)).draw(128, real_share=0.5).image

    np.testing.assert_array_equal(draw(), draw())


def test_people_at_the_canvas_edge_are_cut() -> None:
    row = cut_out(60, 50)
    assert not is_cut(row)
    row["box"][3] = SIDE
    assert is_cut(row)


def test_no_shards_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="generate them first"):
        ShardPool(tmp_path, np.random.default_rng(0), 1)


def test_new_shards_are_picked_up(folders: tuple[Path, Path]) -> None:
    rng = np.random.default_rng(0)
    pool = ShardPool(folders[0], rng, capacity=1, turnover=5)
    row = cut_out(100, 100)
    row["keypoints"][:, 0] = 1
    np.savez(folders[0] / "shard-0001.npz", **{name: values[None] for name, values in row.items()})
    seen = [pool.draw()["keypoints"][0, 0] for _ in range(12)]
    assert 1 in seen
