"""Numbered images as one video, from the command line: results, overlay, and what is done again when."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

import movenet_cli as movenet
from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from tests.support.media import gradient, write_image

Annotate = Callable[..., int]
NAME = "f_%03d.png"


@pytest.fixture
def annotate(a_model: Path, tmp_path: Path) -> Annotate:
    def call(*arguments: object) -> int:
        return run(["annotate", *map(str, arguments), "-m", str(a_model), "-o", str(tmp_path / "out")])

    return call


@pytest.fixture
def pattern(tmp_path: Path) -> str:
    """Six images, with the number 4 missing between them."""
    for number in (1, 2, 3, 5, 6, 7):
        write_image(tmp_path / "in" / (NAME % number), gradient(96, 64, seed=number))
    return f"{tmp_path}/in/{NAME}"


def document(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / "out" / "keypoints" / f"{NAME}.json").read_text())
    return found


def state(tmp_path: Path) -> str:
    (file,) = json.loads((tmp_path / "out" / "run.json").read_text())["files"]
    return str(file["state"])


def test_it_is_a_video(annotate: Annotate, pattern: str, tmp_path: Path) -> None:
    assert annotate(pattern, "--fps", 25, "--overlay", "--smooth", "-f", "json,csv,coco") == ExitCode.PARTIAL
    found = document(tmp_path)
    assert (found["source"], found["media"], found["fps"], found["frame_count"]) == (NAME, "video", 25.0, 7)
    assert found["options"]["crop"] == "follow"
    assert [frame["time"] for frame in found["frames"]] == [0.0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24]
    failed = [(frame["frame"], frame["reason"]) for frame in found["frames"] if frame["status"] == "failed"]
    assert failed == [(3, "f_004.png is missing")]
    with av.open(str(tmp_path / "out" / "overlay" / f"{NAME}.mp4")) as overlay:
        stream = overlay.streams.video[0]
        times = [float(frame.time or 0) for frame in overlay.decode(stream)]
        assert (stream.width, stream.height) == (96, 64)
    assert times == pytest.approx([0.0, 0.04, 0.08, 0.16, 0.2, 0.24])
    assert run(["validate", str(tmp_path / "out")]) == ExitCode.OK


@pytest.mark.parametrize(
    ("given", "times", "rate"),
    [
        ((), [0.0, 0.04, 0.08], 25.0),
        (("--sequence-fps", 10), [0.0, 0.1, 0.2], 10.0),
        (("--sequence-fps", 10, "--fps", 5), [0.0, 0.2, 0.4], 10.0),
        (("--fps", 5), [0.0, 0.2, 0.4], 5.0),
    ],
)
def test_the_rate(
    annotate: Annotate,
    pattern: str,
    tmp_path: Path,
    given: tuple[object, ...],
    times: list[float],
    rate: float,
) -> None:
    assert annotate(pattern, "--max-frames", 3, *given) in (ExitCode.OK, ExitCode.PARTIAL)
    assert [frame["time"] for frame in document(tmp_path)["frames"]] == times
    assert document(tmp_path)["fps"] == rate


def test_it_is_kept_until_something_changes(annotate: Annotate, pattern: str, tmp_path: Path) -> None:
    def again() -> str:
        assert annotate(pattern, "--sequence-fps", 10) == ExitCode.PARTIAL
        return state(tmp_path)

    assert [again(), again()] == ["done", "kept"]
    write_image(tmp_path / "in" / (NAME % 8), gradient(96, 64, seed=8))
    assert [again(), again()] == ["done", "kept"]
    image = tmp_path / "in" / (NAME % 2)
    image.write_bytes((tmp_path / "in" / (NAME % 3)).read_bytes())
    assert [again(), again()] == ["done", "kept"]
    image.touch()
    assert again() == "kept"
    image.unlink()
    assert again() == "done"
    assert [frame["status"] == "failed" for frame in document(tmp_path)["frames"]].count(True) == 2
    assert annotate(pattern, "--sequence-fps", 20) == ExitCode.PARTIAL
    assert (state(tmp_path), document(tmp_path)["fps"]) == ("done", 20.0)


def test_a_program_reads_it_as_a_video(a_model: Path, pattern: str) -> None:
    with movenet.Annotator(a_model, fps=10.0) as annotator:
        frames = list(annotator.video(pattern))
    assert [frame.time for frame in frames] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert [frame.status == "failed" for frame in frames].index(True) == 3


def test_one_that_moved_is_known_again(annotate: Annotate, pattern: str, tmp_path: Path) -> None:
    assert annotate(pattern) == ExitCode.PARTIAL
    shutil.move(tmp_path / "in", tmp_path / "moved")
    assert annotate(f"{tmp_path}/moved/{NAME}") == ExitCode.PARTIAL
    assert state(tmp_path) == "kept"


def test_the_rate_must_be_clear(
    annotate: Annotate, pattern: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_image(tmp_path / "other.png")
    assert annotate(pattern, other, "--fps", 25) == ExitCode.USAGE
    assert "add --sequence-fps" in capsys.readouterr().err
    assert annotate(pattern, other, "--fps", 25, "--sequence-fps", 25) == ExitCode.PARTIAL
    assert annotate(other, "--sequence-fps", 25) == ExitCode.USAGE
    assert "no input is a pattern of numbered images" in capsys.readouterr().err


def test_options_for_videos_have_an_effect(annotate: Annotate, pattern: str, tmp_path: Path) -> None:
    assert annotate(pattern, "--stride", 2, "--no-smooth") == ExitCode.OK
    assert [frame["frame"] for frame in document(tmp_path)["frames"]] == [0, 2, 4, 6]


def test_worker_processes_give_the_same(annotate: Annotate, pattern: str, tmp_path: Path) -> None:
    found = []
    for engine in ("threads", "processes"):
        assert annotate(pattern, "--overlay", "--engine", engine, "--overwrite") == ExitCode.PARTIAL
        places = (f"keypoints/{NAME}.json", f"overlay/{NAME}.mp4")
        found.append([(tmp_path / "out" / place).read_bytes() for place in places])
    assert found[0] == found[1]


def test_a_foreign_overlay_is_seen_before_the_first_inference(
    annotate: Annotate, pattern: str, tmp_path: Path
) -> None:
    (tmp_path / "out" / "overlay").mkdir(parents=True)
    (tmp_path / "out" / "overlay" / f"{NAME}.mp4").write_bytes(b"mine")
    assert annotate(pattern, "--overlay") == ExitCode.OUTPUT
    assert not (tmp_path / "out" / "journal.jsonl").exists()


def test_results_can_be_drawn_and_exported_again(annotate: Annotate, pattern: str, tmp_path: Path) -> None:
    assert annotate(pattern, "--sequence-fps", 10) == ExitCode.PARTIAL
    out, drawn = str(tmp_path / "out"), tmp_path / "drawn"
    assert run(["render", out, "-o", str(drawn)]) == ExitCode.OK
    with av.open(str(drawn / "overlay" / f"{NAME}.mp4")) as overlay:
        assert len(list(overlay.decode(video=0))) == 6
    dataset = tmp_path / "dataset"
    command = ["convert", out, "--to", "yolo-pose", "--frames", str(dataset / "images"), "-o", str(dataset)]
    assert run(command) == ExitCode.OK
    assert len(list((dataset / "images").rglob("*.jpg"))) == 6
    write_image(tmp_path / "in" / (NAME % 2), gradient(96, 64, seed=99))
    assert run(["render", out, "-o", str(tmp_path / "changed")]) != ExitCode.OK
