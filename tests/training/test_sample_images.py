"""The sample pictures and their ground truth belong together."""

import json
from pathlib import Path

import av
import cv2
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "sample_images"
TRUTH = json.loads((FOLDER / "ground-truth.json").read_text(encoding="utf-8"))


def people(name: str) -> list[dict]:
    (identity,) = [image["id"] for image in TRUTH["images"] if image["file_name"] == name]
    return [note for note in TRUTH["annotations"] if note["image_id"] == identity]


def test_every_picture_is_there_in_its_size():
    stills = [image for image in TRUTH["images"] if "#" not in image["file_name"]]
    assert {image["file_name"] for image in stills} == {path.name for path in FOLDER.glob("*.jpg")}
    for image in stills:
        height, width = cv2.imread(str(FOLDER / image["file_name"])).shape[:2]
        assert (image["height"], image["width"]) == (height, width)


def test_every_frame_of_the_clip_is_annotated():
    with av.open(str(FOLDER / "clip.mp4")) as container:
        (stream,) = container.streams.video
        sizes = [(frame.height, frame.width) for frame in container.decode(stream)]
        assert stream.codec_context.name == "h264"
    frames = [image for image in TRUTH["images"] if "#" in image["file_name"]]
    assert [image["file_name"] for image in frames] == [f"clip.mp4#{k:06d}" for k in range(len(sizes))]
    assert [(image["height"], image["width"]) for image in frames] == sizes
    assert all(len(people(image["file_name"])) == 1 for image in frames)


@pytest.mark.parametrize("note", TRUTH["annotations"], ids=lambda note: str(note["id"]))
def test_points_that_are_seen_lie_in_the_persons_box(note):
    (category,) = TRUTH["categories"]
    assert note["category_id"] == category["id"]
    assert len(note["keypoints"]) == 3 * len(category["keypoints"])
    x, y, width, height = note["bbox"]
    flags = note["keypoints"][2::3]
    assert note["num_keypoints"] == sum(flag > 0 for flag in flags) >= 8
    for px, py, flag in zip(note["keypoints"][::3], note["keypoints"][1::3], flags, strict=True):
        if flag == 2:
            assert x - 2 <= px <= x + width + 2
            assert y - 2 <= py <= y + height + 2
        elif flag == 0:
            assert (px, py) == (0, 0)


def test_there_are_people_alone_together_and_cut_by_the_frame():
    assert len(people("street.jpg")) == 3
    assert len(people("studio.jpg")) == 1
    (cut,) = people("call.jpg")
    assert cut["num_keypoints"] < 17


def test_the_folder_is_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3_000_000
