"""Pictures in, the same through a worse camera out; and backgrounds, and things that get in the way."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Rng = np.random.Generator


def photograph(rng: Rng, picture: Picture) -> Picture:
    """(S, S, 3) uint8 RGB with other exposure, white balance, contrast, noise, sharpness and JPEG quality."""
    picture = cv2.LUT(picture, _tone_curves(rng))
    if rng.random() < 0.35:
        gray = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        share = rng.uniform(0, 1)
        picture = cv2.addWeighted(picture, share, gray, 1 - share, 0)
    if rng.random() < 0.3:
        noise = np.empty(picture.shape, np.int8)
        cv2.randn(noise, (0, 0, 0), (rng.uniform(2, 16),) * 3)
        picture = cv2.add(picture, noise, dtype=cv2.CV_8U)
    return _degrade(rng, np.asarray(picture, np.uint8))


def _tone_curves(rng: Rng) -> npt.NDArray[np.uint8]:
    levels = np.arange(256, dtype=np.float32)[:, None]
    gain = np.exp(rng.normal(0, 0.2) + (rng.normal(0, 0.1, 3) if rng.random() < 0.6 else np.zeros(3)))
    contrast, middle = np.exp(rng.normal(0, 0.2)), rng.uniform(90, 150)
    curves = ((levels / 255) ** np.exp(rng.normal(0, 0.15)) * 255 * gain - middle) * contrast + middle
    return np.clip(curves, 0, 255).astype(np.uint8)[None]


def _degrade(rng: Rng, picture: Picture) -> Picture:
    size = picture.shape[0]
    kind = rng.random()
    if kind < 0.12:
        width = int(rng.integers(2, 4))
        picture = np.asarray(cv2.blur(picture, (width, width)), np.uint8)
    elif kind < 0.27:
        small = int(size * rng.uniform(0.35, 0.8))
        picture = np.asarray(
            cv2.resize(cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA), (size, size)),
            np.uint8,
        )
    if rng.random() < 0.25:
        data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 90))])[1]
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return picture


def drawn_background(rng: Rng, size: int) -> Picture:
    """(size, size, 3): smooth random colours or a gradient, sometimes with shapes."""
    if rng.random() < 0.5:
        cells = int(rng.integers(2, 12))
        picture = cv2.resize(
            rng.integers(0, 256, (cells, cells, 3), np.uint8), (size, size), interpolation=cv2.INTER_CUBIC
        )
    else:
        ramp = np.linspace(0, 1, size)[:, None, None]
        picture = (
            (rng.integers(0, 256, 3) * ramp + rng.integers(0, 256, 3) * (1 - ramp))
            .astype(np.uint8)
            .repeat(size, axis=1)
        )
    picture = np.ascontiguousarray(picture)
    for _ in range(int(rng.integers(0, 9))):
        _draw_shape(rng, picture)
    return picture


def photo_background(rng: Rng, photo: Picture, size: int) -> Picture:
    """(size, size, 3): a random square of a photo, sometimes mirrored, turned, recoloured or blurred."""
    side = int(photo.shape[0] * rng.uniform(0.35, 1))
    y, x = rng.integers(0, photo.shape[0] - side + 1, 2)
    picture = cv2.resize(photo[y : y + side, x : x + side], (size, size))
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    if rng.random() < 0.15:
        picture = picture[::-1]
    if rng.random() < 0.2:
        picture = picture[..., rng.permutation(3)]
    picture = np.ascontiguousarray(picture)
    return (
        np.asarray(cv2.blur(picture, (int(rng.integers(2, 6)),) * 2), np.uint8)
        if rng.random() < 0.25
        else picture
    )


def _draw_shape(rng: Rng, picture: Picture) -> None:
    size = picture.shape[0]
    color = tuple(int(value) for value in rng.integers(0, 256, 3))
    (ax, ay), (bx, by) = rng.integers(0, size, (2, 2)).tolist()
    kind = rng.integers(3)
    if kind == 0:
        cv2.line(picture, (ax, ay), (bx, by), color, int(rng.integers(1, 14)))
    elif kind == 1:
        cv2.rectangle(
            picture, (ax, ay), (bx, by), color, -1 if rng.random() < 0.5 else int(rng.integers(1, 6))
        )
    else:
        axes = (int(rng.integers(3, size // 4)), int(rng.integers(3, size // 4)))
        cv2.ellipse(picture, (ax, ay), axes, float(rng.uniform(0, 180)), 0, 360, color, -1)


def put_in_the_way(rng: Rng, picture: Picture, texture: Picture) -> None:
    """Covers a part of the picture, in place, with a plain colour or a piece of `texture`, as large as it."""
    size = picture.shape[0]
    width, height = (rng.uniform(0.08, 0.35, 2) * size).astype(int)
    x, y = rng.integers(0, size - width), rng.integers(0, size - height)
    patch = (
        texture[y : y + height, x : x + width] if rng.random() < 0.6 else rng.integers(0, 256, 3, np.uint8)
    )
    if rng.random() < 0.5:
        picture[y : y + height, x : x + width] = patch
        return
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(
        mask, (int(width) // 2, int(height) // 2), (int(width) // 2, int(height) // 2), 0, 0, 360, 1, -1
    )
    region = picture[y : y + height, x : x + width]
    region[mask > 0] = np.broadcast_to(patch, region.shape)[mask > 0]
