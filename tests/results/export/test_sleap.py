"""The SLEAP project: what sleap-io reads of it, and the same looked up in the file itself."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from movenet_cli import __version__
from movenet_cli.core.skeleton import EDGES, FLIP_PAIRS, KEYPOINT_NAMES
from movenet_cli.errors import UsageError
from tests.results.export.conftest import Exporter, export_of
from tests.results.export.run_folder import HEIGHT, SEEN, WIDTH, person

h5py: Any = pytest.importorskip("h5py")


def test_the_tables_hold_everybody(run: Path) -> None:
    """By frame, then by person, then by keypoint; from pixels' corners to pixels' centres."""
    with h5py.File(export_of(run)("sleap").place) as file:
        frames, instances, points = (file[name][()] for name in ("frames", "instances", "pred_points"))
        videos = [json.loads(text) for text in file["videos_json"]]
        tracks = [json.loads(text)[1] for text in file["tracks_json"]]
    assert [video["backend"]["shape"] for video in videos] == [
        [6, HEIGHT, WIDTH, 3],
        [1, HEIGHT, WIDTH, 3],
        [6, HEIGHT, WIDTH, 3],
    ]
    assert videos[1]["backend"]["filenames"] == [str(run.parent / "media/deep/one.png")]
    names = [Path(video["filename"]).name for video in videos]
    found = [(names[frame["video"]], int(frame["frame_idx"])) for frame in frames]
    assert found == [(Path(source).name, index) for source, index, _ in SEEN]
    for frame, (source, _, seeds) in zip(frames, SEEN, strict=True):
        people = instances[frame["instance_id_start"] : frame["instance_id_end"]]
        assert len(people) == len(seeds)
        for each, seed in zip(people, seeds, strict=True):
            pose = person(seed)
            rows = points[each["point_id_start"] : each["point_id_end"]]
            assert np.stack([rows["x"], rows["y"]], 1) == pytest.approx(
                pose.keypoints[:, :2] - 0.5, abs=0.006
            )
            assert rows["score"] == pytest.approx(pose.keypoints[:, 2], abs=1e-4)
            assert rows["visible"].tolist() == (pose.keypoints[:, 2] >= 0.3).tolist()
            assert each["score"] == pytest.approx(pose.score, abs=1e-4)
            track = None if each["track"] < 0 else tracks[each["track"]]
            ids = {5: 1, 6: 2, 7: 2, 8: 2, 9: 1}
            assert track == (f"person_{ids[seed]}" if source == "many.mp4" else None)


def test_inputs_without_frames_and_frames_without_people_are_fine(export: Exporter) -> None:
    with h5py.File(export("sleap").place) as file:
        videos = [json.loads(text) for text in file["videos_json"]]
        assert [video["filename"] for video in videos] == [
            "a.jpg",
            "clips/a.mp4",
            "clips/many.mp4",
            "none.mp4",
        ]
        assert "shape" not in videos[3]["backend"]
        assert len(file["frames"]) == 6


def test_more_rows_than_are_held_in_memory(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with h5py.File(export_of(run)("sleap", tmp_path / "one.slp").place) as one:
        monkeypatch.setattr("movenet_cli.results.export.sleap._GROUP", 7)
        with h5py.File(export_of(run)("sleap", tmp_path / "two.slp").place) as two:
            for name in ("frames", "instances", "pred_points", "points"):
                assert one[name][()].tobytes() == two[name][()].tobytes()


def test_sleap_io_reads_the_same(run: Path) -> None:
    sleap_io = pytest.importorskip("sleap_io")
    labels = sleap_io.load_slp(str(export_of(run)("sleap").place))
    (skeleton,) = labels.skeletons
    assert skeleton.node_names == list(KEYPOINT_NAMES)
    assert [tuple(edge) for edge in skeleton.edge_names] == list(EDGES)
    symmetries = {frozenset(node.name for node in pair.nodes) for pair in skeleton.symmetries}
    assert symmetries == {frozenset(KEYPOINT_NAMES[row] for row in pair) for pair in FLIP_PAIRS}
    assert labels.provenance["movenet_cli"] == __version__
    for frame, (source, index, seeds) in zip(labels, SEEN, strict=True):
        path = frame.video.filename
        assert str(path if isinstance(path, str) else path[0]).endswith(source)
        assert frame.frame_idx == index
        assert frame.image.shape == (HEIGHT, WIDTH, 3)
        for each, seed in zip(frame.predicted_instances, seeds, strict=True):
            pose = person(seed)
            expected = pose.keypoints[:, :2] - 0.5
            expected[pose.keypoints[:, 2] < 0.3] = np.nan
            assert each.numpy() == pytest.approx(expected, abs=0.006, nan_ok=True)
            assert each.score == pytest.approx(pose.score, abs=1e-4)
    assert [track.name for track in labels.tracks] == ["person_1", "person_2"]


def test_without_h5py_a_line_says_so(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(UsageError, match="needs h5py"):
        export_of(run)("sleap")
    assert not (run / "sleap.slp").exists()
