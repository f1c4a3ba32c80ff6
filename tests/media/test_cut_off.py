"""Files that were cut off: wherever it was, no frame is missing without a word."""

import json
import struct
from itertools import islice
from pathlib import Path

import av
import pytest
from av.error import InvalidDataError

from movenet_cli.cli.main import run
from movenet_cli.core.types import FailedFrame
from movenet_cli.errors import ExitCode, MediaError
from movenet_cli.io.container import open_container
from movenet_cli.io.mp4_boxes import read_boxes
from movenet_cli.media.video.gif_end import gif_end
from tests.media.clips import check, numbers, opened, packets, read, write_clip, write_clip_with_sound
from tests.output.overlay.clips import make_clip

COUNT = 24


def shortened(path: Path, size: int) -> Path:
    """A copy of the first bytes of a file."""
    cut = path.with_name(f"cut{path.suffix}")
    cut.write_bytes(path.read_bytes()[:size])
    return cut


def said(path: Path) -> tuple[int, bool]:
    """How many of the frames are there, and whether anything is said of the others."""
    try:
        with opened(path) as source:
            frames = list(source.frames())
            there = sum(not isinstance(frame, FailedFrame) for frame in frames)
            assert [frame.index for frame in frames] == list(range(len(frames)))
            return there, there < len(frames) or bool(source.notes)
    except MediaError:
        return 0, True


@pytest.fixture
def with_sound(tmp_path: Path) -> Path:
    """An mp4 whose index is at its end; the sound between the frames makes it list their places in pieces."""
    return write_clip_with_sound(tmp_path / "a.mp4", COUNT)


def test_an_index_that_was_cut_anywhere(with_sound: Path) -> None:
    """Every frame is told of by its number and time, there or lost."""
    data = with_sound.read_bytes()
    partly = 0
    for size in range(data.index(b"stts"), len(data), 7):
        cut = shortened(with_sound, size)
        there, is_said = said(cut)
        assert is_said, size
        if there:
            assert check(read(cut), COUNT, 1 / 25) == list(range(there, COUNT))
            partly += there < COUNT
    assert partly > 1


def test_times_of_frames_are_those_of_the_index(tmp_path: Path) -> None:
    times = [0, 0.04, 0.05, 0.4, 0.41, 0.42, 1, 1.033, 1.066, 2, 2.1, 3.9]
    path = make_clip(tmp_path / "a.mp4", times, audio="aac")
    with av.open(str(path)) as container:
        index = [entry.timestamp for entry in container.streams.video[0].index_entries]
    read_here = list(islice(read_boxes(path).times(len(times)), len(times)))
    assert [time - index[0] for time in index] == read_here
    assert len(set(read_here)) == len(times)


def test_a_cut_index_is_a_failure_of_the_run(a_model: Path, tmp_path: Path, with_sound: Path) -> None:
    cut = shortened(with_sound, with_sound.read_bytes().index(b"stco") + 12 + 4 * 10)
    out = tmp_path / "out"
    assert run(["annotate", str(cut), "-o", str(out), "-m", str(a_model), "-q"]) == ExitCode.PARTIAL
    document = json.loads((out / "keypoints/cut.mp4.json").read_text())
    assert document["summary"]["frames"] == COUNT
    assert 1 < document["summary"]["failed"] < COUNT - 1
    assert {frame.get("reason") for frame in document["frames"]} == {None, "the file ends early"}


