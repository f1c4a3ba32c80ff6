"""Overlays of videos, decoded again: images, times, colours, sound, and what is left when they fail."""

import errno
import threading
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from movenet_cli.core.results import Summary
from movenet_cli.core.skeleton import INDEX
from movenet_cli.core.types import ByteArray, Frame, FrameResult, Image, PixelRect, Size, Thresholds
from movenet_cli.errors import MediaError, OutputError
from movenet_cli.media.pixels.rgb_image import RgbImage
from movenet_cli.output.overlay import mp4
from movenet_cli.output.overlay.draw import LEFT
from movenet_cli.output.overlay.image import open_overlay
from movenet_cli.output.overlay.look import Look
from movenet_cli.output.overlay.source_streams import SourceStreams
from movenet_cli.output.overlay.video_frames import FrameMaker
from tests.output.overlay.clips import (
    GREY,
    audio_packets,
    clip_pixels,
    clip_times,
    frame,
    header,
    image,
    lost,
    make_clip,
    onset,
    overlay,
    person,
    video_stream,
    write_all,
)
from tests.support.media import gradient, write_video

TIMES = [0.0, 0.04, 0.08, 0.2, 0.9, 0.933, 1.5, 1.54]
"""Of variable rate."""


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert not [thread.name for thread in threading.enumerate() if thread.name == "movenet-overlay"]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "clip.mp4", TIMES)


def length(path: Path) -> float:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return float(stream.duration * stream.time_base)  # type: ignore[operator]


def test_a_browser_plays_it(tmp_path: Path, clip: Path) -> None:
    path = overlay(tmp_path / "o/a.mp4", clip, [frame(n, t, image()) for n, t in enumerate(TIMES)])
    context = video_stream(path).codec_context
    assert (context.name, context.pix_fmt, context.profile) == ("h264", "yuv420p", "High")
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert [each.name for each in path.parent.iterdir()] == ["a.mp4"]


def test_frames_keep_their_times(tmp_path: Path, clip: Path) -> None:
    path = overlay(tmp_path / "o.mp4", clip, [frame(n, t, image()) for n, t in enumerate(TIMES)])
    assert clip_times(path) == pytest.approx(TIMES, abs=1e-5)
    assert clip_times(path) == pytest.approx(clip_times(clip), abs=1e-5)


def test_times_of_a_part_count_from_its_first_image(tmp_path: Path, clip: Path) -> None:
    items = [lost(2, 0.08), *(frame(n, TIMES[n], image()) for n in (3, 4, 5))]
    path = overlay(tmp_path / "o.mp4", clip, items)
    assert clip_times(path) == pytest.approx([0.0, 0.7, 0.733], abs=1e-5)


