"""Damaged TIFFs, of which OpenCV shows what it can, are errors; whole ones of every kind are not."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from movenet_cli.errors import MediaError
from tests.media.images import encoded, opened, scene

COMPRESSIONS = ("tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "jpeg", "group4", "group3")
MODES = ("RGB", "L", "RGBA", "CMYK", "1", "P")


def tiff(kind: str | None, mode: str = "RGB", size: tuple[int, int] = (240, 171), **tags: int) -> bytes:
    """A TIFF file; `tags` are `t` and a number."""
    file = io.BytesIO()
    image = Image.fromarray(scene(*size)).convert(mode)
    image.save(file, "TIFF", compression=kind, tiffinfo={int(k[1:]): v for k, v in tags.items()})
    return file.getvalue()


def open_bytes(folder: Path, data: bytes) -> None:
    path = folder / "a.tif"
    path.write_bytes(data)
    opened(path).close()


@pytest.mark.parametrize("place", [0.05, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_damage_in_the_pixels_is_an_error(tmp_path: Path, compression: str, place: float) -> None:
    """Forty bytes are overwritten; the header stays."""
    data = bytearray(tiff(compression, "1" if compression.startswith("group") else "RGB"))
    pixels = Image.open(io.BytesIO(data)).tag_v2  # type: ignore[attr-defined]
    start, end = pixels[273][0], pixels[273][-1] + pixels[279][-1]
    at = int(start + (end - start) * place)
    data[at : at + 40] = b"\xff" * 40 if compression == "tiff_lzw" else b"\xff\x12\xa5\x00" * 10
    with pytest.raises(MediaError, match="the TIFF is damaged"):
        open_bytes(tmp_path, bytes(data))


KINDS = [
    *((name, mode) for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits", None) for mode in MODES),
    *(("jpeg", mode) for mode in ("RGB", "L", "CMYK")),
    *((name, "1") for name in ("group3", "group4")),
]


@pytest.mark.parametrize("size", [(1, 1), (33, 500), (240, 171)], ids=str)
@pytest.mark.parametrize(("compression", "mode"), KINDS)
def test_whole_images_are_read(
    tmp_path: Path, compression: str | None, mode: str, size: tuple[int, int]
) -> None:
    predictors = (1, 2) if compression in ("tiff_lzw", "tiff_adobe_deflate") and mode != "1" else (1,)
    for predictor in predictors:
        tags = {"t317": 2} if predictor == 2 else {}
        open_bytes(tmp_path, tiff(compression, mode, size, **tags))


@pytest.mark.parametrize("shade", [0, 255])
def test_long_runs_of_one_colour(tmp_path: Path, shade: int) -> None:
    """Where every code stands for one byte more than the one before."""
    pixels = np.full((600, 400, 3), shade, np.uint8)
    open_bytes(tmp_path, encoded(pixels, "TIFF", compression="tiff_lzw"))


@pytest.mark.parametrize("name", ["damaged_lzw.tif", "damaged_deflate.tif"])
def test_images_that_were_damaged_elsewhere(shared_dir: Path, name: str) -> None:
    path = shared_dir / "defects" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    with pytest.raises(MediaError, match="the TIFF is damaged"):
        opened(path)
