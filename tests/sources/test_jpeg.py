"""Large JPEGs: decoded no finer than needed, and never half."""

import contextlib
import random
from pathlib import Path

import cv2
import numpy as np
import pytest
import simplejpeg

from movenet_cli.errors import MediaError
from movenet_cli.pictures import RgbPicture
from movenet_cli.poses import PixelRect
from movenet_cli.sources.jpeg import JpegPicture
from movenet_cli.sources.orientation import Orientation
from tests.sources.pictures import difference, encoded, scene, turned

WIDTH, HEIGHT = 4001, 2999


@pytest.fixture(scope="module")
def large() -> bytes:
    pixels = np.asarray(cv2.resize(scene(500, 375), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
    return encoded(pixels, "JPEG", quality=92)


@pytest.mark.parametrize("exif", [1, 3, 6, 7])
@pytest.mark.parametrize(
    ("rect", "size"),
    [
        ((0, 0, 2999, 2999), (192, 192)),
        ((0, 0, 2999, 2999), (256, 100)),
        ((501, 703, 1702, 1903), (192, 192)),
        ((1001, 1003, 1102, 1104), (192, 192)),
        ((2900, 2900, 2999, 2999), (99, 99)),
    ],
)
def test_parts_look_as_from_the_whole(
    large: bytes, exif: int, rect: PixelRect, size: tuple[int, int]
) -> None:
    picture = JpegPicture(large, WIDTH, HEIGHT, Orientation.of_exif(exif))
    whole = RgbPicture(turned(simplejpeg.decode_jpeg(large), exif))
    assert (picture.width, picture.height) == (whole.width, whole.height)
    assert difference(picture.resized(rect, size), whole.resized(rect, size)) < 1


def test_the_whole_is_exact(large: bytes) -> None:
    picture = JpegPicture(large, WIDTH, HEIGHT, Orientation())
    picture.resized((0, 0, WIDTH, HEIGHT), (192, 144))
    assert np.array_equal(picture.rgb(), simplejpeg.decode_jpeg(large))
    part = picture.resized((10, 20, 400, 300), (195, 140))
    assert np.array_equal(part, RgbPicture(picture.rgb()).resized((10, 20, 400, 300), (195, 140)))


def test_a_network_s_look_decodes_once_and_small(large: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = []
    decode = simplejpeg.decode_jpeg

    def watched(*args: object, **options: object) -> object:
        pixels = decode(*args, **options)
        shapes.append(pixels.shape)
        return pixels

    monkeypatch.setattr(simplejpeg, "decode_jpeg", watched)
    picture = JpegPicture(large, WIDTH, HEIGHT, Orientation())
    picture.resized((0, 0, WIDTH, HEIGHT), (256, 192))
    assert shapes == [(750, 1001, 3)]


def test_damage_in_the_middle_is_an_error() -> None:
    data = bytearray(encoded(scene(640, 480), "JPEG"))
    middle = len(data) // 2
    data[middle : middle + 300] = bytes(300)
    with pytest.raises(MediaError, match="truncated or damaged"):
        JpegPicture(bytes(data), 640, 480, Orientation())


def test_half_of_a_large_one_is_an_error(large: bytes) -> None:
    for share in (0.5, 0.999):
        with pytest.raises(MediaError, match="truncated or damaged"):
            JpegPicture(large[: int(len(large) * share)], WIDTH, HEIGHT, Orientation())


def test_surplus_data_are_remarked() -> None:
    """The decoder warns of data left over at the end; the picture is whole, right or wrong."""
    data = encoded(scene(64, 48), "JPEG")
    assert JpegPicture(data, 64, 48, Orientation()).remark is None
    remarks = set()
    for position in range(len(data) * 2 // 3, len(data) - 2):
        changed = bytearray(data)
        changed[position] ^= 0x10
        with contextlib.suppress(MediaError):
            remarks.add(JpegPicture(bytes(changed), 64, 48, Orientation()).remark)
    assert remarks == {None, "the JPEG may be damaged: it has more data than pixels"}


def test_garbage_never_does_worse_than_an_error() -> None:
    chance = random.Random(0)  # noqa: S311
    data = encoded(scene(160, 120), "JPEG")
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(5):
            broken[chance.randrange(20, len(data))] = chance.randrange(256)
        try:
            picture = JpegPicture(bytes(broken), 160, 120, Orientation())
        except MediaError:
            continue
        assert picture.resized((0, 0, 160, 120), (64, 48)).shape == (48, 64, 3)


def test_real_pictures(shared_dir: Path) -> None:
    for path in sorted((shared_dir / "data").rglob("*.jpg"))[:20]:
        data = path.read_bytes()
        reference = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        height, width = reference.shape[:2]
        picture = JpegPicture(data, width, height, Orientation())
        assert np.array_equal(picture.rgb(), reference)