def test_a_failed_frame_adds_no_image(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", [n / 25 for n in range(6)])
    items = [frame(n, n / 25, image()) for n in range(6)]
    items[2], items[5] = lost(2, 2 / 25), lost(5, 5 / 25)  # type: ignore[call-overload]
    path = overlay(tmp_path / "o.mp4", clip, items)
    assert clip_times(path) == pytest.approx([0, 0.04, 0.12, 0.16], abs=1e-5)
    assert length(path) == pytest.approx(0.24, abs=1e-3)


def test_the_last_image_stays_as_long_as_the_others(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", [n / 25 for n in range(50)])
    strided = overlay(tmp_path / "s.mp4", clip, [frame(n, n / 25, image()) for n in range(0, 20, 5)])
    assert length(strided) == pytest.approx(0.8, abs=1e-3)
    single = overlay(tmp_path / "1.mp4", clip, [frame(3, 3 / 25, image())])
    assert length(single) == pytest.approx(0.04, abs=1e-3)
    at_the_end = overlay(tmp_path / "e.mp4", clip, [frame(n, n / 25, image()) for n in (0, 30, 49)])
    assert length(at_the_end) == pytest.approx(2.0, abs=1e-3)


def test_frames_without_times(tmp_path: Path, clip: Path) -> None:
    items = [frame(n, None, image()) for n in (0, 1, 3)]
    path = overlay(tmp_path / "o.mp4", clip, items, header(fps=10.0))
    assert clip_times(path) == pytest.approx([0.0, 0.1, 0.3], abs=1e-5)


def test_times_that_stand_still_move_on(tmp_path: Path, clip: Path) -> None:
    path = overlay(tmp_path / "o.mp4", clip, [frame(n, 0.5, image()) for n in range(3)])
    assert len(clip_pixels(path)) == 3


def test_a_gap_of_months_is_shortened(tmp_path: Path, clip: Path) -> None:
    times = [0.0, 0.04, 7e6, 7e6 + 0.04, 7e6 + 0.08, 2e7]
    path = overlay(tmp_path / "o.mp4", clip, [frame(n, t, image()) for n, t in enumerate(times)])
    longest = 4 * 3600.0
    expected = [0.0, 0.04, *(0.04 + longest + step for step in (0.0, 0.04, 0.08)), 0.12 + 2 * longest]
    assert clip_times(path) == pytest.approx(expected, abs=1e-4)


def test_each_frame_shows_its_own_skeleton(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", [0.0, 0.04, 0.08], size=Size(320, 240))
    people = [person(20 + 80 * n, 20, 100, 200) for n in range(3)]
    items = [
        frame(n, n / 25, image(width=320, height=240), people[n])
        if n != 1
        else frame(1, 0.04, image(width=320, height=240))
        for n in range(3)
    ]
    shown = clip_pixels(overlay(tmp_path / "o.mp4", clip, items, header(size=Size(320, 240))))
    for n in (0, 2):
        x, y = people[n].keypoints[INDEX["left_shoulder"], :2].astype(int)
        assert np.abs(shown[n][y, x].astype(int) - LEFT).max() < 30
    assert np.abs(shown[1].astype(int) - GREY).max() < 8


@pytest.mark.parametrize("space", [1, 2, 6])
@pytest.mark.parametrize("size", [(64, 48), (1280, 720)])
def test_colours_are_those_of_the_source(tmp_path: Path, space: int, size: tuple[int, int]) -> None:
    clip = make_clip(tmp_path / "clip.mp4", [0.0, 0.04], size=size, colour=(200, 40, 90), space=space)
    source = clip_pixels(clip)
    items = [frame(n, n / 25, pixels) for n, pixels in enumerate(source)]
    path = overlay(tmp_path / "o.mp4", clip, items, header(size=size))
    assert np.abs(clip_pixels(path)[1].astype(int) - source[1]).max() <= 3
    context = video_stream(path).codec_context
    stated = {(2, 64): 6, (2, 1280): 2}.get((space, size[0]), space)
    assert (context.colorspace, context.color_range) in {(stated, 1), (2, 0)}
    assert (context.colorspace == 2) == (stated == 2)


@pytest.mark.parametrize("size", [(65, 48), (64, 49), (63, 47), (1, 1)])
def test_odd_sizes_repeat_the_last_row_and_column(tmp_path: Path, size: tuple[int, int]) -> None:
    clip = make_clip(tmp_path / "clip.mp4", [0.0])
    path = overlay(tmp_path / "o.mp4", clip, [frame(0, 0.0, image(width=size[0], height=size[1]))])
    (pixels,) = clip_pixels(path)
    assert pixels.shape[1::-1] == (size[0] + size[0] % 2, size[1] + size[1] % 2)
    assert np.abs(pixels.astype(int) - GREY).max() < 8


def test_another_size_in_mid_stream_is_fitted_in(tmp_path: Path, clip: Path) -> None:
    items = [frame(0, 0.0, image()), frame(1, 0.04, image((250, 250, 250), 200, 75))]
    _, second = clip_pixels(overlay(tmp_path / "o.mp4", clip, items))
    assert second.shape == (48, 64, 3)
    assert second[24].min() > 235
    assert second[:8].max() < 20
    assert second[-8:].max() < 20


@pytest.mark.parametrize(("rotation", "expected"), [(0, Fraction(4, 3)), (90, Fraction(3, 4))])
def test_pixel_shape(tmp_path: Path, rotation: int, expected: Fraction) -> None:
    clip = make_clip(tmp_path / "clip.mp4", [0.0], pixel_shape=Fraction(4, 3))
    head = header()
    info = type(head.info)("video", 48, 64, rotation, 25.0)
    path = overlay(
        tmp_path / "o.mp4",
        clip,
        [frame(0, 0.0, image())],
        replace(head, info=info),
    )
    assert video_stream(path).codec_context.sample_aspect_ratio == expected


def steady(first: int = 0, last: int = 50) -> list[Any]:
    return [frame(n, n / 25, image()) for n in range(first, last)]


@pytest.mark.parametrize(
    ("codec", "suffix"),
    [("flac", ".mkv"), ("alac", ".mov"), ("ac3", ".mkv"), ("eac3", ".mp4"), ("aac", ".flv")],
)
def test_sound_of_rarer_kinds_is_copied(tmp_path: Path, codec: str, suffix: str) -> None:
    clip = make_clip(tmp_path / f"clip{suffix}", [n / 25 for n in range(50)], audio=codec)
    assert audio_packets(overlay(tmp_path / "o.mp4", clip, steady())) == audio_packets(clip)


@pytest.mark.parametrize(("codec", "suffix"), [("aac", ".mp4"), ("libmp3lame", ".mp4"), ("libopus", ".mkv")])
def test_sound_is_copied(tmp_path: Path, codec: str, suffix: str) -> None:
    clip = make_clip(tmp_path / f"clip{suffix}", [n / 25 for n in range(50)], audio=codec)
    path = overlay(tmp_path / "o.mp4", clip, steady())
    assert audio_packets(path) == audio_packets(clip)
    assert onset(path) == pytest.approx(onset(clip), abs=2e-3)


@pytest.mark.parametrize(("codec", "suffix"), [("pcm_s16le", ".mov"), ("mp2", ".mkv")])
def test_sound_that_mp4_does_not_take_becomes_aac(tmp_path: Path, codec: str, suffix: str) -> None:
    clip = make_clip(tmp_path / f"clip{suffix}", [n / 25 for n in range(50)], audio=codec)
    path = overlay(tmp_path / "o.mp4", clip, steady())
    with av.open(str(path)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
        assert container.streams.audio[0].codec_context.channels == 2
    assert onset(path) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(("codec", "suffix"), [("aac", ".mp4"), ("pcm_s16le", ".mov")])
def test_sound_is_cut_to_the_part(tmp_path: Path, codec: str, suffix: str) -> None:
    clip = make_clip(tmp_path / f"clip{suffix}", [n / 25 for n in range(50)], audio=codec)
    path = overlay(tmp_path / "o.mp4", clip, steady(15, 35))
    assert onset(path) == pytest.approx(1.0 - 15 / 25, abs=0.03)
    with av.open(str(path)) as container:
        sound = container.streams.audio[0]
        assert float(sound.duration * sound.time_base) == pytest.approx(0.8, abs=0.05)  # type: ignore[operator]


def test_sound_of_a_late_part(tmp_path: Path) -> None:
    times = [n / 25 for n in range(350)]
    clip = make_clip(tmp_path / "clip.mp4", times, audio="aac", audio_seconds=14.0)
    whole, part = audio_packets(clip), audio_packets(overlay(tmp_path / "o.mp4", clip, steady(300, 325)))
    first = whole.index(part[0])
    assert part == whole[first : first + len(part)]
    assert first == pytest.approx(12.0 * 48000 / 1024, abs=2)
    assert len(part) == pytest.approx(1.0 * 48000 / 1024, abs=3)


def test_sound_longer_than_the_images_is_kept(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", [n / 25 for n in range(25)], audio="aac", audio_seconds=3.0)
    path = overlay(tmp_path / "o.mp4", clip, steady(0, 25))
    assert audio_packets(path) == audio_packets(clip)


def test_a_broken_sound_packet_costs_only_itself(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", [n / 25 for n in range(50)], audio="mp2")
    packet = audio_packets(clip)[20]
    clip.write_bytes(clip.read_bytes().replace(packet, bytes(len(packet)), 1))
    path = overlay(tmp_path / "o.mp4", clip, steady())
    assert len(clip_pixels(path)) == 50
    assert onset(path) == pytest.approx(1.0, abs=0.03)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", [n / 25 for n in range(50)], audio="aac")
    first, second = (overlay(tmp_path / name, clip, steady()) for name in ("1.mp4", "2.mp4"))
    assert first.read_bytes() == second.read_bytes()


def test_what_lay_in_memory_before_changes_no_byte(tmp_path: Path) -> None:
    images = [gradient(96, 64, seed) for seed in range(40)]
    clip = write_video(tmp_path / "clip.mp4", images)
    random, seen = np.random.default_rng(0), set()
    for _ in range(100):
        path = tmp_path / "o.mp4"
        source = SourceStreams(clip, 0.0, 0)
        maker = FrameMaker(RgbImage(images[0]), source.colours, Look(Thresholds(0.3)))
        writer = mp4.Mp4Writer(path, path, maker.shape, source)
        _ = [np.full(size, size % 256, np.uint8) for size in random.integers(16, 2**17, 200)]
        for index, pixels in enumerate(images):
            writer.write(maker.frame(RgbImage(pixels), FrameResult(index, None, "empty")), index / 10)
        writer.finish(4.0)
        source.close()
        seen.add(path.read_bytes())
    assert len(seen) == 1


def test_names_that_look_like_addresses(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = overlay(Path("http:/a#?%d.mp4"), clip, [frame(0, 0.0, image())])
    assert len(clip_pixels(path.resolve())) == 1


def test_abort_leaves_nothing_and_an_older_file_alone(tmp_path: Path, clip: Path) -> None:
    path = tmp_path / "o" / "a.mp4"
    path.parent.mkdir()
    path.write_bytes(b"older")
    for count in (0, 1, 30):
        sink = open_overlay(path, clip, header())
        for item in steady(0, count):
            sink.write(*item)
        sink.abort()
        sink.abort()
        assert path.read_bytes() == b"older"
        assert list(path.parent.iterdir()) == [path]


def test_abort_after_close_keeps_the_file(tmp_path: Path, clip: Path) -> None:
    sink = open_overlay(tmp_path / "o.mp4", clip, header())
    sink.write(*frame(0, 0.0, image()))
    sink.close(Summary())
    sink.abort()
    assert len(clip_pixels(tmp_path / "o.mp4")) == 1


def test_no_image_no_overlay(tmp_path: Path, clip: Path) -> None:
    sink = open_overlay(tmp_path / "o.mp4", clip, header())
    sink.write(*lost(0, 0.0))
    sink.close(Summary())
    assert list(tmp_path.iterdir()) == [clip]


def test_too_large_for_the_encoder(tmp_path: Path, clip: Path) -> None:
    sink = open_overlay(tmp_path / "o.mp4", clip, header())
    sink.write(*frame(0, 0.0, image(width=16386, height=2)))
    with pytest.raises(MediaError, match="too large for H"):
        sink.close(Summary())
    assert list(tmp_path.iterdir()) == [clip]


class _Unreadable(Image):
    """An image whose pixels cannot be had."""

    width, height = 64, 48

    def rgb(self) -> ByteArray:
        raise MediaError("pixels are gone")

    def resized(self, rect: PixelRect, size: tuple[int, int]) -> ByteArray:
        raise MediaError("pixels are gone")


def test_an_error_of_the_thread_reaches_the_caller_who_never_waits_for_ever(
    tmp_path: Path, clip: Path
) -> None:
    sink = open_overlay(tmp_path / "o.mp4", clip, header())
    bad = Frame(0, 0.0, _Unreadable())
    _, result = frame(0, 0.0, image())
    with pytest.raises(MediaError, match="pixels are gone"):
        write_all(sink, [(bad, result)] * 100)
    with pytest.raises(MediaError, match="pixels are gone"):
        sink.close(Summary())
    assert list(tmp_path.iterdir()) == [clip]


def test_a_full_disk_ends_the_run(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise av.error.OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(mp4.Mp4Writer, "_mux", full)
    sink = open_overlay(tmp_path / "o.mp4", clip, header())
    with pytest.raises(OutputError, match="No space left on device; free some space"):
        write_all(sink, steady())
    sink.abort()
    assert list(tmp_path.iterdir()) == [clip]


def test_without_the_encoder(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp4, "_ENCODER", "libx263")
    sink = open_overlay(tmp_path / "o.mp4", clip, header())
    sink.write(*frame(0, 0.0, image()))
    with pytest.raises(OutputError, match="built without libx263"):
        sink.close(Summary())
    assert list(tmp_path.iterdir()) == [clip]


def test_a_source_that_has_vanished(tmp_path: Path) -> None:
    sink = open_overlay(tmp_path / "o.mp4", tmp_path / "gone.mp4", header())
    sink.write(*frame(0, 0.0, image()))
    with pytest.raises(MediaError, match="cannot be opened again"):
        sink.close(Summary())
    assert list(tmp_path.iterdir()) == []
