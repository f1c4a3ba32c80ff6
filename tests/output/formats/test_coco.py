"""The COCO dataset: its numbers, its ids, and what pycocotools makes of it."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.core.types import Box, FrameResult, Size
from movenet_cli.errors import InputError
from movenet_cli.output.formats.registry import FORMATS
from tests.output.formats.examples import (
    DOCUMENTS,
    image_header,
    image_results,
    pose,
    video_header,
    write_dataset,
    write_results,
)

SIZES = (None, Size(1920, 1080), Size(320, 240))
"""Of frames in a video of 1920 by 1080 pixels."""


def dataset(root: Path, documents: Any) -> dict[str, Any]:
    write_results(root, ["coco"], documents)
    write_dataset([FORMATS["coco"].path(root, header.source) for header, _ in documents], root / "coco.json")
    loaded: dict[str, Any] = json.loads((root / "coco.json").read_text("utf-8"))
    return loaded


def test_images_and_ids_follow_the_inputs(tmp_path: Path) -> None:
    coco = dataset(tmp_path, DOCUMENTS)
    assert [image["file_name"] for image in coco["images"]] == [
        "a.jpg",
        *(f"clips/a.mp4#{index:06d}" for index in (0, 1, 2, 120)),
        *(f"clips/many.mp4#{index:06d}" for index in (0, 1)),
    ]
    assert [image["id"] for image in coco["images"]] == [1, 2, 3, 4, 5, 6, 7]
    assert (coco["images"][0]["width"], coco["images"][0]["height"]) == (640, 480)
    assert [image["status"] for image in coco["images"]][1:5] == ["ok", "empty", "failed", "ok"]
    assert [each["id"] for each in coco["annotations"]] == [1, 2, 3, 4, 5, 6]
    assert [each["image_id"] for each in coco["annotations"]] == [1, 2, 5, 6, 6, 6]
    assert [each.get("track_id") for each in coco["annotations"]] == [None, None, None, 1, 2, 7]


def test_an_annotation_says_what_was_seen(tmp_path: Path) -> None:
    (annotation,) = dataset(tmp_path, [(image_header(), image_results())])["annotations"]
    (person,) = image_results()[0].poses
    rows = np.array(annotation["keypoints"]).reshape(17, 3)
    assert np.abs(rows[:, :2] - person.keypoints[:, :2]).max() <= 0.00501
    seen = person.keypoints[:, 2] >= 0.3
    assert 0 < seen.sum() < 17
    assert rows[:, 2].tolist() == np.where(seen, 2, 0).tolist()
    assert annotation["num_keypoints"] == seen.sum()
    assert person.box is not None
    x0, y0, x1, y1 = person.box
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, 640), min(y1, 480)  # the image ends there
    assert annotation["bbox"] == pytest.approx([x0, y0, x1 - x0, y1 - y0], abs=0.02)
    assert annotation["area"] == pytest.approx(annotation["bbox"][2] * annotation["bbox"][3], abs=0.01)
    assert (annotation["iscrowd"], annotation["category_id"]) == (0, 1)
    assert annotation["score"] == round(person.score, 4)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((10, 20, 110, 220), [10, 20, 100, 200]),
        ((-10.5, -3, 700, 500), [0, 0, 640, 480]),
        ((600, 400, 700, 440), [600, 400, 40, 40]),
        ((700, 500, 800, 600), [640, 480, 0, 0]),
        ((-20, -20, -10, -10), [0, 0, 0, 0]),
    ],
)
def test_a_box_ends_at_the_edges_of_the_image(tmp_path: Path, box: Box, expected: list[float]) -> None:
    documents = [(image_header(), [FrameResult(0, None, "ok", (pose(7, box=box),))])]
    (annotation,) = dataset(tmp_path, documents)["annotations"]
    assert annotation["bbox"] == expected
    assert annotation["area"] == expected[2] * expected[3]


def test_an_image_has_its_own_frames_size(tmp_path: Path) -> None:
    box = (-5.0, 0.0, 5000.0, 5000.0)
    results = [FrameResult(n, n / 25, "ok", (pose(n, box=box),), size=size) for n, size in enumerate(SIZES)]
    coco = dataset(tmp_path, [(video_header(), results)])
    expected = [(1920, 1080), (1920, 1080), (320, 240)]
    assert [(image["width"], image["height"]) for image in coco["images"]] == expected
    assert [each["bbox"][2:] for each in coco["annotations"]] == [[*map(float, size)] for size in expected]


def test_the_category_is_cocos_person(tmp_path: Path) -> None:
    (category,) = dataset(tmp_path, [])["categories"]
    assert (category["id"], category["name"]) == (1, "person")
    assert category["keypoints"] == list(KEYPOINT_NAMES)
    assert len(category["skeleton"]) == 19
    assert min(map(min, category["skeleton"])) == 1
    assert max(map(max, category["skeleton"])) == 17
    assert [16, 14] in category["skeleton"]


def test_pycocotools_loads_it_and_takes_its_annotations_as_detections(tmp_path: Path) -> None:
    content = dataset(tmp_path, DOCUMENTS)
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(tmp_path / "coco.json"))
        found = truth.loadRes(content["annotations"])
        evaluation = COCOeval(truth, found, "keypoints")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    assert len(truth.getImgIds()) == 7
    assert len(found.getAnnIds()) == 6
    assert evaluation.stats[0] == pytest.approx(1.0)


def test_an_empty_run_is_an_empty_dataset(tmp_path: Path) -> None:
    assert dataset(tmp_path, [])["images"] == []
    with contextlib.redirect_stdout(io.StringIO()):
        assert COCO(str(tmp_path / "coco.json")).getImgIds() == []


def test_the_threshold_counts_as_seen(tmp_path: Path) -> None:
    edge = pose(low=0.1, high=0.2)
    edge.keypoints[4, 2] = 0.3
    (annotation,) = dataset(tmp_path, [(image_header(), [FrameResult(0, None, "ok", (edge,))])])[
        "annotations"
    ]
    assert annotation["keypoints"][2::3] == [0] * 4 + [2] + [0] * 12


@pytest.mark.parametrize(
    "content", [None, b'{"file_name": ', b'{"file_name": "a"}\t\n', b"\n", b'{"\xff"}\n']
)
def test_a_broken_part_is_an_error_and_no_dataset_appears(tmp_path: Path, content: bytes | None) -> None:
    part = tmp_path / "part.coco"
    if content is not None:
        part.write_bytes(content)
    with pytest.raises(InputError, match=r"part\.coco.*--overwrite"):
        write_dataset([part], tmp_path / "coco.json")
    assert not (tmp_path / "coco.json").exists()
    assert not list(tmp_path.glob(".movenet-*"))


def test_a_video_named_like_a_frame_stays_itself(tmp_path: Path) -> None:
    results = [FrameResult(1234567, 9.0, "empty")]
    coco = dataset(tmp_path, [(video_header("a#000001"), results)])
    assert coco["images"][0]["file_name"] == "a#000001#1234567"
