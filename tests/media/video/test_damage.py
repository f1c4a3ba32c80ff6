"""Damaged videos: one record per frame, right index and time, whatever is lost."""

import contextlib
import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from movenet_cli.core.inputs import FrameRange
from movenet_cli.core.types import ByteArray, FailedFrame, Frame
from movenet_cli.errors import MediaError
from movenet_cli.media.pixels.orientation import Orientation
from movenet_cli.media.pixels.video_image import VideoImage
from tests.media.clips import check, damage, numbers, opened, packets, read, write_clip

COUNT = 40


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov"])
def test_damaged_key_frame(tmp_path: Path, name: str) -> None:
    """Packet 10 holds frame 10, a key frame: it is lost, the next ones may be, and then all is well."""
    path = damage(write_clip(tmp_path / name, COUNT, options={"bf": "0"}), [10])
    frames = read(path)
    assert [frame.index for frame in frames] == list(range(COUNT))
    assert all(abs((frame.time or 0) - frame.index / 25) < 1e-3 for frame in frames)
    lost = [frame.index for frame in frames if isinstance(frame, FailedFrame)]
    assert 10 in lost
    assert set(lost) <= set(range(10, 20))
    sound = [frame for frame in frames if not 10 <= frame.index < 20]
    assert numbers(sound) == [frame.index for frame in sound]


@pytest.mark.parametrize("name", ["a.avi", "a.mkv", "a.mov"])
def test_damaged_images_of_a_codec_without_references(tmp_path: Path, name: str) -> None:
    path = write_clip(tmp_path / name, COUNT, codec="mjpeg", pixel_format="yuvj420p")
    assert check(read(damage(path, [0, 7, 8, 39])), COUNT, 1 / 25) == [0, 7, 8, 39]


def test_reasons_are_told(tmp_path: Path) -> None:
    path = damage(write_clip(tmp_path / "a.mp4", COUNT, options={"bf": "0"}), [10])
    reasons = {frame.reason for frame in read(path) if isinstance(frame, FailedFrame)}
    assert reasons <= {"frame could not be decoded", "frame is damaged"}
    assert reasons


def moving(count: int, width: int = 320, height: int = 192) -> list[ByteArray]:
    """Images of blots that move."""
    coarse = np.random.default_rng(0).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    blots = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return [np.roll(blots, (3 * index, 5 * index), (0, 1)) for index in range(count)]


def of_one_thread(path: Path, **options: str) -> Iterator[list[av.VideoFrame] | None]:
    """What one thread of FFmpeg makes of each packet; None when it refuses it."""
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        context.thread_count, context.options = 1, options
        for packet in container.demux(video=0):
            frames = None
            with contextlib.suppress(av.error.FFmpegError):
                frames = context.decode(packet)
            yield frames


def shown_by_one_thread(path: Path) -> dict[int, bytes]:
    """The pixels of the frames, by their number; not of those that FFmpeg calls damaged."""
    frames = itertools.chain.from_iterable(each or () for each in of_one_thread(path))
    return {
        round(frame.time * 25): VideoImage(frame, Orientation()).rgb().tobytes()
        for frame in frames
        if not frame.is_corrupt
    }


