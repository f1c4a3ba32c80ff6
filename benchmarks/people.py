"""Labelled images in; the images themselves, and many more cut out of them around each person, out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.skeleton import FLIP_PAIRS
from movenet_cli.core.types import FloatArray, Frame
from movenet_cli.evaluation.ground_truth import AnnotatedImage, Person
from movenet_cli.media.opening import open_source
from movenet_cli.media.pixels.rgb_image import RgbImage

ASPECTS = (4 / 3, 3 / 4, 3 / 2, 2 / 3, 1.0)
ZOOMS = (1.1, 6.0)
KEYPOINTS = 5
SMALLEST = 64
RIVAL = 0.5
CROWD = 0.3
PAN = 0.85
NOISE = 5


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """An image with the person who is asked for; `key` tells the people apart."""

    frame: Frame
    person: Person
    key: int


def open_frame(folder: Path, name: str) -> Frame:
    """The image as the program reads it."""
    with open_source(InputFile(folder / name, name), FrameRange()) as source:
        frame = next(source.frames())
    if not isinstance(frame, Frame):
        raise SystemExit(f"{folder / name}: {frame.reason}")
    return frame


def cutouts(folder: Path, images: list[AnnotatedImage], count: int, seed: int = 1) -> list[Shown]:
    """Random windows around each labelled person, half of them mirrored, without rivals half as large.

    Their size, shape and place vary: a rule that suits all of them suits people in general better than one
    that suits a few whole images.

    Args:
        folder: of the images.
        images: their annotations.
        count: windows for each person with at least `KEYPOINTS` keypoints and `SMALLEST` pixels.
        seed: of the random numbers.
    """
    random = np.random.default_rng(seed)
    shown: list[Shown] = []
    for image in images:
        pixels = open_frame(folder, image.name).image.rgb() if image.people else None
        for person in image.people:
            if (
                pixels is None
                or person.crowd
                or person.labelled < KEYPOINTS
                or max(person.box[2:]) < SMALLEST
            ):
                continue
            key = len({each.key for each in shown})
            windows = _windows(person, image.people, pixels.shape, random)
            found = (_cut(pixels, person, window, random, key) for window in windows)
            good = (each for each in found if each is not None)
            shown += [each for each, _ in zip(good, range(count), strict=False)]
    return shown


def _windows(
    person: Person, people: tuple[Person, ...], shape: tuple[int, ...], random: np.random.Generator
) -> Iterator[tuple[int, int, int, int]]:
    """Up to a few dozen windows (x0, y0, x1, y1) that hold the person and no rival."""
    height, width = shape[:2]
    x, y, w, h = person.box
    for _ in range(60):
        side = max(w, h) * np.exp(random.uniform(*np.log(ZOOMS)))
        aspect = random.choice(ASPECTS)
        wide = min(side * min(1.0, aspect), width)
        high = min(side / max(1.0, aspect), height)
        if wide < 0.9 * w or high < 0.9 * h:
            continue
        x0 = _start(x, w, wide, width, random)
        y0 = _start(y, h, high, height, random)
        window = (int(x0), int(y0), int(x0 + wide), int(y0 + high))
        if not any(_is_rival(other, person, window) for other in people if other is not person):
            yield window


def _start(begin: float, length: float, window: float, limit: int, random: np.random.Generator) -> float:
    start = (
        random.uniform(begin + length - window, begin) if window > length else begin + (length - window) / 2
    )
    return float(np.clip(start, 0, limit - window))


def _is_rival(other: Person, person: Person, window: tuple[int, int, int, int]) -> bool:
    """Whether somebody else shows at least half as much of themselves."""
    x, y, w, h = other.box
    wide = max(0.0, min(window[2], x + w) - max(window[0], x))
    high = max(0.0, min(window[3], y + h) - max(window[1], y))
    seen = other.area * wide * high / max(w * h, 1.0) * (CROWD if other.crowd else 1.0)
    return seen > RIVAL * person.area


def _cut(
    pixels: np.ndarray,
    person: Person,
    window: tuple[int, int, int, int],
    random: np.random.Generator,
    key: int,
) -> Shown | None:
    x0, y0, x1, y1 = window
    keypoints = person.keypoints.copy()
    keypoints[:, :2] -= (x0, y0)
    inside = (keypoints[:, :2] >= 0).all(axis=1) & (keypoints[:, :2] < (x1 - x0, y1 - y0)).all(axis=1)
    keypoints[~inside, 2] = 0
    part, mirrored = pixels[y0:y1, x0:x1], random.random() < 0.5
    if (keypoints[:, 2] > 0).sum() < KEYPOINTS:
        return None
    if mirrored:
        part, keypoints = part[:, ::-1], mirror(keypoints, x1 - x0)
    box = (person.box[0] - x0, person.box[1] - y0, *person.box[2:])
    frame = Frame(0, None, RgbImage(np.ascontiguousarray(part)))
    return Shown(frame, Person(keypoints, person.area, box), key)


def panning(frame: Frame, count: int, random: np.random.Generator) -> list[Frame]:
    """A clip of a noisy camera that pans slowly over the image, at 15 frames a second."""
    pixels = frame.image.rgb()
    height, width = (int(PAN * length) for length in pixels.shape[:2])
    spare = np.array(pixels.shape[:2]) - (height, width)
    step = random.uniform(-2.5, 2.5, 2)
    clip = []
    for index in range(count):
        y, x = np.clip(spare / 2 + step * index, 0, spare).astype(int)
        noise = random.integers(-NOISE, NOISE + 1, (height, width, 3), np.int8)
        part = pixels[y : y + height, x : x + width] + noise.astype(np.int16)
        clip.append(Frame(index, index / 15, RgbImage(np.clip(part, 0, 255).astype(np.uint8))))
    return clip


def mirror(keypoints: FloatArray, width: int) -> FloatArray:
    """The keypoints of the mirrored image: left is right."""
    mirrored = keypoints.copy()
    mirrored[:, 0] = width - keypoints[:, 0]
    for left, right in FLIP_PAIRS:
        mirrored[[left, right]] = mirrored[[right, left]]
    return mirrored
