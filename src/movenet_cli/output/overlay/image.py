"""Frames and their poses in, an image with skeletons on it out; for a video see `overlay_video`."""

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
from movenet_cli.output.overlay.draw import draw_people
from movenet_cli.output.overlay.video import OverlayVideo

_JPEG: Final = (
    *(cv2.IMWRITE_JPEG_QUALITY, 92),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),  # thin lines keep their colour
)
_WEBP: Final = (cv2.IMWRITE_WEBP_QUALITY, 92)
_WRITERS: Final[dict[str, tuple[int, ...]]] = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe"), _JPEG),
    ".webp": _WEBP,
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


def open_overlay(path: Path, source: Path, header: Header, root: Path | None = None) -> Sink:
    """The overlay of one input.

    Args:
        path: the file to write, named by `overlay_name`.
        source: the input's file, whose sound a video keeps.
        header: what is known of the input and the model.
        root: see `AtomicFile`.
    """
    if header.info.media == "video":
        return OverlayVideo(path, source, header, root)
    return OverlayImage(path, header, root)


class OverlayImage(Sink):
    """One image with skeletons, in the format of its suffix; without an image there is no file.

    Raises:
        MediaError: when this image does not fit the format.
    """

    def __init__(self, path: Path, header: Header, root: Path | None = None) -> None:
        """Open the file; arguments as `open_overlay`."""
        self._header = header
        self._encoded = False
        self._file = AtomicFile(path, root)

    def write(self, frame: Frame | FailedFrame, result: FrameResult) -> None:
        """Paint and encode the image."""
        if isinstance(frame, FailedFrame):
            return
        pixels = frame.image.rgb().copy()
        draw_people(pixels, self._header, result)
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


def _encode(pixels: ByteArray, suffix: str) -> bytes:
    """The file's bytes of a (H, W, 3) uint8 RGB image, whose colours are swapped in place."""
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
