"""Results are read from documents, from coco.json, and refused with a reason."""

import json
from pathlib import Path

import numpy as np
import pytest

from movenet_cli.errors import InputError
from movenet_cli.evaluation.predictions import read_predictions
from tests.evaluation.examples import STANDING, pose, write_results, write_truth
from tests.inference.dots import body


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_documents_give_images_and_frames_by_name(tmp_path: Path, form: str) -> None:
    write_results(tmp_path, "in/a.jpg", [[pose(STANDING, 0.75)]], form=form)
    write_results(
        tmp_path, "clip.mp4", [[], None, [pose(STANDING), pose(body(9, 9, 90))]], video=True, form=form
    )
    found = read_predictions(tmp_path)
    assert {name: len(people) for name, people in found.items()} == {
        "in/a.jpg": 1,
        "clip.mp4#000000": 0,
        "clip.mp4#000002": 2,
    }
    assert found["in/a.jpg"][0].points == pytest.approx(STANDING)
    assert found["in/a.jpg"][0].score == pytest.approx(0.75)


def test_people_below_the_runs_threshold_are_nobody(tmp_path: Path) -> None:
    write_results(tmp_path, "a.jpg", [[pose(STANDING, 0.29)]])
    assert read_predictions(tmp_path) == {"a.jpg": ()}


def test_smoothed_points_are_taken_when_asked_for(tmp_path: Path) -> None:
    moved = STANDING + np.float32(5)
    write_results(tmp_path, "clip.mp4", [[pose(STANDING, smoothed=moved)]], video=True)
    assert read_predictions(tmp_path)["clip.mp4#000000"][0].points == pytest.approx(STANDING)
    assert read_predictions(tmp_path, smoothed=True)["clip.mp4#000000"][0].points == pytest.approx(moved)


def test_coco_file_is_read_alone_or_in_a_folder_without_documents(tmp_path: Path) -> None:
    person = {"category_id": 1, "score": 0.5, "keypoints": np.full(51, 3.0).tolist()}
    path = write_truth(tmp_path / "coco.json", {"a.jpg": [person], "b.jpg": [], "c.jpg": []})
    document = json.loads(path.read_text())
    document["images"][2]["status"] = "failed"
    path.write_text(json.dumps(document))
    for where in (path, tmp_path):
        found = read_predictions(where)
        assert {name: len(people) for name, people in found.items()} == {"a.jpg": 1, "b.jpg": 0}
        assert found["a.jpg"][0].points.tolist() == [[3.0, 3.0]] * 17


def test_documents_are_preferred_to_the_coco_file(tmp_path: Path) -> None:
    write_truth(tmp_path / "coco.json", {"b.jpg": []})
    write_results(tmp_path, "a.jpg", [[]])
    assert list(read_predictions(tmp_path)) == ["a.jpg"]


@pytest.mark.parametrize(
    "keypoints", [[1.0, 2.0, 3.0], [float("nan")] * 51, "text"], ids=["short", "not finite", "text"]
)
def test_broken_coco_files_are_refused(tmp_path: Path, keypoints: object) -> None:
    path = write_truth(tmp_path / "coco.json", {"a.jpg": [{"score": 0.5, "keypoints": keypoints}]})
    with pytest.raises(InputError, match="not a COCO file of results"):
        read_predictions(path)


def test_files_of_another_shape_are_refused(tmp_path: Path) -> None:
    path = write_truth(tmp_path / "coco.json", {"a.jpg": [{"score": 10**400, "keypoints": [0.0] * 51}]})
    for text in (path.read_text(), "[" * 100_000, '{"images": ["a.jpg"], "annotations": []}'):
        path.write_text(text)
        with pytest.raises(InputError, match="not a COCO file of results"):
            read_predictions(path)


def test_annotations_without_scores_are_no_results(tmp_path: Path) -> None:
    path = write_truth(tmp_path / "coco.json", {"a.jpg": [{"keypoints": [0.0] * 51}]})
    with pytest.raises(InputError, match="KeyError: 'score'"):
        read_predictions(path)


def test_folders_without_results_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="contains no results"):
        read_predictions(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        read_predictions(tmp_path / "missing")
