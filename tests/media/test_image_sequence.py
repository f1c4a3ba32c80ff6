"""Numbered images as one video: every number a frame, in order, with its time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from movenet_cli.core.inputs import FrameRange, FrameSequence, InputFile
from movenet_cli.core.types import FailedFrame, Frame
from movenet_cli.errors import MediaError
from movenet_cli.media.discover import discover
from movenet_cli.media.opening import media_of, open_source
from tests.support.media import gradient, write_image


def write(folder: Path, *numbers: int) -> str:
    for number in numbers:
        write_image(folder / f"f_{number:03d}.png", gradient(64, 48, seed=number))
    return f"{folder}/f_%03d.png"


def opened(pattern: str, wanted: FrameRange | None = None, fps: float = 10.0) -> list[Frame | FailedFrame]:
    ((file), *rest) = discover([pattern], sequence_fps=fps).files
    assert not rest
    with open_source(file, wanted or FrameRange(), max_pixels=10_000) as source:
        return list(source.frames())


def test_each_number_is_a_frame(tmp_path: Path) -> None:
    pattern = write(tmp_path, 7, 8, 9, 10)
    (file,) = discover([pattern], sequence_fps=10.0).files
    assert file == InputFile(Path(pattern), "f_%03d.png", FrameSequence(7, 10, 10.0))
    assert media_of(file) == "video"
    with open_source(file, FrameRange()) as source:
        info = source.info
        frames = list(source.frames())
    assert (info.media, info.width, info.height, info.fps, info.frame_count) == ("video", 64, 48, 10.0, 4)
    assert [(frame.index, frame.time) for frame in frames] == [(0, 0.0), (1, 0.1), (2, 0.2), (3, 0.3)]
    for number, frame in zip((7, 8, 9, 10), frames, strict=True):
        assert isinstance(frame, Frame)
        assert np.array_equal(frame.image.rgb(), gradient(64, 48, seed=number))


def test_a_missing_number_and_a_damaged_image_are_failed_frames(tmp_path: Path) -> None:
    pattern = write(tmp_path, 1, 2, 4, 5, 6, 7, 8)
    (tmp_path / "f_005.png").write_bytes((tmp_path / "f_005.png").read_bytes()[:100])
    (tmp_path / "f_006.png").write_bytes(b"")
    write_image(tmp_path / "f_007.png", gradient(200, 100))
    frames = opened(pattern)
    reasons = {frame.index: frame.reason for frame in frames if isinstance(frame, FailedFrame)}
    assert [frame.index for frame in frames] == list(range(8))
    assert sorted(reasons) == [2, 4, 5, 6]
    assert reasons[2] == "f_003.png is missing"
    assert reasons[4].startswith("f_005.png: ")
    assert reasons[5] == "f_006.png: the file is empty"
    assert "--max-pixels" in reasons[6]


def test_the_first_image_may_be_damaged(tmp_path: Path) -> None:
    pattern = write(tmp_path, 0, 1)
    (tmp_path / "f_000.png").write_bytes(b"no image")
    frames = opened(pattern)
    assert [type(frame) for frame in frames] == [FailedFrame, Frame]


def test_without_one_good_image_it_cannot_be_read(tmp_path: Path) -> None:
    pattern = write(tmp_path, 0, 1)
    for path in tmp_path.iterdir():
        path.write_bytes(b"no image")
    with pytest.raises(MediaError, match=r"none of the images can be read.* f_001\.png"):
        opened(pattern)


def test_sizes_may_change(tmp_path: Path) -> None:
    pattern = write(tmp_path, 0, 2)
    write_image(tmp_path / "f_001.png", gradient(32, 24))
    (file,) = discover([pattern]).files
    with open_source(file, FrameRange()) as source:
        sizes = [str(frame.image.size) for frame in source.frames() if isinstance(frame, Frame)]
        assert sizes == ["64x48", "32x24", "64x48"]
        assert source.notes == ("the frame size changes: 64x48 from frame 0, 32x24 from frame 1",)


@pytest.mark.parametrize(
    ("wanted", "indices"),
    [
        (FrameRange(stride=3), [0, 3, 6, 9]),
        (FrameRange(fps=10.0), list(range(10))),
        (FrameRange(fps=5.0), [0, 2, 4, 6, 8]),
        (FrameRange(start=0.3, end=0.6), [3, 4, 5]),
        (FrameRange(start_frame=8), [8, 9]),
        (FrameRange(max_frames=2), [0, 1]),
    ],
)
def test_some_frames_only(tmp_path: Path, wanted: FrameRange, indices: list[int]) -> None:
    assert [frame.index for frame in opened(write(tmp_path, *range(10)), wanted)] == indices


def test_images_that_nobody_asked_for_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pattern = write(tmp_path, *range(10))
    read: list[str] = []
    path_open = Path.open

    def counting(self: Path, *args: object, **kwargs: object) -> object:
        read.append(self.name)
        return path_open(self, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", counting)
    assert len(opened(pattern, FrameRange(stride=5))) == 2
    assert set(read) == {"f_000.png", "f_005.png"}


def test_it_may_be_left_in_the_middle(tmp_path: Path) -> None:
    (file,) = discover([write(tmp_path, *range(10))]).files
    with open_source(file, FrameRange()) as source:
        frames: Iterator[Frame | FailedFrame] = source.frames()
        assert next(frames).index == 0


@pytest.mark.parametrize(
    ("names", "pattern", "advice"),
    [
        ([], "f_%03d.png", "such as f_001.png"),
        (["f_1.png"], "f_%03d.png", "a quoted glob 'f_*.png'"),
        (["c_01.mp4"], "c_%02d.mp4", "a quoted glob: 'c_*.mp4'"),
        (["f_000.png", "f_100.png"], "f_%03d.png", "99 are missing and 2 are there"),
        (["f_0.png", "f_999999999999999999.png"], "f_%d.png", "are missing and 2 are there"),
    ],
)
def test_what_is_no_sequence_is_told(tmp_path: Path, names: list[str], pattern: str, advice: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    found = discover([f"{tmp_path}/{pattern}"])
    assert not found.files
    ((name, reason),) = found.missing
    assert name == f"{tmp_path}/{pattern}"
    assert advice in reason


def test_a_file_of_this_very_name_is_a_file(tmp_path: Path) -> None:
    write(tmp_path, 1)
    write_image(tmp_path / "f_%03d.png")
    (file,) = discover([f"{tmp_path}/f_%03d.png"]).files
    assert file.sequence is None
