"""Sound videos of all kinds: every frame once, with its own index, time and pixels."""

import gc
import threading
import weakref
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from movenet_cli.core.inputs import FrameRange, SourceInfo
from movenet_cli.core.types import Frame, Size
from movenet_cli.errors import MediaError
from tests.media.clips import (
    check,
    number_of,
    numbered,
    numbers,
    opened,
    read,
    turn,
    write_clip,
    write_clip_with_sound,
)
from tests.media.images import difference, turned
from tests.support.media import break_title, write_song

CODECS = [
    ("a.mp4", "libx264", "yuv420p"),
    ("a.mkv", "libx264", "yuv444p"),
    ("a.ts", "libx264", "yuv420p"),
    ("a.avi", "libx264", "yuv420p"),
    ("a.flv", "libx264", "yuv420p"),
    ("a.mov", "libx265", "yuv420p10le"),
    ("a.webm", "libvpx-vp9", "yuv420p"),
    ("b.webm", "libvpx", "yuv420p"),
    ("b.mp4", "libsvtav1", "yuv420p"),
    ("b.avi", "mpeg4", "yuv420p"),
    ("a.mpg", "mpeg2video", "yuv420p"),
    ("c.avi", "mjpeg", "yuvj420p"),
    ("c.mkv", "ffv1", "bgr0"),
    ("b.mov", "prores_ks", "yuv422p10le"),
]


@pytest.mark.parametrize(("name", "codec", "pixel_format"), CODECS)
def test_every_codec(tmp_path: Path, name: str, codec: str, pixel_format: str) -> None:
    path = write_clip(tmp_path / name, 12, codec=codec, pixel_format=pixel_format)
    with opened(path) as source:
        assert (source.info.media, source.info.width, source.info.height) == ("video", 128, 96)
        frames = list(source.frames())
        assert source.notes == ()
    assert check(frames, 12, 1 / 25) == []


