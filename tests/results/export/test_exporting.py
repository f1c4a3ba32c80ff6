"""What all exports share: broken documents, lists of frames, images, and places that are whole or absent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from movenet_cli.core.types import FrameResult
from movenet_cli.errors import ExitCode, InputError, OutputError, UsageError
from movenet_cli.results.export import exporting
from movenet_cli.results.export.interface import Export
from movenet_cli.results.export.registry import EXPORTS, export_class
from tests.output.formats.examples import (
    AWKWARD_NAMES,
    image_header,
    image_results,
    pose,
    video_header,
    write_results,
)
from tests.results.export.conftest import export_of
from tests.results.export.run_folder import SEEN
from tests.support.media import write_video


def contents(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_has_a_place_of_its_own(name: str) -> None:
    export = export_class(name)
    assert issubclass(export, Export)
    assert export.uses <= {"frames", "layout", "image_ids", "url_prefix"}
    others = {export_class(other).default_place for other in EXPORTS if other != name}
    assert export.default_place not in others


def test_frames_are_those_of_the_video_and_images_are_copies(run: Path, tmp_path: Path) -> None:
    done = export_of(run)("coco-dataset", tmp_path / "coco.json", frames=tmp_path / "frames")
    assert done.frames == len(SEEN)
    copy = tmp_path / "frames/deep/one.png"
    assert copy.read_bytes() == (tmp_path / "media/deep/one.png").read_bytes()
    with av.open(str(tmp_path / "media/clips/a.mp4")) as video:
        decoded = [frame.to_ndarray(format="bgr24") for frame in video.decode(video=0)]
    for index in (0, 1, 5):
        shown = cv2.imread(str(tmp_path / f"frames/clips/a.mp4/{index:06d}.jpg")).astype(int)
        differences = [np.abs(shown - each).mean() for each in decoded]
        assert int(np.argmin(differences)) == index
        assert differences[index] < 4
    assert len(contents(tmp_path / "frames")) == len(SEEN)


def test_only_the_listed_frames_are_exported(run: Path, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("many.mp4#000001\nclips/a.mp4#000005\r\n\ndeep/one.png\n")
    place = tmp_path / "yolo"
    export_of(run)("yolo-pose", place, frames=place / "images", only=tmp_path / "list.txt")
    names = ["clips/a.mp4/000005.jpg", "deep/one.png", "many.mp4/000001.jpg"]
    assert contents(place / "images") == names
    assert contents(place / "labels") == [f"{name[:-4]}.txt" for name in names]


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("", InputError, "names no frame"),
        ("b.mp4#000001\n", InputError, "the results have no frame 'b.mp4#000001'"),
        ("clips/a.mp4#000003\n", UsageError, "clips/a.mp4 has no frame 3 in these results"),
        ('{"frames": [1]}', InputError, "is no list of frames"),
        ("lone\\backslash\n", InputError, "backslash"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(
    run: Path, tmp_path: Path, text: str, error: type[Exception], said: str
) -> None:
    (tmp_path / "list.txt").write_text(text)
    with pytest.raises(error, match=said):
        export_of(run)("table-csv", only=tmp_path / "list.txt")
    assert not (run / "table.csv").exists()


def test_a_broken_document_is_left_out_and_told(run: Path) -> None:
    path = run / "keypoints/many.mp4.json"
    path.write_text(path.read_text()[:-20])
    done = export_of(run)("table-csv")
    assert (done.inputs, [name for name, _ in done.broken]) == (2, ["many.mp4"])
    assert "many.mp4" not in done.place.read_text()
    for other in run.rglob("*.json"):
        other.write_text("{")
    with pytest.raises(InputError, match=r"a\.mp4\.json"):
        export_of(run)("coco-dataset")
    assert not (run / "coco-dataset.json").exists()


@pytest.mark.parametrize("name", ["table-csv", "yolo-pose"])
def test_what_is_there_is_never_replaced(run: Path, name: str) -> None:
    place = export_of(run)(name).place
    before = contents(run)
    with pytest.raises(OutputError, match=f"{place.name} is there already"):
        export_of(run)(name)
    assert contents(run) == before


@pytest.mark.parametrize("name", sorted(set(EXPORTS) - {"coco-results", "cvat-video"}))
def test_inputs_may_be_called_anything(tmp_path: Path, name: str) -> None:
    """Nothing lands outside of its place, and two exports of the same results are the same bytes."""
    pytest.importorskip({"sleap": "h5py", "table-parquet": "pyarrow"}.get(name, "json"))
    documents = [(image_header(each), image_results()) for each in AWKWARD_NAMES]
    write_results(tmp_path / "out", ["json"], documents)
    export = export_of(tmp_path / "out")
    places = [export(name, tmp_path / f"to/{number}").place for number in "12"]
    files = [[place] if place.is_file() else sorted(place.rglob("*")) for place in places]
    first, second = ([path.read_bytes() for path in each if path.is_file()] for each in files)
    assert first == second
    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == ["1", "2"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "to"]


def test_an_interrupted_export_leaves_nothing(tmp_path: Path) -> None:
    frames = [FrameResult(index, index / 30, "ok", (pose(1),)) for index in range(5_000)]
    write_results(tmp_path / "out", ["json"], [(video_header("long.mp4"), frames)])
    place = tmp_path / "to/yolo"
    command = ["-m", "movenet_cli", "convert", str(tmp_path / "out"), "--to", "yolo-pose", "-o", str(place)]
    with subprocess.Popen([sys.executable, *command], stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.rglob("*.txt")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said.strip()) == (ExitCode.INTERRUPTED, "movenet: interrupted")
    assert list((tmp_path / "to").iterdir()) == []


def test_a_new_folder_may_be_empty(run: Path, tmp_path: Path) -> None:
    (tmp_path / "yolo").mkdir()
    assert export_of(run)("yolo-pose", tmp_path / "yolo").place.joinpath("data.yaml").is_file()


@pytest.mark.parametrize("inside", [False, True])
def test_nothing_is_left_when_it_fails_at_the_end(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: bool
) -> None:
    def fail(*args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "write_frames", fail)
    before = contents(tmp_path)
    frames = tmp_path / ("yolo/images" if inside else "frames")
    with pytest.raises(OutputError, match="No space left"):
        export_of(run)("yolo-pose", tmp_path / "yolo", frames=frames)
    assert contents(tmp_path) == before
    assert not list(tmp_path.glob(".movenet*"))


def test_inputs_that_are_gone_or_changed_give_no_frames(run: Path, tmp_path: Path) -> None:
    write_video(tmp_path / "media/many.mp4", 2)
    with pytest.raises(InputError, match=r"many\.mp4 has changed since it was annotated"):
        export_of(run)("yolo-pose", tmp_path / "yolo", frames=tmp_path / "frames")
    (tmp_path / "media/many.mp4").unlink()
    with pytest.raises(InputError, match="its file is gone from"):
        export_of(run)("yolo-pose", tmp_path / "yolo", frames=tmp_path / "frames")
    assert not (tmp_path / "yolo").exists()


def test_an_input_that_was_only_touched_gives_frames(run: Path, tmp_path: Path) -> None:
    os.utime(tmp_path / "media/many.mp4", (1, 1))
    assert export_of(run)("coco-dataset", frames=tmp_path / "frames").frames == len(SEEN)
