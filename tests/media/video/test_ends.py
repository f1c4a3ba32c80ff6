"""Videos that end before their time: frames that the disk does not give, and files shorter than they say."""

import errno
import re
from collections.abc import Callable, Collection, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import InputContainer
from av.packet import Packet

from movenet_cli.core.inputs import FrameRange
from movenet_cli.core.types import FailedFrame
from movenet_cli.media.video import source as video
from tests.media.clips import check, numbered, numbers, opened, packets, read, write_clip
from tests.output.overlay.clips import make_clip

COUNT = 40


class _BadDisk:
    """A container of which some packets, counted from 0, cannot be read."""

    def __init__(self, container: InputContainer, lost: Collection[int]) -> None:
        self._container = container
        self._lost = lost
        self._count = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._container, name)

    def demux(self) -> Iterator[Packet]:
        for packet in self._container.demux():
            number, self._count = self._count, self._count + 1
            if number in self._lost:
                raise av.error.OSError(errno.EIO, "Input/output error")
            yield packet


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Callable[[Collection[int]], None]:
    """Let every video opened from now on lose these packets."""

    def install(lost: Collection[int]) -> None:
        real = video.open_video

        def bad(path: Path) -> tuple[_BadDisk, av.VideoStream]:
            container, stream = real(path)
            return _BadDisk(container, lost), stream

        monkeypatch.setattr(video, "open_video", bad)

    return install


Lose = Callable[[Collection[int]], None]


@pytest.mark.parametrize("reordering", ["0", "2"])
def test_a_disk_that_fails_in_the_middle_of_an_mp4(tmp_path: Path, lose: Lose, reordering: str) -> None:
    path = write_clip(tmp_path / "a.mp4", COUNT, options={"bf": reordering})
    lose(range(10, 20))
    frames = read(path)
    lost = check(frames, COUNT, 1 / 25)
    assert len(lost) >= 10
    assert set(lost) <= set(range(8, 22))
    assert "the file cannot be read here" in {each.reason for each in frames if isinstance(each, FailedFrame)}


def test_a_disk_that_fails_from_one_place_on_in_an_mp4(tmp_path: Path, lose: Lose) -> None:
    path = write_clip(tmp_path / "a.mp4", COUNT, options={"bf": "0"})
    lose(range(10, 10**6))
    frames = read(path)
    assert check(frames, COUNT, 1 / 25) == list(range(10, COUNT))
    assert {each.reason for each in frames if isinstance(each, FailedFrame)} == {
        "the file cannot be read here"
    }


@pytest.mark.parametrize("lost", [range(20, 10**6), range(20, 30)], ids=["rest", "middle"])
def test_a_disk_that_fails_in_an_mp4_of_fragments(tmp_path: Path, lose: Lose, lost: Collection[int]) -> None:
    path = write_clip(
        tmp_path / "a.mp4",
        COUNT,
        container_options={"movflags": "frag_keyframe+empty_moov"},
        options={"bf": "0"},
    )
    lose(lost)
    frames = read(path)
    assert numbers(frames)[:20] == list(range(20))
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert any(isinstance(frame, FailedFrame) for frame in frames[20:])


@pytest.mark.parametrize(
    ("name", "lost", "stride", "expected"),
    [
        ("a.mkv", range(10, 10**6), 1, [*range(10), None]),
        ("a.avi", range(10, 10**6), 1, [*range(10), None]),
        ("a.mkv", range(10, 15), 1, [*range(10), *range(15, 40), None]),
        ("a.mkv", range(10, 10**6), 7, [0, 7, None]),
    ],
)
def test_a_disk_that_fails_where_nothing_lists_the_frames(
    tmp_path: Path, lose: Lose, name: str, lost: Collection[int], stride: int, expected: list[int | None]
) -> None:
    path = write_clip(tmp_path / name, COUNT, codec="mjpeg", pixel_format="yuvj420p")
    lose(lost)
    frames = read(path, FrameRange(stride=stride))
    assert numbers(frames) == expected
    assert [frame.index for frame in frames] == list(range(0, len(frames) * stride, stride))
    assert isinstance(frames[-1], FailedFrame)
    assert frames[-1].reason.startswith("the file cannot be read to its end")


def test_a_range_that_ends_before_the_disk_fails_is_whole(tmp_path: Path, lose: Lose) -> None:
    path = write_clip(tmp_path / "a.mkv", COUNT, codec="mjpeg", pixel_format="yuvj420p")
    lose(range(10, 10**6))
    for wanted in (FrameRange(max_frames=10), FrameRange(end_frame=10)):
        assert numbers(read(path, wanted)) == list(range(10))


