"""Tasks for Label Studio: its own converter gets everybody's keypoints out of them, by their box."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

from movenet_cli.core.skeleton import KEYPOINT_NAMES
from tests.output.formats.examples import image_header, image_results, write_results
from tests.results.export.conftest import export_of
from tests.results.export.run_folder import HEIGHT, SEEN, WIDTH, person


def tasks_of(place: Path) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = json.loads((place / "tasks.json").read_text())
    return tasks


def test_every_frame_is_a_task_with_its_people(run: Path, tmp_path: Path) -> None:
    place = tmp_path / "studio"
    export_of(run)("label-studio", place, frames=place / "files")
    tasks = tasks_of(place)
    for task, (source, frame, seeds) in zip(tasks, SEEN, strict=True):
        assert (task["data"]["source"], task["data"]["frame"]) == (source, frame)
        prefix, _, name = task["data"]["image"].partition("?d=")
        assert prefix == "/data/local-files/"
        assert (place / "files" / unquote(name)).is_file()
        (prediction,) = task["predictions"]
        model = "multipose 6b6b6b6b6b6b" if source == "many.mp4" else "thunder 5a5a5a5a5a5a"
        assert prediction["model_version"] == model
        boxes = [each for each in prediction["result"] if each["type"] == "rectanglelabels"]
        assert [each["score"] for each in boxes] == [round(person(seed).score, 4) for seed in seeds]
        mean = np.mean([each["score"] for each in boxes]) if boxes else 0
        assert prediction["score"] == pytest.approx(mean, abs=1e-4)
        for box, seed in zip(boxes, seeds, strict=True):
            check_person(box, prediction["result"], seed)


def check_person(box: dict[str, Any], regions: list[dict[str, Any]], seed: int) -> None:
    pose = person(seed)
    value = box["value"]
    corners = np.array([value["x"], value["y"], value["x"] + value["width"], value["y"] + value["height"]])
    assert corners * [WIDTH, HEIGHT, WIDTH, HEIGHT] / 100 == pytest.approx(
        np.clip(pose.box, 0, (WIDTH, HEIGHT) * 2), abs=0.01
    )
    points = [each for each in regions if each.get("parentID") == box["id"]]
    seen = (pose.keypoints[:, 2] >= 0.3) & (pose.keypoints[:, 1] <= HEIGHT)
    names = np.array(KEYPOINT_NAMES)[seen].tolist()
    assert [each["value"]["keypointlabels"] for each in points] == [[name] for name in names]
    for each, (x, y, score) in zip(points, pose.keypoints[seen].tolist(), strict=True):
        assert (each["original_width"], each["original_height"]) == (WIDTH, HEIGHT)
        assert each["value"]["x"] * WIDTH / 100 == pytest.approx(x, abs=0.006)
        assert each["value"]["y"] * HEIGHT / 100 == pytest.approx(y, abs=0.006)
        assert each["score"] == pytest.approx(score, abs=1e-4)


def test_the_interface_has_every_label_and_the_keypoints_order(run: Path) -> None:
    root = ElementTree.parse(export_of(run)("label-studio").place / "interface.xml").getroot()
    labels = root.findall("KeyPointLabels/Label")
    assert [each.get("value") for each in labels] == list(KEYPOINT_NAMES)
    assert [each.get("model_index") for each in labels] == [str(index) for index in range(17)]
    tags = {each.get("name"): each.tag for each in root}
    assert tags == {"person": "RectangleLabels", "keypoint": "KeyPointLabels", "image": "Image"}


def test_names_are_quoted_in_addresses(run: Path) -> None:
    name = "caf\udce9 #1.jpg"
    write_results(run.parent / "odd", ["json"], [(image_header(name), image_results())])
    (task,) = tasks_of(export_of(run.parent / "odd")("label-studio").place)
    assert task["data"]["image"] == "/data/local-files/?d=caf%E9%20%231.jpg"
    place = export_of(run)("label-studio", url_prefix="https://images.example/a b/").place
    assert tasks_of(place)[3]["data"]["image"] == "https://images.example/a b/deep/one.png"


def test_label_studios_converter_makes_the_same_yolo_labels(run: Path, tmp_path: Path) -> None:
    """As if somebody had accepted every prediction, and exported the project."""
    converter = pytest.importorskip("label_studio_sdk.converter.converter").Converter
    export = export_of(run)
    place, yolo = export("label-studio").place, export("yolo-pose").place
    tasks = tasks_of(place)
    for number, task in enumerate(tasks):
        result = task.pop("predictions")[0]["result"]
        task |= {"id": number, "annotations": [{"id": number, "result": result, "was_cancelled": False}]}
        task["data"]["image"] = f"{number}.jpg"
    (tmp_path / "project.json").write_text(json.dumps(tasks))
    to = converter(str(place / "interface.xml"), project_dir=None, download_resources=False)
    to.convert_to_yolo(str(tmp_path / "project.json"), str(tmp_path / "theirs"), is_dir=False)
    ours = [path.read_text() for path in sorted((yolo / "labels").rglob("*.txt"))]
    found = {path.stem.rpartition("_")[2]: path.read_text() for path in tmp_path.glob("theirs/labels/*.txt")}
    theirs = [found[str(number)] for number in range(len(tasks))]
    for one, other in zip(ours, theirs, strict=True):
        rows = [[float(number) for number in line.split()] for line in one.splitlines()]
        assert [[float(number) for number in line.split()] for line in other.splitlines()] == [
            pytest.approx(row, abs=1e-5) for row in rows
        ]
