"""Checks the compressed data of a TIFF, of which OpenCV decodes what it can and says nothing.

Of every compression that can tell damage from pixels: Deflate has a checksum, JPEG and fax codes can be
invalid, and LZW codes must make exactly as many bytes as there are pixels.
"""

import io
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError
from PIL import Image

from movenet_cli.errors import SHORTAGE, MediaError
from movenet_cli.media.image.jpeg import decode_jpeg, is_rgb_jpeg

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _FILL_ORDER = 256, 257, 258, 259, 266
_STRIPS, _SAMPLES, _ROWS_PER_STRIP, _STRIP_SIZES, _PLANES = 273, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_SIZES, _JPEG_TABLES = 322, 323, 324, 325, 347
"""Numbers of tags, as in TIFF 6.0."""

_Tags = Any
"""Pillow's mapping from number to value."""

_SENSELESS_TAGS: Final = (ArithmeticError, LookupError, TypeError, ValueError)
_CHUNK: Final = 1 << 20
_CLEAR, _END, _FIRST = 256, 257, 258
"""LZW: two codes with a meaning of their own, and the first one that stands for several bytes."""

_WIDTHS: Final = np.digitize(_END + np.arange(4096), (511, 1023, 2047)) + 9
"""Bits of each LZW code, counted from _CLEAR."""

_STARTS: Final = np.cumsum(_WIDTHS) - _WIDTHS
"""Where each of them begins, in bits."""


class _Damage(Exception):  # noqa: N818 - told to the user by `check_tiff` as one error
    """A strip or tile cannot be what was written."""


def check_tiff(data: bytes) -> None:
    """Look for damage in the first page's strips or tiles.

    Args:
        data: the whole file.

    Raises:
        MediaError: when they are damaged.
    """
    with Image.open(io.BytesIO(data), formats=("TIFF",)) as image:
        tags: _Tags = image.tag_v2
    check = _CHECKS.get(tags.get(_COMPRESSION, 1))
    if check is None:
        return
    try:
        check(data, tags)
    except SHORTAGE:
        raise
    except (_Damage, MediaError, zlib.error, FFmpegError, *_SENSELESS_TAGS) as error:
        raise MediaError("the TIFF is damaged: some of its pixels cannot be decoded") from error


def _parts(data: bytes, tags: _Tags) -> Iterator[bytes]:
    """The compressed strips or tiles, in order."""
    offsets = tags.get(_STRIPS) or tags.get(_TILES) or ()
    sizes = tags.get(_STRIP_SIZES) or tags.get(_TILE_SIZES) or ()
    for offset, size in zip(offsets, sizes, strict=False):
        yield data[offset : offset + size]


def _check_deflate(data: bytes, tags: _Tags) -> None:
    for part in _parts(data, tags):
        unpacker = zlib.decompressobj()
        rest = part
        while rest and not unpacker.eof:
            unpacker.decompress(rest, _CHUNK)
            rest = unpacker.unconsumed_tail
        if not unpacker.eof:
            raise _Damage


def _check_jpeg(data: bytes, tags: _Tags) -> None:
    tables: bytes = tags.get(_JPEG_TABLES, b"")
    for part in _parts(data, tags):
        # The tables are a JPEG without an image: its end mark and the part's start mark go.
        jpeg = tables[:-2] + part[2:] if tables else part
        if is_rgb_jpeg(jpeg):
            decode_jpeg(jpeg)


def _check_fax(data: bytes, tags: _Tags) -> None:
    if tags.get(_TILES):  # which FFmpeg does not know
        return
    decoder = av.CodecContext.create("tiff", "r")
    decoder.options = {"err_detect": "explode"}
    if not decoder.decode(av.Packet(data)):
        raise _Damage


def _check_lzw(data: bytes, tags: _Tags) -> None:
    whole, last = _part_bytes(tags)
    for part in _parts(data, tags):
        if part[:1] == b"\0" or tags.get(_FILL_ORDER, 1) != 1:
            return  # the bits are in another order: by programs of before 1992, or a fax machine
        length, is_ended = _lzw_length(part)
        if length < last or (is_ended and length not in (whole, last)):
            raise _Damage


def _part_bytes(tags: _Tags) -> tuple[int, int]:
    """Bytes of a whole strip or tile, and of the last one, which may be shorter."""
    is_planar = tags.get(_PLANES, 1) == 2
    bits = tags.get(_BITS, (1,))
    pixel = bits[0] if is_planar else bits[0] * tags.get(_SAMPLES, 1)
    if tags.get(_TILES):
        return (-(-tags[_TILE_WIDTH] * pixel // 8) * tags[_TILE_HEIGHT],) * 2
    row, height = -(-tags[_WIDTH] * pixel // 8), tags[_HEIGHT]
    rows = min(tags.get(_ROWS_PER_STRIP, height), height)
    return row * rows, row * (height % rows or rows)


def _lzw_length(part: bytes) -> tuple[int, bool]:
    """How many bytes LZW codes make, and whether they end with the code for it.

    The codes up to the next _CLEAR are taken at once: how many bits each has depends on its place only. One
    from _FIRST on stands for what one of the codes before made, and a byte more.
    """
    padded = np.frombuffer(part + bytes(4), np.uint8).astype(np.uint32)
    place, total = 0, 0
    while True:
        starts = place + _STARTS[: np.searchsorted(_STARTS + _WIDTHS, len(part) * 8 - place, "right")]
        widths = _WIDTHS[: len(starts)]
        at = starts // 8
        bits = padded[at] << 16 | padded[at + 1] << 8 | padded[at + 2]
        codes = (bits >> (24 - starts % 8 - widths) & ((1 << widths) - 1)).astype(np.int64)
        special = np.flatnonzero((codes == _CLEAR) | (codes == _END))
        count = int(special[0]) if len(special) else len(codes)
        total += _bytes_of(codes[:count])
        if not len(special) or codes[count] == _END:
            return total, bool(len(special))
        place = int(starts[count] + widths[count])


def _bytes_of(codes: npt.NDArray[np.int64]) -> int:
    """How many bytes the codes between two _CLEAR make."""
    count = len(codes)
    # Code _FIRST + n is made by code n and the one after: its first byte is added to what code n made.
    made_by = codes - _FIRST
    if (made_by >= np.arange(count)).any():
        raise _Damage
    lengths = np.append(np.ones(count, np.int64), 0)
    before = np.append(np.where(made_by < 0, count, made_by), count)
    while before.min() < count:  # each step doubles how many of those before are added up
        lengths += lengths[before]
        before = before[before]
    return int(lengths.sum())


_CHECKS: Final[dict[int, Callable[[bytes, _Tags], None]]] = {
    2: _check_fax,
    3: _check_fax,
    4: _check_fax,
    5: _check_lzw,
    7: _check_jpeg,
    8: _check_deflate,
    32946: _check_deflate,
}
"""By the number of the compression."""
