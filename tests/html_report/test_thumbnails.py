"""Inputs and overlays as small images; whatever else lies under their names is no image and no error."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from movenet_cli.core.types import ByteArray, Frame, Size
from movenet_cli.html_report import thumbnails
from movenet_cli.html_report.thumbnails import SIDE, image_thumbnail, video_thumbnail
from tests.media.clips import numbered, opened, turn, write_clip
from tests.support.media import break_title, gradient, write_image, write_song, write_video

SIZE = Size(96, 64)


def thumbnail(path: Path, time: float) -> bytes | None:
    return video_thumbnail(path, SIZE, time) if path.suffix == ".mp4" else image_thumbnail(path, SIZE)


def _pixels(data: bytes | None) -> ByteArray:
    assert data is not None
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded, np.uint8)


def test_a_title_that_is_not_utf8_is_no_obstacle(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", [numbered(255)] * 3, metadata={"title": "a title of its own"})
    break_title(path, "a title of its own")
    assert _pixels(thumbnail(path, 0.0))[60].mean() > 200


def test_sound_alone_is_no_image(tmp_path: Path) -> None:
    write_song(tmp_path / "a.mp4")
    assert thumbnail(tmp_path / "a.mp4", 0.0) is None


def test_a_codec_that_is_not_known_is_no_image(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", 3)
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    assert thumbnail(path, 0.0) is None


@pytest.mark.parametrize("name", ["a.mp4", "a.jpg"])
def test_folders_links_and_nothing_are_no_images(tmp_path: Path, name: str) -> None:
    assert thumbnail(tmp_path / name, 0.0) is None
    (tmp_path / name).symlink_to(name)
    assert thumbnail(tmp_path / name, 0.0) is None
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    assert thumbnail(tmp_path / name, 0.0) is None


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.mp4"])
def test_damaged_ones_are_images_or_none(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.mp4":
        write_video(path, 4)
    else:
        write_image(path, gradient())
    data, chance = path.read_bytes(), np.random.default_rng(1)
    for _ in range(40):
        damaged = np.frombuffer(data, np.uint8).copy()
        damaged[chance.integers(0, len(data), 20)] = chance.integers(0, 256, 20)
        path.write_bytes(damaged[: chance.integers(1, len(data) + 1)].tobytes())
        found = thumbnail(path, 0.1)
        assert found is None or found.startswith(b"\xff\xd8")


@pytest.mark.parametrize("moment", [-1.0, 1e30, float("inf")])
def test_moments_that_are_not_there(tmp_path: Path, moment: float) -> None:
    found = thumbnail(write_video(tmp_path / "a.mp4", 4), moment)
    assert found is None or _pixels(found).shape == (64, 96, 3)


@pytest.mark.parametrize("side", [100, 2 * SIDE, 4 * SIDE + 7])
@pytest.mark.parametrize("tag", [1, 6, 8])
def test_images_are_upright_and_small(tmp_path: Path, side: int, tag: int) -> None:
    """EXIF 6 is turned clockwise by 90 degrees, 8 the other way: the bright left goes up or down."""
    pixels = np.zeros((side // 2, side, 3), np.uint8)
    pixels[:, : side // 4] = 255
    path = tmp_path / "a.jpg"
    exif = PIL.Image.Exif()
    exif[0x0112] = tag
    PIL.Image.fromarray(pixels).save(path, exif=exif)
    size = Size(side, side // 2) if tag == 1 else Size(side // 2, side)
    found = _pixels(image_thumbnail(path, size))
    assert max(found.shape) == min(side, SIDE)
    assert found.shape[1] / found.shape[0] == pytest.approx(size.width / size.height, rel=0.02)
    top, bottom = found[:8].mean(), found[-8:].mean()
    left, right = found[:, :8].mean(), found[:, -8:].mean()
    assert {1: left > right + 200, 6: top > bottom + 200, 8: bottom > top + 200}[tag]
    assert image_thumbnail(path, Size(size.width + 1, size.height)) is None  # another image than the results'


def test_a_frame_far_from_where_decoding_can_begin_is_not_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_video(tmp_path / "a.mp4", 12)
    assert video_thumbnail(path, SIZE, 0.4) is not None
    monkeypatch.setattr(thumbnails, "_MAX_FRAMES", 2)
    assert video_thumbnail(path, SIZE, 0.4) is None


@pytest.mark.parametrize("kind", ["plain", "starts late", "uneven", *range(2, 9)])
def test_a_thumbnail_is_the_frame_that_was_annotated(tmp_path: Path, kind: str | int) -> None:
    """Whatever times the video has, and however it is turned or mirrored."""
    path = tmp_path / ("a.ts" if kind == "starts late" else "a.mp4")
    times = {"starts late": range(250, 262), "uneven": [0, 1, 2, 10, 11, 30, 31, 33, 40, 41, 42, 99]}
    write_clip(path, 12, times=times.get(str(kind)), time_base=Fraction(1, 25), options={"crf": "1"})
    if isinstance(kind, int):
        turn(path, kind)
    with opened(path) as source:
        for each in source.frames():
            assert isinstance(each, Frame)
            assert each.time is not None
            data = video_thumbnail(path, each.image.size, each.time, source.info.rotation)
            apart = _pixels(data)[..., ::-1].astype(int) - each.image.rgb()
            assert np.abs(apart).mean() < 6
