"""COCO annotations: what is read, what is refused, and who is dominant."""

import json
from pathlib import Path

import pytest

from movenet_cli.errors import InputError
from movenet_cli.evaluation.ground_truth import dominant_only, read_ground_truth
from tests.evaluation.examples import STANDING, annotation, write_truth
from tests.inference.dots import body


def test_images_people_and_empty_images_are_read(tmp_path: Path) -> None:
    person = annotation(STANDING, labelled=9, area=1234.5)
    images = read_ground_truth(
        write_truth(tmp_path / "t.json", {"a.jpg": [person, person], "clip.mp4#000012": []})
    )
    assert [(image.name, len(image.people)) for image in images] == [
        ("a.jpg", 2),
        ("clip.mp4#000012", 0),
    ]
    first = images[0].people[0]
    assert (first.labelled, first.area, first.crowd) == (9, 1234.5, False)
    assert first.keypoints[:9, :2] == pytest.approx(STANDING[:9])
    assert first.box == pytest.approx((156, 112, 88, 180))


def test_area_and_box_may_be_missing(tmp_path: Path) -> None:
    person = annotation(STANDING)
    del person["area"], person["bbox"]
    found = read_ground_truth(write_truth(tmp_path / "t.json", {"a.jpg": [person]}))[0].people[0]
    assert found.box == pytest.approx((156, 112, 88, 180))
    assert found.area == pytest.approx(88 * 180)


def test_annotations_of_other_things_are_left_out(tmp_path: Path) -> None:
    path = write_truth(tmp_path / "t.json", {"a.jpg": [annotation(STANDING)]})
    document = json.loads(path.read_text())
    document["categories"].append({"id": 7, "name": "train"})
    document["annotations"].append({"id": 9, "image_id": 11, "category_id": 7, "bbox": [0, 0, 5, 5]})
    path.write_text(json.dumps(document))
    assert len(read_ground_truth(path)[0].people) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda document: document.pop("images"), "missing field 'images'"),
        (lambda document: document["categories"][0].pop("keypoints"), "no category has keypoints"),
        (lambda document: document["categories"][0].update(keypoints=["tail"]), "not COCO's 17"),
        (
            lambda document: document["annotations"][0].update(keypoints=[1, 2, 3]),
            "annotation 1 does not have 17",
        ),
        (
            lambda document: document["annotations"][0].update(area=float("inf")),
            "area or box that is out of range",
        ),
        (lambda document: document["annotations"][0].update(area=10**400), "not a COCO keypoint file"),
        (lambda document: document.update(images=5), "not a COCO keypoint file"),
        (lambda document: document.update(categories=["person"]), "not a COCO keypoint file"),
    ],
)
def test_other_files_are_refused_with_a_reason(tmp_path: Path, change, reason: str) -> None:
    path = write_truth(tmp_path / "t.json", {"a.jpg": [annotation(STANDING)]})
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match=reason):
        read_ground_truth(path)


def test_missing_and_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none\.json: No such file"):
        read_ground_truth(tmp_path / "none.json")
    for text in ("{", "[" * 100_000):
        (tmp_path / "text.json").write_text(text)
        with pytest.raises(InputError, match="is not JSON"):
            read_ground_truth(tmp_path / "text.json")


def test_only_images_with_one_dominant_person_are_chosen(tmp_path: Path) -> None:
    large, small = annotation(STANDING), annotation(body(400, 50, 100))
    rival = annotation(STANDING, area=large["area"] * 0.6)
    crowd = annotation(STANDING, area=large["area"] * 0.6, crowd=1, labelled=0)
    images = {
        "alone": [large],
        "with a small one": [small, large],
        "with a rival": [large, rival],
        "before a crowd": [large, crowd],
        "half hidden": [annotation(STANDING, labelled=7)],
        "nobody": [],
    }
    chosen = dominant_only(read_ground_truth(write_truth(tmp_path / "t.json", images)))
    assert [(image.name, len(image.people)) for image in chosen] == [
        ("alone", 1),
        ("with a small one", 1),
    ]
    assert chosen[1].people[0].area == large["area"]