def notes(path: Path, frames: FrameRange | None = None) -> tuple[str, ...]:
    with opened(path, frames) as source:
        list(source.frames())
        return source.notes


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    return path


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("a.mkv", "libx264", "yuv420p"),
        ("a.webm", "libvpx", "yuv420p"),
        ("a.flv", "libx264", "yuv420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("b.avi", "mjpeg", "yuvj420p"),
    ],
)
def test_a_file_shorter_than_it_says_is_remarked(
    tmp_path: Path, name: str, codec: str, pixel_format: str
) -> None:
    path = write_clip(tmp_path / name, 100, codec=codec, pixel_format=pixel_format)
    assert notes(path) == ()
    (note,) = notes(cut(path, 0.6))
    assert re.match(r"the file says that it lasts 4\.[01] s, but ends after [12]\.\d s: ", note)
    assert notes(path, FrameRange(max_frames=10)) == ()
    assert notes(path, FrameRange(end=0.5)) == ()


def test_sound_that_was_cut_off_is_remarked_though_images_ended_before(tmp_path: Path) -> None:
    """Where all of a file's streams stop early, the file was cut; sound that goes on longer is no loss."""
    times = [index / 25 for index in range(100)]
    path = make_clip(tmp_path / "a.mkv", times, audio="libopus", audio_seconds=8.0)
    assert notes(path) == ()
    assert len(notes(cut(path, 0.5))) == 1


@pytest.mark.parametrize(
    ("name", "audio"),
    [
        ("a.mkv", "libopus"),
        ("a.avi", "libmp3lame"),
        ("a.flv", "aac"),
        ("a.ts", "aac"),
        ("a.mov", "pcm_s16le"),
        ("a.mp4", "aac"),
    ],
)
@pytest.mark.parametrize("seconds", [1.0, 2.0, 5.0])
def test_whole_files_with_sound_are_not_remarked(
    tmp_path: Path, name: str, audio: str, seconds: float
) -> None:
    times = [index / 25 for index in range(50)]
    assert notes(make_clip(tmp_path / name, times, audio=audio, audio_seconds=seconds)) == ()


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("a.ts", "libx264", "yuv420p"),
        ("a.mpg", "mpeg2video", "yuv420p"),
        ("a.wmv", "wmv2", "yuv420p"),
        ("a.mov", "prores", "yuv422p10le"),
        ("a.gif", "gif", "rgb8"),
        ("a.mxf", "mpeg2video", "yuv420p"),
        ("a.y4m", "rawvideo", "yuv420p"),
        ("a.mjpeg", "mjpeg", "yuvj420p"),
    ],
)
def test_other_whole_files_are_not_remarked(tmp_path: Path, name: str, codec: str, pixel_format: str) -> None:
    assert notes(write_clip(tmp_path / name, 30, codec=codec, pixel_format=pixel_format)) == ()


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_images_that_stay_long_are_not_remarked(tmp_path: Path, name: str) -> None:
    assert notes(make_clip(tmp_path / name, [0, 1, 2, 9, 18])) == ()


class _Pipe:
    """A file that cannot be sought in, so that no length is entered at the end."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, data: bytes) -> int:
        return self._file.write(data)

    def close(self) -> None:
        self._file.close()


@pytest.mark.parametrize("name", ["matroska", "flv", "avi"])
def test_a_live_recording_without_a_length_is_not_remarked(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"live.{name}"
    pipe = _Pipe(path)
    with av.open(pipe, "w", format=name) as container:
        stream = container.add_stream("libx264" if name == "flv" else "mjpeg", rate=25)
        stream.width, stream.height = 128, 96
        stream.pix_fmt = "yuv420p" if name == "flv" else "yuvj420p"
        sound = container.add_stream("libmp3lame", rate=44100, layout="stereo")
        for index in range(50):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(index), "rgb24")))
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 2 * 1764), np.int16), "s16", "stereo")
            silence.sample_rate, silence.pts, silence.time_base = 44100, index * 1764, Fraction(1, 44100)
            container.mux(sound.encode(silence))
        container.mux(stream.encode())
    pipe.close()
    assert notes(path) == ()


def test_real_videos_are_not_remarked(shared_dir: Path) -> None:
    for path in sorted((shared_dir / "media").glob("*.mp4")):
        assert notes(path) == (), path.name


def test_an_mp4_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "a.mp4",
        [numbered(number, 640, 480) for number in range(COUNT)],
        codec="mjpeg",
        pixel_format="yuvj420p",
        container_options={"movflags": "+faststart"},
    )
    places = packets(path)
    assert places[30][0] > 2**17  # far beyond what is read ahead
    with opened(path) as source:
        with path.open("r+b") as file:
            file.truncate(places[30][0])
        frames = list(source.frames())
    assert check(frames, COUNT, 1 / 25) == list(range(30, COUNT))
    assert {each.reason for each in frames if isinstance(each, FailedFrame)} == {"the file ends early"}


def test_a_image_an_hour_is_a_rate_above_zero(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 3, codec="mjpeg", pixel_format="yuvj420p", rate=Fraction(1, 3600))
    with opened(path) as source:
        assert source.info.fps == 0.000278
        assert [frame.time for frame in source.frames()] == [0, 3600, 7200]
