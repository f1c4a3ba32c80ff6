"""Thumbnails of overlays: small JPEG images as `data:` addresses, for a page without other files."""

import base64
import contextlib
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.error import FFmpegError

from movenet_cli.core.types import ByteArray
from movenet_cli.io.container import open_container

_SIDE: Final = 480
"""Longer side in pixels: crisp at half that on a dense screen."""

_QUALITY: Final = 80
_MAX_FRAMES: Final = 300
"""Frames of a video to decode in search of the right one."""
_MAX_SEEK: Final = 1e9
"""Seconds; FFmpeg cannot seek further."""


def thumbnail(overlay: Path, time: float) -> str | None:
    """A small image of an overlay.

    Args:
        overlay: an image or a video.
        time: which of a video's frames, in seconds.

    Returns:
        `data:image/jpeg;base64,…`, or None when the overlay is not there or cannot be read.
    """
    if not overlay.is_file():
        return None
    bgr = _video_frame(overlay, time) if overlay.suffix.lower() == ".mp4" else _image(overlay)
    if bgr is None:
        return None
    scale = _SIDE / max(bgr.shape[:2])
    if scale < 1:
        size = (max(1, round(bgr.shape[1] * scale)), max(1, round(bgr.shape[0] * scale)))
        bgr = np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode(".jpg", bgr, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode("ascii")


def _image(path: Path) -> ByteArray | None:
    try:
        bgr = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_REDUCED_COLOR_2)
    except (OSError, cv2.error):
        return None
    return None if bgr is None else np.asarray(bgr, np.uint8)


def _video_frame(path: Path, time: float) -> ByteArray | None:
    """The frame shown at `time`, or the last one before the search is given up."""
    shown: av.VideoFrame | None = None
    with contextlib.suppress(FFmpegError), open_container(path) as file:
        if not file.streams.video:
            return None
        file.seek(int(min(max(0.0, time), _MAX_SEEK) * 1_000_000))
        for count, frame in enumerate(file.decode(video=0)):
            if shown is not None and (frame.time or 0.0) > time + 1e-3:
                break
            shown = frame
            if count == _MAX_FRAMES:
                break
        return None if shown is None else np.asarray(shown.to_ndarray(format="bgr24"), np.uint8)
    return None
