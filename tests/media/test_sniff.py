"""First bytes and suffixes."""

from pathlib import Path

import pytest

from movenet_cli.media.sniff import HEAD_SIZE, has_media_suffix, sniff
from tests.media.clips import write_clip
from tests.media.images import encoded, scene


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM"])
def test_images(kind: str) -> None:
    assert sniff(encoded(scene(40, 30), kind)[:HEAD_SIZE]) == "image"


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        ("mp4", "libx264"),
        ("mov", "libx264"),
        ("mkv", "libx264"),
        ("webm", "libvpx-vp9"),
        ("avi", "mpeg4"),
        ("flv", "libx264"),
        ("ts", "libx264"),
        ("mpg", "mpeg2video"),
        ("asf", "mpeg4"),
        ("m2v", "mpeg2video"),
        ("mxf", "mpeg2video"),
    ],
)
def test_videos(tmp_path: Path, suffix: str, codec: str) -> None:
    path = write_clip(tmp_path / f"a.{suffix}", 3, codec=codec)
    assert sniff(path.read_bytes()[:HEAD_SIZE]) == "video"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"BM",
        b"P",
        b"hello",
        b"GIF",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"ID3\x04",
        b"\x7fELF",
        b"PK\x03\x04",
        b"\0\0\0\x20ftypM4A ",
    ],
)
def test_neither(head: bytes) -> None:
    assert sniff(head) is None
    assert sniff(head + b" and something more of it" * 20) is None


def test_suffixes() -> None:
    assert has_media_suffix("a.b/c.JPG")
    assert has_media_suffix("clip.WebM")
    assert not has_media_suffix("jpg")
    assert not has_media_suffix("a.jpg.txt")
