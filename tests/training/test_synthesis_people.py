"""Synthetic people from the CC0 bodies: reproducible, correctly labelled, and resumable on disk."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="the generator needs numba, which the package itself does not")
pytest.importorskip("scipy", reason="the generator needs scipy, which the package itself does not")

from training.synthesis.arms import gesture
from training.synthesis.body import sample_traits
from training.synthesis.camera import look_at
from training.synthesis.keypoints import KEYPOINTS, find_landmarks, keypoint_places, trunk_length, visibility
from training.synthesis.library import HELD_OUT, Library, load_library
from training.synthesis.limbs import SIDES, Posing
from training.synthesis.person import dress
from training.synthesis.poses import FAMILIES, mirrored
from training.synthesis.sample import make_sample
from training.synthesis.shade import render
from training.synthesis.shards import plan, write_shards
from training.synthesis.wardrobe import sample_outfit

POINT = {name: index for index, name in enumerate(KEYPOINTS)}


@pytest.fixture(scope="module")
def bodies() -> Path:
    folder = Path(__file__).resolve().parents[3] / "shared" / "bodies"
    if not folder.is_dir():
        pytest.skip("MakeHuman's CC0 bodies are not here (../shared/bodies)")
    return folder


@pytest.fixture(scope="module")
def library(bodies: Path) -> Library:
    return load_library(bodies)


@pytest.fixture(scope="module")
def samples(library: Library):
    landmarks = find_landmarks(library)
    return [make_sample(library, landmarks, number) for number in range(40, 48)]


def standing(library: Library, yaw: float):
    """Keypoints (17, 3) of a person who stands with hanging arms, seen from ``yaw`` degrees."""
    rng = np.random.default_rng(1)
    traits = sample_traits(rng)
    person = dress(library, traits, {}, rng)
    posing = Posing(library.rig, person.joints)
    for side in SIDES:
        gesture(rng, posing, side, "hang", 0.0)
    transforms = posing.transforms()
    scene = person.posed(transforms)
    places = keypoint_places(person, find_landmarks(library), transforms)
    view = look_at(places[11:13].mean(0), 60.0, yaw, 0.0, 0.0, 700.0, (112.0, 112.0))
    rendering = render(scene, view, (224, 224), np.ones((2, 3)), [], [])
    flags = visibility(places, trunk_length(person), view, rendering)
    return np.column_stack([view.project(places)[:, :2], flags]), rendering


def test_a_number_gives_the_same_person_whatever_was_drawn_before(library, samples):
    again = make_sample(library, find_landmarks(library), 45)
    assert np.array_equal(again.rgba, samples[5].rgba)
    assert np.array_equal(again.keypoints, samples[5].keypoints)
    assert not np.array_equal(samples[4].rgba, samples[5].rgba)


def test_pictures_hold_a_person_whose_box_is_exact(samples):
    for sample in samples:
        assert sample.rgba.shape == (224, 224, 4)
        assert sample.rgba.dtype == np.uint8
        rows, columns = np.nonzero(sample.rgba[..., 3])
        expected = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert sample.box.tolist() == expected
        assert (sample.rgba[..., 3] == 255).mean() > 0.02


def test_points_are_marked_outside_exactly_when_they_are(samples):
    for sample in samples:
        x, y, flag = sample.keypoints.T
        inside = (x >= 0) & (x < 224) & (y >= 0) & (y < 224)
        assert ((flag > 0) == inside).all()


def test_points_that_are_seen_lie_on_the_person(samples):
    for sample in samples:
        for x, y, flag in sample.keypoints:
            if flag == 2:
                patch = sample.rgba[max(0, int(y) - 1) : int(y) + 2, max(0, int(x) - 1) : int(x) + 2, 3]
                assert patch.max() > 0


def test_a_person_seen_from_the_front(library):
    points, _ = standing(library, 0.0)
    for name in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "eye", "ear"):
        assert points[POINT[f"left_{name}"], 0] > points[POINT[f"right_{name}"], 0]
    down = [
        points[[POINT[f"left_{n}"], POINT[f"right_{n}"]], 1].mean()
        for n in ("eye", "shoulder", "hip", "knee", "ankle")
    ]
    assert down == sorted(down)
    assert (points[:, 2] == 2).all()


def test_the_face_is_hidden_from_behind_and_sides_swap(library):
    points, _ = standing(library, 180.0)
    assert (points[:3, 2] == 1).all()
    assert points[POINT["left_shoulder"], 0] < points[POINT["right_shoulder"], 0]
    assert (points[5:7, 2] == 2).all()


def test_eyes_and_nose_lie_on_the_surface_and_wrists_inside_the_arm(library):
    points, rendering = standing(library, 0.0)
    covered = rendering.owner >= 0
    for name in ("nose", "left_eye", "right_eye", "left_wrist", "right_wrist", "left_ankle", "right_ankle"):
        x, y, _ = points[POINT[name]]
        assert covered[int(y), int(x)]


@pytest.mark.parametrize("family", list(FAMILIES))
def test_poses_keep_the_bones_lengths(library, family):
    rng = np.random.default_rng(7)
    joints = library.rig.joints(library.base)
    posing = Posing(library.rig, joints)
    FAMILIES[family][0](rng, posing)
    gram = np.einsum("bij,bik->bjk", posing.local, posing.local)
    np.testing.assert_allclose(gram, np.tile(np.eye(3), (len(gram), 1, 1)), atol=1e-9)
    assert np.allclose(np.linalg.det(posing.local), 1.0)
    for first, second in (("upperarm01.L", "lowerarm01.L"), ("lowerleg01.R", "foot.R")):
        posed = np.linalg.norm(posing.place(first) - posing.place(second))
        assert posed == pytest.approx(posing.length(first, second), rel=0.12)


def test_mirroring_twice_gives_the_pose_back(library):
    np.testing.assert_allclose(mirrored(mirrored(library.poses[3])), library.poses[3], atol=1e-12)


def test_held_out_people_wear_other_clothes(bodies, library):
    held_out = load_library(bodies, "heldout")
    for rack in ("tops", "bottoms", "shoes", "hair"):
        seen = {garment.name for garment in getattr(library, rack)}
        unseen = {garment.name for garment in getattr(held_out, rack)}
        assert seen
        assert unseen
        assert not seen & unseen
        assert unseen <= HELD_OUT


def test_everybody_is_dressed(library):
    for number in range(30):
        rng = np.random.default_rng(number)
        traits = sample_traits(rng)
        worn = sample_outfit(rng, library, traits)
        assert "overall" in worn or "bottom" in worn
        assert "overall" in worn or "top" in worn or traits.sex == "male"


def test_a_folder_without_bodies_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"base\.obj"):
        load_library(tmp_path)


def test_shards_are_written_once_and_kept(bodies, tmp_path):
    jobs = plan(bodies, "train", tmp_path, 3, 70)
    assert [(job.first, job.count, job.path.name) for job in jobs] == [(70, 3, "shard-00000.npz")]
    (path,) = write_shards(jobs, 1)
    with np.load(path) as shard:
        assert shard["rgba"].shape == (3, 224, 224, 4)
        assert shard["keypoints"].shape == (3, 17, 3)
        assert shard["keypoints"].dtype == np.float32
        assert shard["box"].shape == (3, 4)
    assert [entry.name for entry in tmp_path.iterdir()] == ["shard-00000.npz"]
    assert plan(bodies, "train", tmp_path, 3, 70) == []
    assert [job.first for job in plan(bodies, "train", tmp_path, 1100, 70)] == [570, 1070]
