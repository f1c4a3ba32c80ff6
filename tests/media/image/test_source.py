"""Still images: every kind becomes upright 8-bit RGB, and what is broken is an error."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from movenet_cli.core.inputs import FrameRange, InputFile, SourceInfo
from movenet_cli.errors import MediaError
from movenet_cli.io.opencv import swap_red_and_blue
from movenet_cli.media.opening import open_source
from tests.media.images import difference, encoded, opened, quarters, scene, shown, turned

ROTATION = {1: 0, 2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_exif_orientation_is_applied(tmp_path: Path, kind: str, orientation: int) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(encoded(quarters(), kind, orientation))
    assert difference(shown(path), turned(quarters(), orientation)) < 6
    size = (60, 100) if orientation > 4 else (100, 60)
    assert opened(path).info == SourceInfo("image", *size, rotation=ROTATION[orientation])


def test_an_odd_orientation_means_upright(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(quarters(), "PNG", 77))
    assert np.array_equal(shown(path), quarters())


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".ppm", ".tiff", ".webp", ".jp2"])
def test_lossless_formats(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    options = {
        ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101],
        ".jp2": [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000],
    }
    done, data = cv2.imencode(suffix, cv2.cvtColor(scene(64, 48), cv2.COLOR_RGB2BGR), options.get(suffix, []))
    assert done
    path.write_bytes(data.tobytes())
    assert difference(shown(path), scene(64, 48)) < 1


def test_the_suffix_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "really.png"
    path.write_bytes(encoded(scene(64, 48), "JPEG", quality=95))
    assert difference(shown(path), scene(64, 48)) < 4
    path = tmp_path / "image"
    path.write_bytes(encoded(scene(64, 48), "PNG"))
    assert np.array_equal(shown(path), scene(64, 48))


def test_grey_is_spread(tmp_path: Path) -> None:
    grey = scene(64, 48)[..., 0]
    for kind in ("PNG", "JPEG"):
        path = tmp_path / kind
        path.write_bytes(encoded(grey, kind))
        assert difference(shown(path), np.repeat(grey[..., None], 3, 2)) < 3


def test_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    deep = scene(64, 48).astype(np.uint16) * 257
    cv2.imwrite(str(path), deep[..., ::-1])
    assert difference(shown(path), scene(64, 48)) < 1


def test_alpha_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    alpha = np.full((48, 64, 1), 7, np.uint8)
    path.write_bytes(encoded(np.concatenate([scene(64, 48), alpha], axis=2), "PNG"))
    assert np.array_equal(shown(path), scene(64, 48))


def test_cmyk(tmp_path: Path) -> None:
    for kind in ("JPEG", "TIFF"):
        path = tmp_path / kind
        Image.fromarray(scene(64, 48)).convert("CMYK").save(path, kind)
        assert difference(shown(path), scene(64, 48)) < 6


def test_pages_after_the_first_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    cv2.imwritemulti(str(path), [quarters()[..., ::-1], scene(64, 48), scene(64, 48)])
    assert np.array_equal(shown(path), quarters())
    assert opened(path).notes == ("only the first of 3 pages was read",)


def test_an_animated_webp_is_its_first_image(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    first, *rest = (Image.fromarray(pixels) for pixels in (scene(64, 48), scene(64, 48)[::-1]))
    first.save(path, save_all=True, append_images=rest, lossless=True)
    assert difference(shown(path), scene(64, 48)) < 1
    assert opened(path).notes == ("only the first of 2 pages was read",)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "AVIF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_a_truncated_image_is_an_error(tmp_path: Path, kind: str, share: float) -> None:
    data = encoded(scene(320, 240), kind)
    path = tmp_path / "a.jpg"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MediaError):
        opened(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"this is text\n" * 100, "not an image that can be read"),
        (b"\xff\xd8\xff\xe0 and then nothing", "the image's header is broken"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100), "convert them to JPEG"),
    ],
)
def test_what_is_no_image_is_told(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=reason):
        open_source(InputFile(path, "a.jpg"), FrameRange())


def test_a_vanished_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="No such file"):
        open_source(InputFile(tmp_path / "gone.jpg", "gone.jpg"), FrameRange())


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int, height: int) -> bytes:
    """A small PNG file of a huge black image."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj()
    row = bytes(1 + (width + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_bomb(16_000, 13_000))
    with pytest.raises(MediaError, match="16000x13000 is more than 200,000,000 pixels; raise --max-pixels"):
        open_source(InputFile(path, "a.png"), FrameRange(), max_pixels=200_000_000)


OPENS = """
import resource, sys
from pathlib import Path
from movenet_cli.errors import MediaError
from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.media.opening import open_source

def opened(name):
    try:
        open_source(InputFile(Path(name), name), FrameRange())
    except MediaError as error:
        print(error)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before = opened(sys.argv[1])
print(opened(sys.argv[2]) - before < 100_000)
"""


@pytest.mark.parametrize("kind", ["PNG", "APNG"])
def test_a_bomb_takes_no_memory(tmp_path: Path, kind: str) -> None:
    """In a process of its own; as one byte a pixel its image would take 625 MB."""
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    data = png_bomb(25_000, 25_000)
    if kind == "APNG":
        data = data[:33] + png_chunk(b"acTL", struct.pack(">II", 2, 0)) + data[33:]
    small.write_bytes(png_bomb(16, 16))
    large.write_bytes(data)
    command = [sys.executable, "-c", OPENS, str(small), str(large)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    reason, is_small = done.stdout.splitlines()
    assert reason.startswith("25000x25000 is more than 200,000,000 pixels")
    assert is_small == "True"


@pytest.mark.parametrize("place", ["before", "behind"])
@pytest.mark.parametrize("kind", ["eXIf", "profile", "XMP"])
def test_metadata_on_either_side_of_the_pixels_count(tmp_path: Path, place: str, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    raw = exif.tobytes()
    profile = f"\nexif\n{len(raw):8}\n{raw.hex()}\n".encode()
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    chunk = {
        "eXIf": png_chunk(b"eXIf", raw.removeprefix(b"Exif\0\0")),
        "profile": png_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile)),
        "XMP": png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp),
    }[kind]
    data = encoded(quarters(), "PNG")
    at = 33 if place == "before" else len(data) - 12
    path = tmp_path / "a.png"
    path.write_bytes(data[:at] + chunk + data[at:])
    assert np.array_equal(shown(path), turned(quarters(), 6))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP"])
