"""CVAT's XML: well-formed whatever inputs are called, every skeleton in its frame, tracks that end."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from movenet_cli.core.skeleton import EDGES, KEYPOINT_NAMES
from movenet_cli.errors import InputError
from tests.output.formats.examples import AWKWARD_NAMES, image_header, image_results, write_results
from tests.results.export.conftest import export_of
from tests.results.export.run_folder import HEIGHT, SEEN, WIDTH, person


def check_skeleton(skeleton: ElementTree.Element, seed: int, *, gone: bool = False) -> None:
    """All 17 points, in order; what is not seen, or outside of the image, is `outside`."""
    pose = person(seed)
    assert [point.get("label") for point in skeleton] == list(KEYPOINT_NAMES)
    for point, (x, y, score) in zip(skeleton, pose.keypoints.tolist(), strict=True):
        assert [float(number) for number in point.attrib["points"].split(",")] == pytest.approx(
            [x, y], abs=0.006
        )
        assert point.get("outside") == str(int(gone or score < 0.3 or y > HEIGHT))
        assert point.get("occluded") == "0"


def test_images_have_their_skeletons(run: Path, tmp_path: Path) -> None:
    place = export_of(run)("cvat-images", frames=tmp_path / "frames").place
    root = ElementTree.parse(place / "annotations.xml").getroot()
    assert (root.tag, root.findtext("version")) == ("annotations", "1.1")
    assert root.findtext("meta/task/mode") == "annotation"
    images = root.findall("image")
    assert [int(image.attrib["id"]) for image in images] == list(range(len(SEEN)))
    for image, (_, _, seeds) in zip(images, SEEN, strict=True):
        assert (tmp_path / "frames" / image.attrib["name"]).is_file()
        assert (image.get("width"), image.get("height")) == (str(WIDTH), str(HEIGHT))
        skeletons = image.findall("skeleton")
        assert [each.get("label") for each in skeletons] == ["person"] * len(seeds)
        for skeleton, seed in zip(skeletons, seeds, strict=True):
            check_skeleton(skeleton, seed)


def shapes_of(track: ElementTree.Element) -> list[tuple[int, ElementTree.Element]]:
    assert track.get("label") == "person"
    assert all(point.get("keyframe") == "1" for point in track.iter("points"))
    return [(int(shape.attrib["frame"]), shape) for shape in track.findall("skeleton")]


def test_a_video_has_a_track_per_person(run: Path) -> None:
    """Person 1 is gone in frame 1 and comes back; the video goes on after the last frame with results."""
    done = export_of(run)("cvat-video")
    assert done.remarks == ["left out, since only videos have tracks: deep/one.png"]
    assert done.inputs == 2
    root = ElementTree.parse(done.place / "many.mp4.xml").getroot()
    assert root.findtext("meta/task/mode") == "interpolation"
    assert root.findtext("meta/task/original_size/width") == str(WIDTH)
    expected = [
        [(0, 5, False), (1, 5, True), (2, 9, False), (3, 9, True)],
        [(0, 6, False), (1, 7, False), (2, 8, False), (3, 8, True)],
    ]
    for track, shapes in zip(root.findall("track"), expected, strict=True):
        found = shapes_of(track)
        assert [frame for frame, _ in found] == [frame for frame, _, _ in shapes]
        for (_, skeleton), (_, seed, gone) in zip(found, shapes, strict=True):
            check_skeleton(skeleton, seed, gone=gone)


def test_a_single_persons_track_ends_where_nobody_is_seen(run: Path) -> None:
    root = ElementTree.parse(export_of(run)("cvat-video").place / "clips/a.mp4.xml").getroot()
    (track,) = root.findall("track")
    (first, second, third) = shapes_of(track)
    assert [first[0], second[0], third[0]] == [0, 1, 5]
    check_skeleton(first[1], 2)
    check_skeleton(second[1], 2, gone=True)
    check_skeleton(third[1], 4)


def test_labels_define_the_skeleton(run: Path) -> None:
    (label,) = json.loads((export_of(run)("cvat-images").place / "labels.json").read_text())
    assert (label["name"], label["type"]) == ("person", "skeleton")
    assert [(each["name"], each["type"]) for each in label["sublabels"]] == [
        (name, "points") for name in KEYPOINT_NAMES
    ]
    drawing = ElementTree.fromstring(f"<svg>{label['svg']}</svg>")
    nodes = {each.attrib["data-node-id"]: each.attrib for each in drawing.findall("circle")}
    assert [each["data-label-name"] for each in nodes.values()] == list(KEYPOINT_NAMES)
    edges = []
    for line in drawing.findall("line"):
        ends = nodes[line.attrib["data-node-from"]], nodes[line.attrib["data-node-to"]]
        edges.append(tuple(end["data-label-name"] for end in ends))
        assert [line.get("x1"), line.get("y2")] == [ends[0]["cx"], ends[1]["cy"]]
    assert edges == list(EDGES)


def test_any_name_gives_well_formed_xml(tmp_path: Path) -> None:
    documents = [(image_header(name), image_results()) for name in AWKWARD_NAMES]
    write_results(tmp_path / "out", ["json"], documents)
    place = export_of(tmp_path / "out")("cvat-images").place
    names = {
        image.get("name") for image in ElementTree.parse(place / "annotations.xml").getroot().findall("image")
    }
    assert len(names) == len(AWKWARD_NAMES)
    assert {
        "new\nline.jpg",
        "ünï/文字.png",
        "comma, \"quotes\" and 'more'.jpg",
        r"bytes-\xff\x80.jpg",
    } <= names


def test_results_without_videos_are_said(tmp_path: Path) -> None:
    write_results(tmp_path / "out", ["json"], [(image_header(), image_results())])
    with pytest.raises(InputError, match="no video"):
        export_of(tmp_path / "out")("cvat-video")


def test_datumaro_reads_the_points(run: Path, tmp_path: Path) -> None:
    """It knows no skeletons, but their points: each once, with its label."""
    dataset: Any = pytest.importorskip("datumaro").Dataset
    place = tmp_path / "cvat"
    export_of(run)("cvat-images", place, frames=place / "images")
    read = dataset.import_from(str(place), "cvat")
    (categories,) = read.categories().values()
    found = {
        item.id: [(categories[each.label].name, *each.points) for each in item.annotations] for item in read
    }
    assert len(found) == len(SEEN)
    for name, row, (label, *point) in zip(
        KEYPOINT_NAMES, person(1).keypoints.tolist(), found["deep/one"], strict=True
    ):
        assert label == name
        assert point == pytest.approx(row[:2], abs=0.006)