def test_gif(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.gif", 9, codec="gif", pixel_format="rgb8", rate=10)
    assert check(read(path), 9, 1 / 10) == []


def test_animated_png(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.apng", 9, codec="apng", pixel_format="rgb24", rate=10)
    path = path.rename(tmp_path / "a.png")
    assert check(read(path), 9, 1 / 10) == []


def test_a_gif_of_one_image_is_an_image(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.gif", 1, codec="gif", pixel_format="rgb8", rate=10)
    with opened(path) as source:
        assert source.info.media == "image"


def test_the_true_rate(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 30, rate=Fraction(30000, 1001))
    with opened(path) as source:
        assert source.info == SourceInfo("video", 128, 96, 0, 29.97, 30)
        frames = list(source.frames())
    assert [frame.time for frame in frames[:3]] == [0.0, 0.033367, 0.066733]
    assert check(frames, 30, 1001 / 30000) == []


def test_variable_rate(tmp_path: Path) -> None:
    times = [0, 40, 50, 400, 410, 420, 1000, 1033, 1066, 5000]
    path = write_clip(tmp_path / "a.mp4", 10, times=times, time_base=Fraction(1, 1000))
    frames = read(path)
    assert [frame.time for frame in frames] == pytest.approx([time / 1000 for time in times], abs=1e-6)
    assert numbers(frames) == list(range(10))


def test_time_starts_at_zero(tmp_path: Path) -> None:
    base = Fraction(1, 25)
    path = write_clip(tmp_path / "a.ts", 12, times=range(250, 262), time_base=base)
    with av.open(str(path)) as container:
        assert container.streams.video[0].start_time * container.streams.video[0].time_base >= 10
    assert check(read(path), 12, 1 / 25) == []


@pytest.mark.parametrize(
    ("orientation", "degrees"), [(1, 0), (2, 0), (3, 180), (4, 180), (5, 270), (6, 90), (7, 90), (8, 270)]
)
def test_rotation_and_mirroring_are_undone(tmp_path: Path, orientation: int, degrees: int) -> None:
    path = turn(write_clip(tmp_path / "a.mp4", 3, options={"crf": "1"}), orientation)
    upright = turned(numbered(1), orientation)
    with opened(path) as source:
        assert source.info.rotation == degrees
        assert (source.info.height, source.info.width) == upright.shape[:2]
        frame = list(source.frames())[1]
    assert isinstance(frame, Frame)
    assert difference(frame.image.rgb(), upright) < 3
    size = Size(frame.image.width // 2, frame.image.height // 2)
    half = frame.image.resized((0, 0, frame.image.width, frame.image.height), size)
    assert difference(half, upright[::2, ::2]) < 6


def test_size_change_in_the_middle(tmp_path: Path) -> None:
    write_clip(tmp_path / "1.ts", 8)
    write_clip(tmp_path / "2.ts", [numbered(number, 64, 48) for number in range(8, 16)])
    path = tmp_path / "both.ts"
    path.write_bytes((tmp_path / "1.ts").read_bytes() + (tmp_path / "2.ts").read_bytes())
    with opened(path) as source:
        assert (source.info.width, source.info.height) == (128, 96)
        frames = list(source.frames())
        assert source.notes == ("the frame size changes: 128x96 from frame 0, 64x48 from frame 8",)
    assert check(frames, 16, 1 / 25) == []
    assert [frame.image.width for frame in frames if isinstance(frame, Frame)] == [128] * 8 + [64] * 8


def test_frames_that_become_too_large_are_lost(tmp_path: Path) -> None:
    write_clip(tmp_path / "1.ts", [numbered(number, 64, 48) for number in range(8)])
    write_clip(tmp_path / "2.ts", 8)
    path = tmp_path / "both.ts"
    path.write_bytes((tmp_path / "1.ts").read_bytes() + (tmp_path / "2.ts").read_bytes())
    with opened(path, max_pixels=64 * 48 * 2) as source:
        frames = list(source.frames())
    lost = check(frames, 16, 1 / 25)
    assert set(lost) >= set(range(8, 16))
    assert set(lost) <= set(range(6, 16))  # the decoder may drop what it was about to give


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (FrameRange(), range(20)),
        (FrameRange(stride=3), [0, 3, 6, 9, 12, 15, 18]),
        (FrameRange(stride=3, start_frame=4, end_frame=13), [6, 9, 12]),
        (FrameRange(fps=10), [0, 3, 5, 8, 10, 13, 15, 18]),
        (FrameRange(fps=25), range(20)),
        (FrameRange(fps=100), range(20)),
        (FrameRange(start=0.2, end=0.4), [5, 6, 7, 8, 9]),
        (FrameRange(start=0.2, end=0.4, max_frames=2), [5, 6]),
        (FrameRange(start_frame=18), [18, 19]),
        (FrameRange(start=99), []),
        (FrameRange(max_frames=3), [0, 1, 2]),
    ],
)
def test_frame_ranges(tmp_path: Path, wanted: FrameRange, expected: list[int]) -> None:
    frames = read(write_clip(tmp_path / "a.mp4", 20), wanted)
    assert [frame.index for frame in frames] == list(expected)
    assert numbers(frames) == list(expected)


def test_decoding_stops_after_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_clip(tmp_path / "a.mp4", 200)
    read_to = []
    demux = av.container.InputContainer.demux
    with opened(path, FrameRange(max_frames=2)) as source:
        assert [frame.index for frame in source.frames()] == [0, 1]
        container = source._container  # type: ignore[attr-defined]
        read_to.append(next(iter(demux(container, source._stream))).dts)  # type: ignore[attr-defined]
    with av.open(str(path)) as whole:
        last = max(packet.dts or 0 for packet in whole.demux(video=0))
    assert read_to[0] < last / 2


def test_closing_in_the_middle_leaves_no_thread(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 200)
    before = threading.active_count()
    source = opened(path)
    frames = source.frames()
    assert next(frames).index == 0
    assert threading.active_count() == before + 1
    source.close()
    source.close()
    assert threading.active_count() == before
    assert opened(path).info.width == 128


def test_closing_in_the_middle_frees_the_decoder_at_once(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 200)
    gc.collect()
    gc.disable()
    try:
        with opened(path) as source:
            next(source.frames())
        remembered = weakref.ref(source)
        del source
        assert remembered() is None, "kept alive by a cycle, and with it threads and images"
    finally:
        gc.enable()


def test_frames_outlive_their_source(tmp_path: Path) -> None:
    frames = read(write_clip(tmp_path / "a.mp4", 30))
    assert numbers(frames) == list(range(30))
    part = frames[7].image.resized((0, 48, 128, 96), Size(64, 24))  # type: ignore[union-attr]
    assert number_of(np.concatenate([part, part])) == 7


def test_a_large_frame_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 3)
    with pytest.raises(MediaError, match="128x96 is more than 12,287 pixels; raise --max-pixels"):
        opened(path, max_pixels=128 * 96 - 1)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = write_song(tmp_path / "a.m4a")
    with pytest.raises(MediaError, match="no video in this file"):
        opened(path)


def test_a_title_that_is_not_utf8_is_no_obstacle(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", 3, metadata={"title": "a title of its own"})
    break_title(path, "a title of its own")
    assert check(read(path), 3, 1 / 25) == []


def test_sound_that_the_header_does_not_announce_is_no_obstacle(tmp_path: Path) -> None:
    path = write_clip_with_sound(tmp_path / "a.flv", 50)
    data = bytearray(path.read_bytes())
    data[4] = 1  # "video only"
    path.write_bytes(data)
    assert check(read(path), 50, 1 / 25) == []


@pytest.mark.parametrize("name", ["http:a.mp4", "concat:x|y.mp4", "pipe:0.mp4", "a b\n%d.mp4", "-.mp4"])
def test_names_that_look_like_addresses(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_clip(Path("plain.mp4"), 3).rename(name)
    assert check(read(Path(name)), 3, 1 / 25) == []


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 3).rename(tmp_path / "odd-\udcff.mp4")
    assert check(read(path), 3, 1 / 25) == []


def test_a_playlist_is_not_followed(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.ts", 3)
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError):
        opened(path)


def test_real_videos(shared_dir: Path) -> None:
    for path in sorted((shared_dir / "media").glob("*.mp4")):
        with opened(path) as source:
            frames = list(source.frames())
            assert [frame.index for frame in frames] == list(range(source.info.frame_count or 0))
            assert all(isinstance(frame, Frame) for frame in frames)


def test_a_frame_goes_when_nobody_uses_it(tmp_path: Path) -> None:
    """A frame in a cycle would stay until the garbage collector comes: a gigabyte of them, at 1080p."""
    path = write_clip(tmp_path / "a.mp4", 30)
    gc.collect()
    gc.disable()
    try:
        for frame in read(path):
            assert isinstance(frame, Frame)
            frame.image.rgb()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        kept = [each for each in gc.garbage if isinstance(each, av.VideoFrame)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not kept
