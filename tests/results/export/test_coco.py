"""COCO datasets and results: pycocotools loads them, and the numbers are those of annotate's own dataset."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.errors import InputError, UsageError
from movenet_cli.results.convert import convert_results
from tests.output.formats.examples import DOCUMENTS
from tests.results.export.conftest import Exporter

IMAGES = ["a.jpg", "clips/a.mp4/000000.jpg", "clips/a.mp4/000001.jpg", "clips/a.mp4/000120.jpg"]
MANY = ["clips/many.mp4/000000.jpg", "clips/many.mp4/000001.jpg"]


@pytest.fixture
def own(results: Path, tmp_path: Path) -> dict[str, Any]:
    """The dataset that annotate makes of the same documents."""
    list(convert_results(results, "coco", tmp_path / "own"))
    dataset: dict[str, Any] = json.loads((tmp_path / "own/coco.json").read_text())
    return dataset


def write_coco(path: Path, names: list[str], change: Callable[[dict[str, Any]], object] = bool) -> Path:
    """Somebody's COCO file with these images, whose ids are 100, 101, …"""
    category = {"id": 7, "name": "human", "keypoints": KEYPOINT_NAMES}
    images = [{"id": 100 + number, "file_name": name} for number, name in enumerate(names)]
    document = {"images": images, "annotations": [], "categories": [{"id": 1, "name": "car"}, category]}
    change(document)
    path.write_text(json.dumps(document))
    return path


def test_the_dataset_is_annotates_own_with_files_for_frames(export: Exporter, own: dict[str, Any]) -> None:
    place = export("coco-dataset").place
    loaded = COCO(str(place))
    assert [image["file_name"] for image in loaded.dataset["images"]] == IMAGES + MANY
    sizes = {image["file_name"]: (image["width"], image["height"]) for image in loaded.dataset["images"]}
    assert (sizes["a.jpg"], sizes["clips/a.mp4/000120.jpg"]) == ((640, 480), (320, 240))
    names = {image["id"]: image["file_name"] for image in own["images"]}
    ours = {image["id"]: image["file_name"] for image in loaded.dataset["images"]}

    def people(dataset: dict[str, Any], names: dict[int, str]) -> list[dict[str, Any]]:
        return [
            {**each, "image_id": names[each["image_id"]].replace("/0", "#0").removesuffix(".jpg")}
            for each in dataset["annotations"]
        ]

    assert people(loaded.dataset, ours) == people(own, names)
    assert loaded.dataset["categories"] == own["categories"]


def test_results_and_dataset_take_the_ids_of_a_file(export: Exporter, tmp_path: Path) -> None:
    """By the whole name, the last part, the name of a video's frame, and that of a dataset's file."""
    names = ["train/other.jpg", "train/a.jpg", "clips/a.mp4#000120", "many.mp4#000000", *MANY[1:]]
    path = write_coco(tmp_path / "theirs.json", names)
    done = export("coco-results", image_ids=path)
    found = json.loads(done.place.read_text())
    assert [each["image_id"] for each in found] == [101, 102, 103, 103, 103]
    assert {each["category_id"] for each in found} == {7}
    (pose,) = DOCUMENTS[0][1][0].poses
    assert found[0]["keypoints"] == pytest.approx(pose.keypoints.ravel().tolist(), abs=0.006)
    assert found[0]["score"] == round(pose.score, 4)
    assert done.remarks == [f"left out, since {path} does not have them: 2 frames"]

    dataset = COCO(str(export("coco-dataset", image_ids=path).place))
    assert {image["id"]: image["file_name"] for image in dataset.dataset["images"]} == {
        101: "train/a.jpg",
        102: "clips/a.mp4#000120",
        103: "many.mp4#000000",
        104: MANY[1],
    }
    judged = COCOeval(dataset, dataset.loadRes(str(done.place)), "keypoints")
    judged.params.catIds = [7]
    judged.evaluate()
    judged.accumulate()
    judged.summarize()
    assert judged.stats[0] == pytest.approx(1.0)


def test_an_image_of_another_size_is_another_image(export: Exporter, tmp_path: Path) -> None:
    path = write_coco(
        tmp_path / "theirs.json", ["a.jpg"], lambda file: file["images"][0].update(width=320, height=240)
    )
    with pytest.raises(InputError, match=r"a\.jpg is another image there: 320x240, not 640x480"):
        export("coco-results", image_ids=path)
    assert not (tmp_path / "results/coco-results.json").exists()


@pytest.mark.parametrize(
    "text", ["", "[1]", '{"images": [{}]}', '{"images": [{"id": null, "file_name": "a"}]}']
)
def test_what_is_no_coco_file_is_said(export: Exporter, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(InputError, match=r"bad\.json is no COCO file"):
        export("coco-results", image_ids=tmp_path / "bad.json")


def test_results_need_a_file_with_some_of_the_images(export: Exporter, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--image-ids"):
        export("coco-results")
    with pytest.raises(InputError, match="none of these images"):
        export("coco-results", image_ids=write_coco(tmp_path / "theirs.json", ["b.jpg"]))
    with pytest.raises(UsageError, match="--frames"):
        export("coco-dataset", image_ids=tmp_path / "theirs.json", frames=tmp_path / "frames")