def test_an_index_that_was_cut_behind_the_video_is_remarked(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", [index / 25 for index in range(COUNT)], audio="aac")
    cut = shortened(path, path.stat().st_size - 40)
    with opened(cut) as source:
        frames = list(source.frames())
        assert source.notes == ("the file was cut off in its index: sound may be missing",)
    assert not [frame for frame in frames if isinstance(frame, FailedFrame)]
    assert len(frames) == COUNT


def test_fragments_of_which_one_was_cut(tmp_path: Path) -> None:
    flags = {"movflags": "frag_keyframe+empty_moov"}
    path = write_clip(tmp_path / "a.mp4", COUNT, options={"bf": "0"}, container_options=flags)
    cut = shortened(path, path.read_bytes().rindex(b"moof") + 30)
    frames = read(cut)
    assert numbers(frames) == [*range(20), None]
    assert isinstance(frames[-1], FailedFrame)
    assert frames[-1].reason.startswith("the file cannot be read to its end")


def test_a_gif_that_was_cut_anywhere(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.gif", COUNT, codec="gif", pixel_format="rgb8")
    places = packets(path)
    for size in range(places[3][0], path.stat().st_size, 2999):
        cut = shortened(path, size)
        there, is_said = said(cut)
        assert is_said, size
        assert there == sum(place + length <= size for place, length in places)


@pytest.mark.parametrize("rest", [b";", b";\0\0", b"\0"])
def test_a_whole_gif_is_not_remarked(tmp_path: Path, rest: bytes) -> None:
    path = write_clip(tmp_path / "a.gif", COUNT, codec="gif", pixel_format="rgb8")
    path.write_bytes(path.read_bytes()[:-1] + rest)
    assert gif_end(path) == "whole"
    assert said(path) == (COUNT, False)


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("a.mxf", "mpeg2video", "yuv420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.avi", "libx264", "yuv420p"),
    ],
)
def test_a_file_with_a_count_of_frames_that_was_cut_anywhere(
    tmp_path: Path, name: str, codec: str, pixel_format: str
) -> None:
    """However few are missing."""
    path = write_clip(tmp_path / name, COUNT, codec=codec, pixel_format=pixel_format)
    assert said(path) == (COUNT, False)
    places = packets(path)
    for place, length in places[5::7]:
        for size in (place, place + length // 2):
            there, is_said = said(shortened(path, size))
            assert there < COUNT
            assert is_said, size


def claim(path: Path, samples: int) -> Path:
    """Let an mp4 say that it has so many samples of one byte each."""
    data = bytearray(path.read_bytes())
    sizes, steps = data.index(b"stsz"), data.index(b"stts")
    data[sizes + 8 : sizes + 16] = struct.pack(">II", 1, samples)
    data[steps + 12 : steps + 16] = struct.pack(">I", samples)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("samples", [100_000, 20_000_000, 2**32 - 1])
def test_more_samples_than_bytes_are_refused(tmp_path: Path, samples: int) -> None:
    path = claim(write_clip(tmp_path / "a.mp4", 3), samples)
    with pytest.raises(MediaError, match=f"it lists {samples:,} frames in a file of"):
        opened(path)
    with pytest.raises(InvalidDataError, match="frames in a file of"):
        open_container(path)


def test_a_fragment_with_more_samples_than_bytes_is_refused(tmp_path: Path) -> None:
    flags = {"movflags": "frag_keyframe+empty_moov"}
    path = write_clip(tmp_path / "a.mp4", 12, container_options=flags)
    data = bytearray(path.read_bytes())
    place = data.index(b"trun") + 8
    data[place : place + 4] = struct.pack(">I", 20_000_000)
    path.write_bytes(data)
    with pytest.raises(MediaError, match="the file's index is damaged: it lists 20,0"):
        opened(path)


def test_sound_of_which_each_value_is_a_sample_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / "a.mov", [index / 25 for index in range(50)], audio="pcm_u8", audio_seconds=60.0
    )
    data = bytearray(path.read_bytes())
    steps = data.rindex(b"stts")
    data[steps + 12 : steps + 16] = struct.pack(">I", 2**31)
    sizes = data.rindex(b"stsz")
    data[sizes + 12 : sizes + 16] = struct.pack(">I", 2**31)
    path.write_bytes(data)
    assert len(read(path)) == 50


def test_boxes_in_boxes_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    count = 5000
    nested = b"".join(struct.pack(">I4s", size, b"moov") for size in range(8 * count, 0, -8))
    path.write_bytes(struct.pack(">I4s", 8, b"ftyp") + nested)
    assert read_boxes(path).tracks == ()
