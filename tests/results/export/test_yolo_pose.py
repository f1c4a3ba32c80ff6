"""The YOLO-pose dataset read as Ultralytics documents it: where labels are, and what a line holds."""

import ast
from pathlib import Path

import cv2
import numpy as np
import pytest

from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.core.types import FloatArray
from movenet_cli.errors import InputError
from tests.output.formats.examples import image_header, image_results, write_results
from tests.results.export.conftest import export_of
from tests.results.export.run_folder import HEIGHT, SEEN, WIDTH, person

IMAGE_NAMES = [
    "clips/a.mp4/000000.jpg",
    "clips/a.mp4/000001.jpg",
    "clips/a.mp4/000005.jpg",
    "deep/one.png",
    "many.mp4/000000.jpg",
    "many.mp4/000001.jpg",
    "many.mp4/000002.jpg",
]


def labels_of(image: Path) -> Path:
    """The documented rule: the last `/images/` becomes `/labels/`, the suffix `.txt`."""
    return Path("/labels/".join(str(image).rsplit("/images/", 1)).rsplit(".", 1)[0] + ".txt")


def read_labels(path: Path) -> list[tuple[FloatArray, FloatArray]]:
    """Each person's box and keypoints in pixels, after the checks that Ultralytics makes."""
    people = []
    for line in path.read_text().splitlines():
        numbers = np.array(line.split(), np.float64)
        assert numbers.shape == (5 + 17 * 3,)
        assert numbers[0] == 0
        assert numbers[1:5].min() >= 0
        assert numbers[1:5].max() <= 1
        points = numbers[5:].reshape(17, 3)
        assert 0 <= points[:, :2].min() <= points[:, :2].max() <= 1
        assert set(points[:, 2]) <= {0, 2}
        x, y, width, height = numbers[1:5] * [WIDTH, HEIGHT, WIDTH, HEIGHT]
        box = np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2])
        people.append((box, points * (WIDTH, HEIGHT, 1)))
    return people


def test_labels_are_the_people_and_images_are_the_frames(run: Path, tmp_path: Path) -> None:
    place = tmp_path / "yolo"
    done = export_of(run)("yolo-pose", place, frames=place / "images")
    assert (done.inputs, done.frames) == (3, 7)
    images = sorted(path.relative_to(place / "images").as_posix() for path in place.rglob("images/**/*.*g"))
    assert images == IMAGE_NAMES
    assert len(list(place.rglob("*.txt"))) == len(images)
    for name, (_, _, seeds) in zip(IMAGE_NAMES, SEEN, strict=True):
        assert cv2.imread(str(place / "images" / name)).shape == (HEIGHT, WIDTH, 3)
        people = read_labels(labels_of(place / "images" / name))
        assert len(people) == len(seeds)
        for seed, (box, points) in zip(seeds, people, strict=True):
            pose = person(seed)
            seen = (pose.keypoints[:, 2] >= 0.3) & (pose.keypoints[:, 1] <= HEIGHT)
            assert (points[:, 2] > 0).tolist() == seen.tolist()
            assert points[seen, :2] == pytest.approx(pose.keypoints[seen, :2], abs=0.01)
            assert not points[~seen].any()
            assert box == pytest.approx(np.clip(pose.box, 0, (WIDTH, HEIGHT) * 2), abs=0.01)


def test_data_yaml_describes_the_keypoints(run: Path, tmp_path: Path) -> None:
    place = export_of(run)("yolo-pose", tmp_path / "yolo").place
    lines = dict(
        line.strip().split(": ", 1) for line in (place / "data.yaml").read_text().splitlines() if ": " in line
    )
    assert (lines["train"], ast.literal_eval(lines["kpt_shape"])) == ("images", [17, 3])
    mirrored = [KEYPOINT_NAMES[index] for index in ast.literal_eval(lines["flip_idx"])]
    swap = {"left": "right", "right": "left"}
    assert mirrored == [
        f"{swap[side]}_{part}" if part else side
        for side, _, part in (name.partition("_") for name in KEYPOINT_NAMES)
    ]
    assert lines["0"] == f"[{', '.join(KEYPOINT_NAMES)}]"


def test_a_folder_called_images_does_not_mislead(tmp_path: Path) -> None:
    write_results(tmp_path / "out", ["json"], [(image_header("train/images/a.jpg"), image_results())])
    place = export_of(tmp_path / "out")("yolo-pose").place
    assert labels_of(place / "images/train/images/a.jpg").is_file()


def test_two_images_with_one_file_of_labels_are_refused(tmp_path: Path) -> None:
    documents = [(image_header(name), image_results()) for name in ("a.jpg", "a.png")]
    write_results(tmp_path / "out", ["json"], documents)
    with pytest.raises(InputError, match=r"a\.jpg and a\.png would share"):
        export_of(tmp_path / "out")("yolo-pose")
    assert not (tmp_path / "out/yolo-pose").exists()
