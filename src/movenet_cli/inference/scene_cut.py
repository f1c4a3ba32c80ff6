"""Consecutive images of a video in, whether the scene changed between them out."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from movenet_cli.core.types import FloatArray, Image, Size

_SAMPLED = Size(64, 64)
_THUMBNAIL = (32, 32)


@dataclass(slots=True)
class SceneWatch:
    """Compares each image with the one before it, in brightness, at 32 × 32 pixels.

    Attributes:
        threshold: mean difference of two thumbnails, 0 to 255, from which on they show two scenes.
    """

    threshold: float
    _last: FloatArray | None = field(default=None, init=False)

    def is_cut(self, image: Image) -> bool:
        """Whether `image` starts a new scene; the first image of all does not."""
        pixels = image.resized((0, 0, image.width, image.height), _SAMPLED)
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        thumbnail = cv2.resize(grey, _THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32)
        last, self._last = self._last, thumbnail
        return last is not None and float(np.abs(thumbnail - last).mean()) >= self.threshold
