"""Broken videos among good inputs: what is lost is told frame by frame, everything else is done."""

import json
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from tests.media.clips import damage, packets, write_clip
from tests.support.media import write_image, write_song

COUNT = 40


def _lost_in_the_middle(path: Path) -> None:
    write_clip(path, COUNT, codec="mjpeg", pixel_format="yuvj420p")
    damage(path, [7, 8, 20])


def _cut_off(path: Path, kept: int) -> None:
    """An mp4 with its index in front that ends in the middle of a frame."""
    write_clip(path, COUNT, options={"bf": "0"}, container_options={"movflags": "+faststart"})
    place, size = packets(path)[kept]
    path.write_bytes(path.read_bytes()[: place + size // 2])


def _cut_off_without_an_index(path: Path) -> None:
    write_clip(path, COUNT)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "clips").mkdir(parents=True)
    _lost_in_the_middle(folder / "clips/lost.mov")
    _cut_off(folder / "clips/cut.mp4", 31)
    _cut_off_without_an_index(folder / "clips/short.mkv")
    write_song(folder / "clips/song.mp4")
    write_image(folder / "good.jpg")
    return folder


def _annotate(model: Path, *arguments: object) -> int:
    return run(["annotate", *map(str, arguments), "-m", str(model), "--progress", "none", "--quiet"])


def _json(path: Path) -> Any:
    return json.loads(path.read_text())


def _failed(document: Any) -> dict[int, tuple[float, str]]:
    """Time and reason of each failed frame by its index."""
    return {
        record["frame"]: (record["time"], record["reason"])
        for record in document["frames"]
        if record["status"] == "failed"
    }


@pytest.fixture
def out(a_model: Path, media: Path, tmp_path: Path) -> Path:
    assert _annotate(a_model, media, "-o", tmp_path / "out", "--overlay") == ExitCode.PARTIAL
    return tmp_path / "out"


def test_lost_frames_are_records_with_their_index_and_time(out: Path) -> None:
    lost, cut = (_json(out / f"keypoints/clips/{name}.json") for name in ("lost.mov", "cut.mp4"))
    for document in (lost, cut):
        assert [record["frame"] for record in document["frames"]] == list(range(COUNT))
        times = [record["time"] for record in document["frames"]]
        assert times == pytest.approx([index / 25 for index in range(COUNT)], abs=1e-3)
        assert document["summary"]["failed"] == len(_failed(document))
    assert list(_failed(lost)) == [7, 8, 20]
    assert _failed(lost)[20] == (pytest.approx(0.8, abs=1e-3), "frame could not be decoded")
    assert list(_failed(cut)) == list(range(31, COUNT))
    assert {reason for _, reason in _failed(cut).values()} == {"the file ends early"}


def test_every_fault_has_one_line(
    a_model: Path, media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _annotate(a_model, media, "-o", tmp_path / "out") == ExitCode.PARTIAL
    assert sorted(capsys.readouterr().err.strip().splitlines()) == [
        "movenet: clips/cut.mp4: 9 of 40 frames failed",
        "movenet: clips/lost.mov: 3 of 40 frames failed",
        "movenet: clips/song.mp4: no video in this file",
    ]


def test_the_rest_is_done(out: Path) -> None:
    facts = _json(out / "run.json")
    assert facts["inputs"] == {"total": 5, "done": 4, "kept": 0, "failed": 1, "ignored": 0}
    assert facts["exit_code"] == ExitCode.PARTIAL
    assert facts["frames"]["failed"] == 12
    image = _json(out / "keypoints/good.jpg.json")
    assert image["summary"]["failed"] == 0
    assert not (out / "keypoints/clips/song.mp4.json").exists()
    overlays = {path.relative_to(out).as_posix() for path in (out / "overlay").rglob("*.*")}
    assert overlays == {
        "overlay/good.jpg",
        "overlay/clips/lost.mov.mp4",
        "overlay/clips/cut.mp4",
        "overlay/clips/short.mkv.mp4",
    }
    assert run(["validate", str(out)]) == ExitCode.OK


def test_a_video_that_is_shorter_than_it_says_is_remarked(out: Path) -> None:
    document = _json(out / "keypoints/clips/short.mkv.json")
    assert 5 <= document["summary"]["frames"] < COUNT
    assert document["summary"]["failed"] == 0
    (note,) = _json(out / "run.json")["notes"]
    assert note["source"] == "clips/short.mkv"
    assert note["note"].startswith("the file says that it lasts 1.6 s, but ends after ")


def test_the_same_command_again_says_the_same(
    a_model: Path, media: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in (out / "keypoints").rglob("*.json")}
    capsys.readouterr()
    assert _annotate(a_model, media, "-o", out, "--overlay") == ExitCode.PARTIAL
    assert _json(out / "run.json")["inputs"] == {"total": 5, "done": 0, "kept": 4, "failed": 1, "ignored": 0}
    assert "clips/song.mp4: no video in this file" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (out / "keypoints").rglob("*.json")} == before


def test_results_never_become_inputs(a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the results in the folder that is walked, in a folder of their own or right beside the inputs."""
    write_image(tmp_path / "a.jpg")
    write_clip(tmp_path / "b.mp4", 3)
    monkeypatch.chdir(tmp_path)
    for options in ([], ["-o", "."]):
        for state in ("done", "kept"):
            assert _annotate(a_model, ".", "--overlay", *options) == ExitCode.OK
            inputs = _json(tmp_path / (options or ["", "movenet-out"])[1] / "run.json")["inputs"]
            assert (inputs["total"], inputs[state]) == (2, 2)


@pytest.mark.parametrize("name", ["song.m4a", "song.mka", "song.wma"])
def test_songs_in_a_folder_are_no_failures(a_model: Path, tmp_path: Path, name: str) -> None:
    write_image(tmp_path / "in/good.jpg")
    write_song(tmp_path / "in" / name)
    assert _annotate(a_model, tmp_path / "in", "-o", tmp_path / "out") == ExitCode.OK
    inputs = _json(tmp_path / "out/run.json")["inputs"]
    assert (inputs["total"], inputs["done"], inputs["ignored"]) == (1, 1, 1)
