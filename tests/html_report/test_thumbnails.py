"""Overlays as small images; whatever else lies under an overlay's name is no image and no error."""

import base64
from pathlib import Path

import cv2
import numpy as np
import pytest

from movenet_cli.core.types import ByteArray
from movenet_cli.html_report.thumbnails import thumbnail
from tests.media.clips import numbered, write_clip
from tests.support.media import break_title, gradient, write_image, write_song, write_video


def _pixels(address: str | None) -> ByteArray:
    assert address is not None
    data = base64.b64decode(address.removeprefix("data:image/jpeg;base64,"))
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
        assert found is None or found.startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize("moment", [-1.0, 1e30, float("inf")])
def test_moments_that_are_not_there(tmp_path: Path, moment: float) -> None:
    found = thumbnail(write_video(tmp_path / "a.mp4", 4), moment)
    assert found is None or _pixels(found).shape == (64, 96, 3)