def test_damage_looks_the_same_always(tmp_path: Path) -> None:
    """And not as it happens to look when several threads hurry on while one of them fails."""
    clip = write_clip(tmp_path / "a.mp4", moving(30), options={"g": "30"})
    sound, tried = clip.read_bytes(), 0
    for place, size in packets(clip)[3:]:
        data = bytearray(sound)
        data[place + size // 2] ^= 0x55
        clip.write_bytes(data)
        if None in of_one_thread(clip, err_detect="explode"):  # else several threads may fail to see it
            tried += 1
            frames = [frame for frame in read(clip) if isinstance(frame, Frame)]
            assert {frame.index: frame.image.rgb().tobytes() for frame in frames} == shown_by_one_thread(clip)
    assert tried > 5


@pytest.mark.parametrize("last", [2, 3, 4])
def test_damage_near_the_end_costs_only_itself(tmp_path: Path, last: int) -> None:
    clip = write_clip(tmp_path / "a.mp4", moving(COUNT), options={"bf": "0"})
    damage(clip, [COUNT - last])
    frames = read(clip)
    assert [frame.index for frame in frames] == list(range(COUNT))
    assert [frame.index for frame in frames if isinstance(frame, FailedFrame)] == [COUNT - last]


def test_frames_that_may_show_traces_of_damage_are_told(tmp_path: Path) -> None:
    """How many there are until the next key frame, and where."""
    clip = damage(write_clip(tmp_path / "a.mp4", COUNT, options={"bf": "0"}), [13, 28])
    with opened(clip) as source:
        lost = [frame.index for frame in source.frames() if isinstance(frame, FailedFrame)]
    assert lost == [13, 28]
    until = "may show traces of lost ones, until the next key frame"
    assert source.notes == (f"7 frames from frame 14 on {until}",)
    with opened(clip, FrameRange(start=28 / 25)) as source:
        list(source.frames())
    assert source.notes == (f"frame 29 {until}",)


def test_nothing_is_told_of_codecs_whose_frames_stand_alone(tmp_path: Path) -> None:
    clip = damage(write_clip(tmp_path / "a.mov", 10, codec="mjpeg", pixel_format="yuvj420p"), [5])
    with opened(clip) as source:
        assert sum(isinstance(frame, FailedFrame) for frame in source.frames()) == 1
    assert source.notes == ()


def fast_start(path: Path, count: int = COUNT) -> Path:
    """An mp4 with its index in front, as for the web."""
    return write_clip(path, count, container_options={"movflags": "+faststart"})


@pytest.mark.parametrize("kept", range(5, COUNT, 7))
def test_a_cut_off_end_is_lost_frames(tmp_path: Path, kept: int) -> None:
    path = fast_start(tmp_path / "a.mp4")
    place, size = packets(path)[kept]
    path.write_bytes(path.read_bytes()[: place + size // 2])
    frames = read(path)
    lost = check(frames, COUNT, 1 / 25)
    assert len(lost) == COUNT - kept
    assert {frame.reason for frame in frames if isinstance(frame, FailedFrame)} == {"the file ends early"}


def test_a_cut_off_fragmented_file_loses_what_its_fragments_list(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", COUNT, container_options={"movflags": "frag_keyframe+empty_moov"})
    place, _ = packets(path)[14]
    path.write_bytes(path.read_bytes()[:place])
    lost = check(read(path), 20, 1 / 25)
    assert len(lost) == 6


def test_a_stream_without_an_index_just_ends(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", COUNT)
    place, _ = packets(path)[20]
    path.write_bytes(path.read_bytes()[:place])
    frames = read(path)
    assert check(frames, len(frames), 1 / 25) == []
    assert 15 <= len(frames) <= 20


def test_an_index_at_the_end_that_is_missing_is_an_error(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", COUNT)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match="not a video that can be read, or its index is missing"):
        opened(path)


def test_no_frame_at_all_is_an_error(tmp_path: Path) -> None:
    path = damage(write_clip(tmp_path / "a.mp4", 5), range(5))
    with pytest.raises(MediaError, match="no frame of the video can be decoded"):
        opened(path)


def test_a_wrong_declared_count_does_not_matter(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.avi", 20, codec="mjpeg", pixel_format="yuvj420p")
    data = path.read_bytes()
    for place in (data.index(b"avih") + 8 + 16, data.index(b"strh") + 8 + 32):
        assert data[place : place + 4] == (20).to_bytes(4, "little")
        data = data[:place] + (5000).to_bytes(4, "little") + data[place + 4 :]
    path.write_bytes(data)
    assert check(read(path), 20, 1 / 25) == []


def test_frames_before_the_first_key_frame_are_none(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.ts", COUNT)
    with av.open(str(path)) as container:
        places = [packet.pos or 0 for packet in container.demux(video=0)]
    path.write_bytes(path.read_bytes()[places[3] :])
    frames = read(path)
    assert all(isinstance(frame, Frame) for frame in frames)
    assert [frame.index for frame in frames] == list(range(30))
    assert frames[0].time == 0
    assert numbers(frames) == list(range(10, 40))


def test_lost_frames_count_in_a_range(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", COUNT, codec="mjpeg", pixel_format="yuvj420p")
    frames = read(damage(path, [6, 7]), FrameRange(stride=3, max_frames=4))
    assert [frame.index for frame in frames] == [0, 3, 6, 9]
    assert numbers(frames) == [0, 3, None, 9]


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: write_clip(folder / "a.mp4", 24),
        lambda folder: fast_start(folder / "b.mp4", 24),
        lambda folder: write_clip(folder / "a.mkv", 24),
        lambda folder: write_clip(folder / "a.ts", 24),
        lambda folder: write_clip(folder / "a.avi", 24, codec="mpeg4"),
        lambda folder: write_clip(folder / "a.gif", 24, codec="gif", pixel_format="rgb8"),
    ],
    ids=["mp4", "faststart", "mkv", "ts", "avi", "gif"],
)
def test_random_damage_never_breaks_the_order(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    sound = path.read_bytes()
    chance = random.Random(1)  # noqa: S311
    for _ in range(25):
        data = bytearray(sound)
        for _ in range(chance.choice((1, 3, 30))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        path.write_bytes(data)
        try:
            frames = read(path, FrameRange(max_frames=500))
        except MediaError:
            continue
        assert [frame.index for frame in frames] == list(range(len(frames)))
