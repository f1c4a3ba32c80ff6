"""An image and a view in, the model's input pixels out."""

import numpy as np

from movenet_cli.core.geometry import View
from movenet_cli.core.types import ByteArray, Image, Size


def model_input(image: Image, view: View) -> ByteArray:
    """Fill the model's input with what the view sees.

    Returns:
        (H, W, 3) uint8 RGB, black where the view sees nothing.
    """
    x0, y0, x1, y1 = view.target
    resized = image.resized(view.source, Size(x1 - x0, y1 - y0))
    if resized.shape[:2] == view.input_size.shape:
        return resized
    pixels = np.zeros((*view.input_size.shape, 3), np.uint8)
    pixels[y0:y1, x0:x1] = resized
    return pixels
