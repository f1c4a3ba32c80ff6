"""Damaged mp4 boxes, GIF blocks and TIFF tags: an answer or a `MediaError`, and nothing else."""

import io
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from movenet_cli.errors import MediaError
from movenet_cli.io.mp4_boxes import read_boxes
from movenet_cli.media.image.header import read_header
from movenet_cli.media.image.tiff import check_tiff
from movenet_cli.media.video.gif_end import gif_end
from tests.media.clips import write_clip
from tests.media.images import quarters

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, which the program drops, too

SPLICES = [b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"moov", b"stsz", b"trun", b"\0\0\0\x01moof"]


@lru_cache
def _sound(kind: str) -> bytes:
    """A small file of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "GIF":
            return write_clip(Path(folder) / "a.gif", 3, codec="gif", pixel_format="rgb8").read_bytes()
        if kind in ("plain", "frag_keyframe+empty_moov"):
            flags = {} if kind == "plain" else {"movflags": kind}
            return write_clip(Path(folder) / "a.mp4", 3, container_options=flags).read_bytes()
    file = io.BytesIO()
    mode = "1" if kind.startswith("group") else "RGB"
    Image.fromarray(quarters(40, 24)).convert(mode).save(file, "TIFF", compression=kind)
    return file.getvalue()


def damaged(*kinds: str) -> st.SearchStrategy[bytes]:
    """Real files with bytes changed, runs put in or taken out, and their end cut off."""

    @st.composite
    def build(draw: st.DrawFn) -> bytes:
        data = bytearray(_sound(draw(st.sampled_from(kinds))))
        for _ in range(draw(st.integers(0, 5))):
            place = draw(st.integers(0, len(data)))
            removed = draw(st.integers(0, 8))
            data[place : place + removed] = draw(st.binary(max_size=8) | st.sampled_from(SPLICES))
        return bytes(data[: draw(st.integers(0, len(data)) | st.just(len(data)))])

    return build()


def _read(reader: Callable[[Path], object], data: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        reader(Path(file.name))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(damaged("plain", "frag_keyframe+empty_moov"))
def test_boxes(data: bytes) -> None:
    _read(read_boxes, data)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(damaged("GIF"))
def test_gif_blocks(data: bytes) -> None:
    _read(gif_end, data)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(damaged("tiff_lzw", "tiff_adobe_deflate", "jpeg", "group4", "group3"))
def test_tiff_tags(data: bytes) -> None:
    try:
        if read_header(data).format == "TIFF":
            check_tiff(data)
    except MediaError:
        pass
