"""The DeepLabCut project: labels lie beside their images, and sleap-io reads it to the same points."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from movenet_cli.core.skeleton import EDGES, KEYPOINT_NAMES
from movenet_cli.errors import InputError
from tests.output.formats.examples import image_header, image_results, video_header, write_results
from tests.results.export.conftest import export_of
from tests.results.export.run_folder import RUN, SEEN, person

FOLDERS = {"clips/a.mp4": "clips-a", "deep/one.png": "deep", "many.mp4": "many"}


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="") as stream:
        return list(csv.reader(stream))


def test_labels_lie_beside_their_images(run: Path, tmp_path: Path) -> None:
    place = tmp_path / "project"
    assert export_of(run)("deeplabcut", place, frames=place).frames == len(SEEN)
    head = rows_of(place / "labeled-data/deep/CollectedData_movenet.csv")[:4]
    assert [row[0] for row in head] == ["scorer", "individuals", "bodyparts", "coords"]
    columns = list(zip(*(row[1:] for row in head), strict=True))
    assert columns == [
        ("movenet", who, name, axis)
        for who in ("person1", "person2")
        for name in KEYPOINT_NAMES
        for axis in "xy"
    ]
    found = []
    for source, folder in FOLDERS.items():
        for row in rows_of(place / f"labeled-data/{folder}/CollectedData_movenet.csv")[4:]:
            assert (place / row[0]).is_file()
            found.append((source, row))
    for (source, index, seeds), (name, row) in zip(SEEN, found, strict=True):
        image = "one.png" if source == "deep/one.png" else f"img{index:06d}.jpg"
        assert (name, row[0]) == (source, f"labeled-data/{FOLDERS[source]}/{image}")
        points = np.array([float(cell or "nan") for cell in row[1:]]).reshape(2, 17, 2)
        expected = np.full((2, 17, 2), np.nan)
        for place_of_person, seed in zip(expected, seeds, strict=False):
            keypoints = person(seed).keypoints
            place_of_person[:] = np.where(keypoints[:, 2:] >= 0.3, keypoints[:, :2], np.nan)
        assert points == pytest.approx(expected, abs=0.006, nan_ok=True)


def test_one_person_at_a_time_needs_no_individuals(tmp_path: Path) -> None:
    write_results(tmp_path / "out", ["json"], RUN[:2])
    place = export_of(tmp_path / "out")("deeplabcut").place
    head = rows_of(place / "labeled-data/deep/CollectedData_movenet.csv")[:3]
    assert [row[0] for row in head] == ["scorer", "bodyparts", "coords"]
    assert {len(row) for row in head} == {1 + 17 * 2}
    config = (place / "config.yaml").read_text()
    assert "multianimalproject: false\n" in config
    assert "individuals" not in config


def test_inputs_that_would_share_a_folder_are_refused(tmp_path: Path) -> None:
    documents = [
        (image_header("clips/a/1.png"), image_results()),
        (image_header("clips/a/2.png"), image_results()),
        (video_header("clips-a.mov"), []),
    ]
    write_results(tmp_path / "out", ["json"], documents[:2])
    place = export_of(tmp_path / "out")("deeplabcut").place
    assert len(rows_of(place / "labeled-data/clips-a/CollectedData_movenet.csv")) == 3 + 2
    write_results(tmp_path / "both", ["json"], documents)
    with pytest.raises(InputError, match="would share the folder clips-a"):
        export_of(tmp_path / "both")("deeplabcut")


def test_sleap_io_reads_the_project(run: Path, tmp_path: Path) -> None:
    dlc: Any = pytest.importorskip("sleap_io.io.dlc")
    place = tmp_path / "project"
    export_of(run)("deeplabcut", place, frames=place)
    labels = dlc.load_dlc_project(place)
    (skeleton,) = labels.skeletons
    assert sorted(skeleton.node_names) == sorted(KEYPOINT_NAMES)
    assert {tuple(edge) for edge in skeleton.edge_names} == set(EDGES)
    order = [skeleton.node_names.index(name) for name in KEYPOINT_NAMES]
    found = {Path(frame.video.filename[frame.frame_idx]): frame.instances for frame in labels}
    for source, index, seeds in SEEN:
        image = "one.png" if source == "deep/one.png" else f"img{index:06d}.jpg"
        people = found.get(place / "labeled-data" / FOLDERS[source] / image, [])
        assert len(people) == len(seeds)
        for each, seed in zip(people, seeds, strict=True):
            keypoints = person(seed).keypoints
            expected = np.where(keypoints[:, 2:] >= 0.3, keypoints[:, :2], np.nan)
            assert each.numpy()[order] == pytest.approx(expected, abs=0.006, nan_ok=True)