def test_the_limit_holds_for_every_format(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(encoded(scene(64, 48), kind))
    assert opened(path, max_pixels=64 * 48).info.width == 64
    with pytest.raises(MediaError, match="--max-pixels"):
        opened(path, max_pixels=64 * 48 - 1)


def test_a_file_too_large_for_any_image_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    with path.open("wb") as stream:
        stream.write(encoded(scene(32, 24), "JPEG"))
        stream.truncate(2**40)
    with pytest.raises(MediaError, match="larger than any image"):
        open_source(InputFile(path, "a.jpg"), FrameRange())


def test_a_broken_header_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = encoded(quarters(), "TIFF")
    samples = struct.pack("<HHII", 277, 3, 1, 3)
    assert data.count(samples) == 1
    path = tmp_path / "a.tif"
    path.write_bytes(data.replace(samples, struct.pack("<HHII", 277, 3, 1, 60_000)))
    with pytest.raises(MediaError):
        opened(path)
    assert not caplog.records


@pytest.mark.parametrize("height", [1, 63, 64, 65, 200])
def test_colours_are_swapped_in_place(height: int) -> None:
    pixels = scene(50, height)
    before = pixels.copy()
    assert swap_red_and_blue(pixels) is pixels
    assert np.array_equal(pixels, before[..., ::-1])
