"""JPEGs: decoded whole, or not at all."""

import contextlib
import random
from pathlib import Path

import cv2
import numpy as np
import pytest

from movenet_cli.errors import MediaError
from movenet_cli.media.image.jpeg import decode_jpeg
from tests.media.images import encoded, scene

WIDTH, HEIGHT = 4001, 2999


@pytest.fixture(scope="module")
def large() -> bytes:
    pixels = np.asarray(cv2.resize(scene(500, 375), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
    return encoded(pixels, "JPEG", quality=92)


def test_damage_in_the_middle_is_an_error() -> None:
    data = bytearray(encoded(scene(640, 480), "JPEG"))
    middle = len(data) // 2
    data[middle : middle + 300] = bytes(300)
    with pytest.raises(MediaError, match="truncated or damaged"):
        decode_jpeg(bytes(data))


def test_half_of_a_large_one_is_an_error(large: bytes) -> None:
    for share in (0.5, 0.999):
        with pytest.raises(MediaError, match="truncated or damaged"):
            decode_jpeg(large[: int(len(large) * share)])


def test_surplus_data_are_remarked() -> None:
    """The decoder warns of data left over at the end; the image is whole, right or wrong."""
    data = encoded(scene(64, 48), "JPEG")
    assert decode_jpeg(data)[1] is None
    remarks = set()
    for position in range(len(data) * 2 // 3, len(data) - 2):
        changed = bytearray(data)
        changed[position] ^= 0x10
        with contextlib.suppress(MediaError):
            remarks.add(decode_jpeg(bytes(changed))[1])
    assert remarks == {None, "the JPEG may be damaged: it has more data than pixels"}


def test_garbage_never_does_worse_than_an_error() -> None:
    chance = random.Random(0)  # noqa: S311
    data = encoded(scene(160, 120), "JPEG")
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(5):
            broken[chance.randrange(20, len(data))] = chance.randrange(256)
        try:
            pixels, _ = decode_jpeg(bytes(broken))
        except MediaError:
            continue
        assert pixels.shape[2] == 3


def test_real_images(shared_dir: Path) -> None:
    for path in sorted((shared_dir / "data").rglob("*.jpg"))[:20]:
        data = path.read_bytes()
        reference = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        assert np.array_equal(decode_jpeg(data)[0], reference)
