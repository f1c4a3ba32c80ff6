"""Damaged image headers: each gives a header that makes sense or a `MediaError`, and nothing else."""

import io
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from movenet_cli.errors import MediaError
from movenet_cli.media.image.header import read_header
from tests.media.images import encoded, quarters

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, which the program drops, too

KINDS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "pages", "animation")
_HEAD = 600
"""Most changes go to the first bytes, where the headers are."""


@lru_cache
def _sound(kind: str) -> bytes:
    """A small file of each kind, with an orientation where it can have one."""
    if kind in ("pages", "animation"):
        pages = [Image.fromarray(quarters(width)) for width in (40, 40, 40)]
        file = io.BytesIO()
        container = "TIFF" if kind == "pages" else "PNG"
        pages[0].save(file, container, save_all=True, append_images=pages[1:])
        return file.getvalue()
    orientation = 6 if kind in ("JPEG", "PNG", "TIFF", "WEBP", "AVIF") else None
    return encoded(quarters(40, 24), kind, orientation)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real file with bytes changed, runs put in or taken out, and its end cut off."""
    data = bytearray(_sound(draw(st.sampled_from(KINDS))))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, min(len(data), _HEAD)) | st.integers(0, len(data)))
        removed = draw(st.integers(0, 4) | st.integers(0, 100))
        data[place : place + removed] = draw(
            st.binary(max_size=8) | st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"9" * 40])
        )
    return bytes(data[: draw(st.integers(0, len(data)) | st.just(len(data)))])


def _check(data: bytes) -> None:
    try:
        header = read_header(data)
    except MediaError:
        return
    assert header.width >= 0
    assert header.height >= 0
    assert header.pages >= 1
    assert header.rotation in (0, 90, 180, 270)
    assert isinstance(header.is_animated, bool)
    assert header.note is None or str(header.pages) in header.note


@settings(max_examples=600, deadline=None, derandomize=True)
@given(damaged())
def test_damaged_files(data: bytes) -> None:
    _check(data)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from([_sound(kind)[:12] for kind in KINDS]), st.binary(max_size=200))
def test_anything_after_a_format_s_mark(mark: bytes, rest: bytes) -> None:
    _check(mark + rest)
