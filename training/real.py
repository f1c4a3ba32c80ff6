"""Folders of unlabelled pictures and videos in, shards of crops with the teacher's soft labels out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from training.decoding import FloatArray, decode
from training.people import SEEN, Person, find_people
from training.pictures import Picture, read_frames, read_picture, square
from training.teacher import BATCH, SIZE, Teacher, mean_heat

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png"}
VIDEO_SUFFIXES = {".mp4"}
#: Side of the stored crops; the teacher sees them at its own.
SIDE = 224
#: People labelled in one crop; the target comes first.
MAX_PEOPLE = 6
MIN_SIDE = 30.0
MIN_SCORE = 0.22
#: Teacher and consensus must agree on a keypoint to this part of the person's box.
MAX_DISAGREEMENT = 0.1
#: Frames taken from each video, evenly spread.
FRAMES = 12
#: Share of the crops by where they come from: people in pictures, people in videos, anywhere in pictures.
SHARES = (0.66, 0.2, 0.14)
MAX_HEIGHT = 1000
PER_SHARD = 1000
SEED = 0


@dataclass(frozen=True)
class Scene:
    """A picture (h, w, 3) uint8 RGB, the people found in it, and whether it is a video's frame."""

    picture: Picture
    people: list[Person]
    video: bool


@dataclass(frozen=True)
class View:
    """One crop: centre, side, rotation in degrees; and the person it is about, if it is about one."""

    scene: Scene
    x: float
    y: float
    side: float
    angle: float
    target: Person | None


def find_scenes(teacher: Teacher, folders: list[Path]) -> list[Scene]:
    """The pictures and video frames of the folders with the people whom the teacher sees well enough."""
    scenes = []
    for picture, video in _pictures(folders):
        shrink = min(1, MAX_HEIGHT / max(picture.shape))
        small = np.asarray(
            cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8
        )
        people = [
            p
            for p in find_people(teacher, small)
            if p.side > MIN_SIDE and p.keypoints[:, 2].mean() > MIN_SCORE
        ]
        scenes.append(Scene(small, people, video))
    return scenes


def _pictures(folders: list[Path]) -> Iterator[tuple[Picture, bool]]:
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix in PICTURE_SUFFIXES:
            yield read_picture(path), False
        elif path.suffix in VIDEO_SUFFIXES:
            frames = list(read_frames(path, 4))
            for index in np.unique(np.linspace(0, len(frames) - 1, FRAMES).astype(int)):
                yield frames[index], True


def sample_views(rng: np.random.Generator, scenes: list[Scene], count: int) -> list[View]:
    """Random crops: mostly around a person, tight to loose and off-centre; some anywhere."""
    pictures = [(scene, person) for scene in scenes if not scene.video for person in scene.people]
    videos = [(scene, person) for scene in scenes if scene.video for person in scene.people]
    stills = [scene for scene in scenes if not scene.video]
    present = np.array(SHARES) * [bool(pool) for pool in (pictures, videos, stills)]
    views = []
    for kind in rng.choice(3, size=count, p=present / present.sum()):
        if kind == 2:
            views.append(anywhere(rng, stills[rng.integers(len(stills))]))
        else:
            pool = (pictures, videos)[kind]
            views.append(around(rng, *pool[rng.integers(len(pool))]))
    return views


def around(rng: np.random.Generator, scene: Scene, person: Person) -> View:
    """A crop about a person, tight or loose."""
    loose = rng.random() < 0.3
    side = person.side * (rng.uniform(1.4, 3.0) if loose else rng.uniform(0.8, 1.45))
    slack = 0.5 * max(side - person.side, 0.15 * side) * (0.8 if loose else 1.0)
    dx, dy = rng.uniform(-slack, slack, 2) * (0.8 if loose else 0.6)
    return View(scene, person.x + dx, person.y + dy, side, float(rng.normal(0, 10)), person)


def anywhere(rng: np.random.Generator, scene: Scene) -> View:
    """A crop about nobody in particular."""
    height, width = scene.picture.shape[:2]
    if rng.random() < 0.3:
        return View(scene, width / 2, height / 2, max(height, width), 0.0, None)
    return View(
        scene,
        rng.uniform(0, width),
        rng.uniform(0, height),
        max(height, width) * rng.uniform(0.2, 0.9),
        float(rng.normal(0, 8)),
        None,
    )


