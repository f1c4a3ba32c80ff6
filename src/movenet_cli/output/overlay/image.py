"""The overlay of an image, how overlays are named, and which kind an input gets."""

from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np

from movenet_cli.core.inputs import Media
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.types import ByteArray, FailedFrame, Frame, FrameResult
from movenet_cli.errors import MediaError
from movenet_cli.io.atomic import AtomicFile, as_output_error
from movenet_cli.io.opencv import swap_red_and_blue
from movenet_cli.output.interface import Sink
from movenet_cli.output.overlay.look import Look, painted_rgb
from movenet_cli.output.overlay.video import OverlayVideo

_JPEG: Final = (
    *(cv2.IMWRITE_JPEG_QUALITY, 92),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),  # thin lines keep their colour
)
_WRITERS: Final[dict[str, tuple[int, ...]]] = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe"), _JPEG),
    ".webp": (cv2.IMWRITE_WEBP_QUALITY, 92),
    **dict.fromkeys((".png", ".bmp", ".dib", ".tif", ".tiff", ".ppm", ".pnm", ".jp2", ".avif"), ()),
}
"""OpenCV's parameters for each suffix that holds one colour image."""


def overlay_name(name: str, media: Media) -> str:
    """Where an input's overlay goes, relative to the folder of overlays.

    An image keeps its name where its suffix can be written, else `.png` is added; a video becomes `.mp4`,
    its full name kept before that unless it is one: `a.mov` and `a.mp4` in one folder do not collide.

    Args:
        name: as `InputFile.name`, `/` between parts.
        media: what the input turned out to be.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if media == "video":
        return name if suffix == ".mp4" else f"{name}.mp4"
    return name if suffix in _WRITERS and cv2.haveImageWriter(suffix) else f"{name}.png"


def open_overlay(
    path: Path,
    source: Path | None,
    header: Header,
    root: Path | None = None,
    look: Look | None = None,
    *,
    staged: bool = False,
) -> Sink:
    """The overlay of one input.

    Args:
        path: the file to write, named by `overlay_name`.
        source: the input's file, whose sound a video keeps; None for a video that is made of images.
        header: what is known of the input and the model.
        root: see `AtomicFile`.
        look: how it looks; None for `Look.usual`.
        staged: see `AtomicFile`.
    """
    if header.info.media == "video":
        return OverlayVideo(path, source, header, root, look, staged=staged)
    return OverlayImage(path, header, root, look, staged=staged)


class OverlayImage(Sink):
    """One image with skeletons, in the format of its suffix; without an image there is no file.

    Raises:
        MediaError: when this image does not fit the format.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        root: Path | None = None,
        look: Look | None = None,
        *,
        staged: bool = False,
    ) -> None:
        """Open the file; arguments as `open_overlay`."""
        self._look = look or Look.usual(header)
        self._encoded = False
        self._file = AtomicFile(path, root, staged=staged)

    def write(self, frame: Frame | FailedFrame, result: FrameResult) -> None:
        """Paint and encode the image."""
        if isinstance(frame, FailedFrame):
            return
        pixels = painted_rgb(frame.image, result, self._look)
        data = _encode(pixels, self._file.path.suffix.lower())
        with as_output_error(self._file.path):
            self._file.stream.write(data)
        self._encoded = True

    def close(self, summary: Summary) -> None:
        """See `Sink.close`."""
        if not self._encoded:
            self._file.abort()
            return
        self._file.close()

    def abort(self) -> None:
        """See `Sink.abort`."""
        self._file.abort()

    @property
    def staged(self) -> Path | None:
        """See `Sink.staged`."""
        return self._file.staged


def _encode(pixels: ByteArray, suffix: str) -> bytes:
    """The file's bytes of an image, whose colours may be swapped in place.

    Args:
        pixels: (H, W, 3) uint8 RGB, or (H, W, 4) with alpha.
        suffix: tells the format.

    Raises:
        MediaError: the format does not hold such an image.
    """
    try:
        done, data = cv2.imencode(suffix, swap_red_and_blue(pixels), _WRITERS[suffix])
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise MemoryError(error.err) from error
        done, data = False, np.empty(0, np.uint8)
    if not done:
        size = f"{pixels.shape[1]}x{pixels.shape[0]}"
        raise MediaError(
            f"an overlay of {size} pixels cannot be written as {suffix}; rename the input to .png"
        )
    return data.tobytes()
