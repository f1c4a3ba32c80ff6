"""Inputs whose overlays would lie on each other are refused before the work starts; others are not."""

from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode, UsageError
from movenet_cli.media.discover import discover
from movenet_cli.run.inputs import check_overlays
from tests.media.clips import write_clip
from tests.support.media import write_image, write_video


def _image(path: Path) -> None:
    write_image(path.with_name("x.png")).rename(path)


def _video(path: Path) -> None:
    write_video(path.with_name("x.mp4"), 2).rename(path)


def _gif(path: Path, images: int) -> None:
    write_clip(path, images, codec="gif", pixel_format="rgb8")


@pytest.mark.parametrize(
    ("first", "second"),
    [("a.mov", "a.mov.mp4"), ("clip", "clip.mp4"), ("a.MP4.mov", "a.MP4.mov.mp4")],
)
def test_videos_of_one_overlay(tmp_path: Path, first: str, second: str) -> None:
    for name in (first, second):
        _video(tmp_path / name)
    with pytest.raises(UsageError, match="would both have the overlay") as caught:
        check_overlays(discover([str(tmp_path)]).files)
    assert str(tmp_path / first) in str(caught.value)
    assert str(tmp_path / second) in str(caught.value)


def test_images_of_one_overlay(tmp_path: Path) -> None:
    _gif(tmp_path / "a.gif", 1)
    _image(tmp_path / "a.gif.png")
    with pytest.raises(UsageError, match=r"the overlay a\.gif\.png"):
        check_overlays(discover([str(tmp_path)]).files)


def test_others_are_left_alone(tmp_path: Path) -> None:
    write_image(tmp_path / "photo.jpg")
    _video(tmp_path / "photo.jpg.mp4")
    _image(tmp_path / "photo.jpg.png")
    _image(tmp_path / "shot.png")
    _video(tmp_path / "shot.png.mp4")
    _gif(tmp_path / "moving.gif", 3)
    _image(tmp_path / "moving.gif.png")
    (tmp_path / "broken.gif").write_bytes(b"GIF89a")
    _image(tmp_path / "broken.gif.png")
    _video(tmp_path / "a.mov")
    _video(tmp_path / "a.mp4")
    _image(tmp_path / "a.mov.png")
    (tmp_path / "sub").mkdir()
    _video(tmp_path / "sub" / "a.mov.mp4")
    check_overlays(discover([str(tmp_path)]).files)


def test_a_file_that_has_vanished_is_left_to_the_run(tmp_path: Path) -> None:
    for name in ("a.mov", "a.mov.mp4"):
        _video(tmp_path / name)
    files = discover([str(tmp_path)]).files
    (tmp_path / "a.mov").unlink()
    check_overlays(files)


def test_the_command_line_says_so_before_any_work(
    a_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.mov", "a.mov.mp4"):
        _video(folder / name)
    command = ["annotate", str(folder), "-o", str(tmp_path / "out"), "-m", str(a_model), "--progress", "none"]
    assert run([*command, "--overlay"]) == ExitCode.USAGE
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "a.mov.mp4 would both have the overlay" in line
    assert not (tmp_path / "out").exists()
    assert run(command) == ExitCode.OK
