"""Tells images and videos from other files by their first bytes, or by their suffix."""

from movenet_cli.core.inputs import Media

HEAD_SIZE = 512
"""So many first bytes are enough for `sniff`."""

_IMAGE = """
.avif .avifs .bmp .dib .heic .heif .j2k .jfif .jp2 .jpe .jpeg .jpg .jpx .pbm .pgm .png .pnm .ppm .tif .tiff
.webp
"""
_VIDEO = """
.3g2 .3gp .apng .asf .avi .flv .gif .m2ts .m2v .m4v .mjpeg .mjpg .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .ts
.vob .webm .wmv .y4m
"""
_SOUND = ".aac .aax .ac3 .aif .aiff .amr .ape .flac .m4a .m4b .m4p .m4r .mka .mp3 .oga .opus .wav .weba .wma"
IMAGE_SUFFIXES = frozenset(_IMAGE.split())
VIDEO_SUFFIXES = frozenset(_VIDEO.split())
STREAM_SUFFIXES = frozenset((".mjpeg", ".mjpg"))
"""Videos that begin like a still image: one JPEG after the other."""
SOUND_SUFFIXES = frozenset(_SOUND.split())
"""Sound in containers that also hold videos, and in others."""

_MAGIC: tuple[tuple[bytes, Media], ...] = (
    (b"\xff\xd8\xff", "image"),  # JPEG
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),  # TIFF
    (b"MM\x00*", "image"),
    (b"II+\x00", "image"),  # BigTIFF
    (b"MM\x00+", "image"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image"),  # JPEG 2000
    (b"\xff\x4f\xff\x51", "image"),
    (b"\x1a\x45\xdf\xa3", "video"),  # Matroska, WebM
    (b"FLV\x01", "video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video"),  # ASF, WMV
    (b"\x00\x00\x01\xba", "video"),  # MPEG programme stream
    (b"\x00\x00\x01\xb3", "video"),  # MPEG video
    (b"YUV4MPEG2 ", "video"),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", "video"),  # MXF
)
_RIFF: dict[bytes, Media] = {b"WEBP": "image", b"AVI ": "video"}
_PICTURE_BRANDS = frozenset((b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1"))
_SOUND_BRANDS = frozenset((b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ", b"aax ", b"aaxc"))
_PLAYLISTS = (b"ffconcat version", b"#EXTM3U", b"\xef\xbb\xbf#EXTM3U", b"[playlist]", b"<MPD")
_MOVIE_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"wide", b"skip", b"free"))


def sniff(head: bytes) -> Media | None:
    """What the first `HEAD_SIZE` bytes of a file say it is; None when they say neither.

    GIF and PNG count as images here, though they may turn out to be animated.
    """
    for magic, media in _MAGIC:
        if head.startswith(magic):
            return media
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] in _MOVIE_BOXES:
        return _sniff_brand(head[8:12]) if head[4:8] == b"ftyp" else "video"
    return _sniff_weak(head)


def _sniff_brand(brand: bytes) -> Media | None:
    if brand in _PICTURE_BRANDS:
        return "image"
    return None if brand in _SOUND_BRANDS else "video"


def _sniff_weak(head: bytes) -> Media | None:
    """Formats whose mark is so short that more than the mark is looked at."""
    if head[:2] == b"BM" and head[6:10] == b"\x00\x00\x00\x00" and head[15:18] == b"\x00\x00\x00":
        return "image"
    if head[:1] == b"P" and head[1:2] in b"1234567" and head[2:3] in (b" ", b"\n", b"\r", b"\t"):
        return "image"
    for packet, start in ((188, 0), (192, 4)):  # MPEG transport stream, plain and M2TS
        if len(head) > start + 2 * packet and all(head[start + i * packet] == 0x47 for i in range(3)):
            return "video"
    return None


def is_playlist(head: bytes) -> bool:
    """Whether a file's first bytes say that it names other files instead of holding a video."""
    return head.lstrip().startswith(_PLAYLISTS)


def has_media_suffix(name: str) -> bool:
    """Whether the file name alone says image or video."""
    return media_by_suffix(name) is not None


def media_by_suffix(name: str) -> Media | None:
    """What the file name alone says; None when it says nothing."""
    suffix = _suffix(name)
    return "image" if suffix in IMAGE_SUFFIXES else "video" if suffix in VIDEO_SUFFIXES else None


def has_sound_suffix(name: str) -> bool:
    """Whether the file name alone says that there is nothing to see."""
    return _suffix(name) in SOUND_SUFFIXES


def _suffix(name: str) -> str:
    """In lower case, as a `Path` has it, which is slow to make for every file; empty when there is none."""
    last = name.rpartition("/")[2]
    dot = last.rfind(".")
    return last[dot:].lower() if 0 < dot < len(last) - 1 else ""
