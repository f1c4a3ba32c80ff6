"""Overlays of images: names, formats, pixels, and what is left when they fail."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from movenet_cli.core.inputs import Media
from movenet_cli.core.results import Summary
from movenet_cli.core.skeleton import INDEX
from movenet_cli.core.types import ByteArray
from movenet_cli.errors import MediaError
from movenet_cli.output.overlay.draw import LEFT, PEOPLE
from movenet_cli.output.overlay.image import open_overlay, overlay_name
from tests.output.overlay.clips import frame, header, image, lost, overlay, person


@pytest.mark.parametrize(
    ("name", "media", "expected"),
    [
        ("a.jpg", "image", "a.jpg"),
        ("deep/er/B.JPEG", "image", "deep/er/B.JPEG"),
        ("a.png", "image", "a.png"),
        ("a.webp", "image", "a.webp"),
        ("a.tiff", "image", "a.tiff"),
        ("a.heic", "image", "a.heic.png"),
        ("a.gif", "image", "a.gif.png"),
        ("a.pgm", "image", "a.pgm.png"),
        ("v1.2/scan", "image", "v1.2/scan.png"),
        (".jpg", "image", ".jpg.png"),
        ("clips/a.mp4", "video", "clips/a.mp4"),
        ("clips/a.MP4", "video", "clips/a.MP4"),
        ("clips/a.mov", "video", "clips/a.mov.mp4"),
        ("a.gif", "video", "a.gif.mp4"),
        ("clip", "video", "clip.mp4"),
    ],
)
def test_names(name: str, media: Media, expected: str) -> None:
    assert overlay_name(name, media) == expected


def read(path: Path) -> ByteArray:
    bgr = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    assert bgr is not None
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("suffix", "magic", "tolerance"),
    [
        (".jpg", b"\xff\xd8\xff", 25),
        (".JPG", b"\xff\xd8\xff", 25),
        (".png", b"\x89PNG", 0),
        (".webp", b"RIFF", 12),
        (".bmp", b"BM", 0),
        (".tif", b"II*\x00", 0),
        (".ppm", b"P6", 0),
    ],
)
def test_each_format_shows_the_skeleton(tmp_path: Path, suffix: str, magic: bytes, tolerance: int) -> None:
    pose = person(60, 40, 120, 220)
    path = overlay(
        tmp_path / f"deep/a{suffix}",
        Path("a"),
        [frame(0, None, image(width=240, height=300), pose)],
        header("image", (240, 300)),
    )
    assert path.read_bytes().startswith(magic)
    pixels = read(path)
    assert pixels.shape == (300, 240, 3)
    x, y = pose.keypoints[INDEX["left_hip"], :2].astype(int)
    assert np.abs(pixels[y, x].astype(int) - LEFT).max() <= tolerance
    assert np.abs(pixels[5, 5].astype(int) - image()[0, 0]).max() <= tolerance
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_multi_pose_has_boxes(tmp_path: Path) -> None:
    item = frame(0, None, image(width=240, height=300), person(60, 40, 120, 220, id=1))
    single = overlay(tmp_path / "s.png", Path("a"), [item], header("image", (240, 300)))
    multi = overlay(tmp_path / "m.png", Path("a"), [item], header("image", (240, 300), kind="multi"))
    assert tuple(read(multi)[210, 60]) == PEOPLE[1]
    x, y = item[1].poses[0].keypoints[INDEX["left_hip"], :2].astype(int)
    assert tuple(read(multi)[y, x]) == PEOPLE[1]  # each person's own, as `render` has it
    assert tuple(read(single)[210, 60]) == tuple(image()[0, 0])


def test_the_source_pixels_stay_as_they_are(tmp_path: Path) -> None:
    pixels = image(width=240, height=300)
    before = pixels.copy()
    pixels.flags.writeable = False
    item = frame(0, None, pixels, person(60, 40, 120, 220))
    overlay(tmp_path / "a.png", Path("a"), [item], header("image", (240, 300)))
    assert np.array_equal(pixels, before)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    item = frame(0, None, image(width=240, height=300), person(60, 40, 120, 220))
    first, second = (
        overlay(tmp_path / name, Path("a"), [item], header("image", (240, 300)))
        for name in ("1.jpg", "2.jpg")
    )
    assert first.read_bytes() == second.read_bytes()


def test_abort_leaves_nothing_and_an_older_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"older")
    sink = open_overlay(path, Path("a"), header("image"))
    sink.write(*frame(0, None, image()))
    sink.abort()
    sink.abort()
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_no_image_no_overlay(tmp_path: Path) -> None:
    sink = open_overlay(tmp_path / "a.png", Path("a"), header("image"))
    sink.write(*lost(0, 0.0))
    sink.close(Summary())
    assert list(tmp_path.iterdir()) == []


def test_a_image_that_does_not_fit_its_format(tmp_path: Path) -> None:
    sink = open_overlay(tmp_path / "a.webp", Path("a"), header("image", (16400, 2)))
    with pytest.raises(MediaError, match="16400x2 pixels cannot be written as"):
        sink.write(*frame(0, None, image(width=16400, height=2)))
    sink.abort()
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_costs_that_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MediaError, match="cannot have this name here"):
        open_overlay(tmp_path / "file/a.png", Path("a"), header("image"))
