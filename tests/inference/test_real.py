"""The official int8 Lightning on real images and a real video: what the options are for."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.oks import average_precision, oks
from movenet_cli.core.skeleton import INDEX
from movenet_cli.core.types import FloatArray, Frame, Size
from movenet_cli.evaluation.ground_truth import AnnotatedImage, dominant_only, read_ground_truth
from movenet_cli.inference.follow import Follow
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.refine import Refine
from movenet_cli.inference.whole import WholeSingle
from movenet_cli.media.opening import open_source
from movenet_cli.models.interface import Runner
from movenet_cli.models.litert import load_litert

SIZE = Size(192, 192)
ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]


@pytest.fixture(scope="module")
def runner(lightning_int8: Path) -> Runner:
    return load_litert(lightning_int8, "lightning").runner()


@pytest.fixture(scope="module")
def images(shared_dir: Path) -> list[AnnotatedImage]:
    return dominant_only(read_ground_truth(shared_dir / "data" / "coco_train80" / "person_keypoints.json"))


def read(path: Path) -> list[Frame]:
    with open_source(InputFile(path, path.name), FrameRange()) as source:
        return [frame for frame in source.frames() if isinstance(frame, Frame)]


def precision(
    estimator: Estimator, runner: Runner, shared_dir: Path, images: Sequence[AnnotatedImage]
) -> float:
    """AP of one-person images: the share of people whose OKS reaches a threshold, over all thresholds."""
    found = []
    for image in images:
        frame = read(shared_dir / "data" / "coco_train80" / "images" / image.name)[0]
        person, pose = image.people[0], estimator.estimate([frame], [runner])[0][0]
        found.append(oks(pose.keypoints[None], person.keypoints[None], np.array([person.area]))[0])
    return average_precision(np.array(found))


def test_refining_finds_dominant_people_much_better(
    runner: Runner, shared_dir: Path, images: list[AnnotatedImage]
) -> None:
    once = precision(WholeSingle(SIZE, 0.3), runner, shared_dir, images)
    twice = precision(Refine(SIZE, 0.3), runner, shared_dir, images)
    assert len(images) == 11
    assert twice > once + 0.15


@pytest.fixture(scope="module")
def squats(shared_dir: Path) -> list[Frame]:
    return read(shared_dir / "media" / "pose_squats.mp4")


def ankles(estimator: Estimator, runner: Runner, frames: Sequence[Frame]) -> FloatArray:
    """(frames, 2, 2) x, y of the feet of a woman who does not lift them."""
    poses = [estimator.estimate([frame], [runner])[0][0] for frame in frames]
    return np.stack([pose.keypoints[ANKLES, :2] for pose in poses])


def test_following_holds_resting_feet_stiller_than_single_frames(runner: Runner, squats: list[Frame]) -> None:
    def jitter(make: Callable[[Size, float], Estimator]) -> float:
        steps = np.diff(ankles(make(SIZE, 0.3), runner, squats), axis=0)
        return float(np.linalg.norm(steps, axis=2).mean())

    assert jitter(Follow) < 0.8 * jitter(WholeSingle)