def label_views(teacher: Teacher, views: list[View]) -> dict[str, np.ndarray]:
    """The crops and their labels.

    Returns:
        `image` (N, 224, 224, 3) uint8 RGB; `heat` (N, 48, 48, 18) uint8, the teacher's keypoint and centre
        scores in 1/255; `people` (N, 6, 17, 3) float32 x, y in crop pixels and score, 0 where there is no
        label; `valid` (N, 17) bool, the keypoints whose heat may be learnt from.
    """
    crops, affines = cut(views)
    seen = np.stack([cv2.resize(crop, (SIZE, SIZE), interpolation=cv2.INTER_AREA) for crop in crops])
    heats, people, valid = [], [], []
    for start in range(0, len(views), BATCH):
        plain, mirrored = teacher.mirrored(seen[start : start + BATCH].astype(np.uint8))
        for view, affine, maps, turned in zip(views[start:], affines[start:], plain, mirrored, strict=False):
            labels = people_in_view(view, affine)
            heats.append(np.round(mean_heat(maps, turned) * 255).astype(np.uint8))
            people.append(labels)
            pose = decode(maps) * (SIDE / SIZE, SIDE / SIZE, 1)
            valid.append(_agreed(view, labels[0], pose) if view.target else np.ones(17, bool))
    return {
        "image": crops,
        "heat": np.stack(heats),
        "people": np.stack(people).astype(np.float32),
        "valid": np.stack(valid),
    }


def cut(views: list[View]) -> tuple[npt.NDArray[np.uint8], list[FloatArray]]:
    """(N, 224, 224, 3) uint8 RGB, and the maps (2, 3) from picture to crop pixels."""
    pairs = [square(v.scene.picture, v.x, v.y, v.side, SIDE, v.angle) for v in views]
    return np.stack([crop for crop, _ in pairs]), [affine for _, affine in pairs]


def people_in_view(view: View, affine: FloatArray) -> FloatArray:
    """(6, 17, 3): x, y in crop pixels and score of the target and, the largest first, others; else zeros."""
    labels = np.zeros((MAX_PEOPLE, 17, 3))
    others = [person for person in view.scene.people if person is not view.target]
    others.sort(key=lambda person: -person.side)
    found = 0
    for person in ([view.target] if view.target else []) + others:
        points = person.keypoints[:, :2] @ affine[:, :2].T + affine[:, 2]
        middle = points[person.keypoints[:, 2] > SEEN].mean(axis=0)
        if found < MAX_PEOPLE and (person is view.target or ((middle > 0) & (middle < SIDE)).all()):
            inside = ((points >= 0) & (points < SIDE)).all(axis=1)
            labels[found] = np.concatenate([points, (person.keypoints[:, 2] * inside)[:, None]], axis=1)
            found += 1
    return labels


def _agreed(view: View, label: FloatArray, seen: FloatArray) -> np.ndarray:
    """Where the teacher's look at this very crop confirms the consensus, or neither sees the keypoint."""
    assert view.target is not None
    limit = MAX_DISAGREEMENT * view.target.side * SIDE / view.side
    close = np.linalg.norm(label[:, :2] - seen[:, :2], axis=1) < limit
    return (close & (label[:, 2] > 0)) | ((label[:, 2] < SEEN) & (seen[:, 2] < SEEN))


def sample_background(rng: np.random.Generator, scene: Scene) -> Picture | None:
    """A square crop (224, 224, 3) that touches nobody found in the scene; None if there seems no room."""
    height, width = scene.picture.shape[:2]
    for _ in range(20):
        side = min(height, width) * rng.uniform(0.3, 1)
        x, y = rng.uniform(side / 2, width - side / 2), rng.uniform(side / 2, height - side / 2)
        if not any(max(abs(x - p.x), abs(y - p.y)) < (side + 0.8 * p.side) / 2 for p in scene.people):
            return square(scene.picture, x, y, side, SIDE)[0]
    return None


def write_backgrounds(scenes: list[Scene], out: Path, name: str, count: int) -> None:
    """Writes about `count` crops of pictures, without people, as one shard."""
    rng = np.random.default_rng(SEED + 1)
    stills = [scene for scene in scenes if not scene.video]
    crops = [sample_background(rng, stills[rng.integers(len(stills))]) for _ in range(count)]
    write_shard({"image": np.stack([crop for crop in crops if crop is not None])}, out, name)


def write_shard(rows: dict[str, np.ndarray], folder: Path, name: str) -> Path:
    """Writes a shard and moves the finished file into place."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"shard-{name}.npz"
    unfinished = path.with_suffix(".tmp.npz")
    np.savez(unfinished, **rows)  # type: ignore[arg-type]
    return unfinished.rename(path)


def write_people(out: Path, name: str, count: int, label: Callable[[int], dict[str, np.ndarray]]) -> None:
    """Writes `count` crops as shards; `label` makes as many rows as it is asked for."""
    for index, done in enumerate(range(0, count, PER_SHARD)):
        rows = label(min(PER_SHARD, count - done))
        print(write_shard(rows, out / "people", f"{name}-{index:04d}"), flush=True)


def write_shards(saved_model: Path, folders: list[Path], out: Path, count: int) -> None:
    """Finds the folders' people; writes `count` labelled crops and some backgrounds as shards under `out`."""
    teacher = Teacher(saved_model)
    scenes = find_scenes(teacher, folders)
    print(f"{len(scenes)} pictures, {sum(len(scene.people) for scene in scenes)} people", flush=True)
    write_backgrounds(scenes, out / "backgrounds", "unlabelled", count // 4)
    rng = np.random.default_rng(SEED)
    write_people(out, "unlabelled", count, lambda n: label_views(teacher, sample_views(rng, scenes, n)))
