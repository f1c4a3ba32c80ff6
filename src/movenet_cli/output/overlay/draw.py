"""Draws skeletons: what they look like, and how they get onto pixels.

A person's left is blue, the right orange, what joins the two sides nearly white: every kind of colour
vision tells them apart. Each shape has a dark rim, so that it stands out on any background. Sizes follow the
person and the image; only the pixels under a shape are touched.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from movenet_cli.core.skeleton import EDGE_INDICES, INDEX, KEYPOINT_NAMES
from movenet_cli.core.types import Box, FloatArray, Pose
from movenet_cli.output.overlay.canvas import Canvas, Colour, Points

LEFT: Final[Colour] = (56, 176, 255)
RIGHT: Final[Colour] = (255, 146, 20)
CENTRE: Final[Colour] = (244, 244, 238)
RIM: Final[Colour] = (22, 22, 30)

PEOPLE: Final[tuple[Colour, ...]] = (
    (255, 214, 64),
    (64, 214, 160),
    (240, 140, 200),
    (130, 205, 255),
    (255, 150, 110),
    (180, 165, 255),
    (165, 225, 100),
    (225, 225, 225),
)
"""Colours of boxes and labels, in turn: by track id, or by place in the list when nobody tracks."""

_COLOURS: Final = tuple(
    LEFT if name.startswith("left_") else RIGHT if name.startswith("right_") else CENTRE
    for name in KEYPOINT_NAMES
)
"""The colour of each keypoint."""

_THICKNESS: Final = {"nose": 0.7, "eye": 0.55, "ear": 0.55, "elbow": 0.9, "wrist": 0.75, "ankle": 0.8}
_WEIGHTS: Final = np.array([_THICKNESS.get(name.split("_")[-1], 1.0) for name in KEYPOINT_NAMES])
"""Relative thickness at each keypoint: limbs taper away from the trunk, and the face stays fine."""

_ENDS: Final = np.array([edge for edge in EDGE_INDICES if edge != (INDEX["left_eye"], INDEX["right_eye"])])
"""(L, 2): the limbs to paint; from eye to eye would hide the nose."""


def _limb_colour(a: int, b: int) -> Colour:
    """The side's colour, also for what joins a side to the nose; neutral from side to side."""
    sides = {_COLOURS[a], _COLOURS[b]} - {CENTRE}
    return sides.pop() if len(sides) == 1 else CENTRE


def _limb_radii(a: int, b: int) -> tuple[float, float]:
    """Relative thickness of a limb at its ends: thin and even at the head, slim across the trunk."""
    if min(a, b) < INDEX["left_shoulder"]:
        return (float(min(_WEIGHTS[a], _WEIGHTS[b])),) * 2
    slim = 0.75 if _limb_colour(a, b) == CENTRE else 1.0
    return slim * float(_WEIGHTS[a]), slim * float(_WEIGHTS[b])


_LIMB_COLOURS: Final = tuple(_limb_colour(a, b) for a, b in _ENDS.tolist())
_RADII: Final = np.array([_limb_radii(a, b) for a, b in _ENDS.tolist()])

_CIRCLE: Final = np.array(
    [(math.cos(turn * math.tau / 20), math.sin(turn * math.tau / 20)) for turn in range(20)]
)
_FONT: Final = cv2.FONT_HERSHEY_DUPLEX

_FAR: Final = 1e6
"""Keypoints more than so many pixels away are on no image, and not worth an overflow."""


@dataclass(frozen=True, slots=True)
class Style:
    """What is painted of a person.

    Attributes:
        lines: the limbs.
        dots: the keypoints.
        boxes: the box.
        ids: the track's number, where there is one.
        scores: the person's score.
        by_person: limbs and keypoints in the person's colour, instead of those of left and right.
    """

    lines: bool = True
    dots: bool = True
    boxes: bool = False
    ids: bool = False
    scores: bool = False
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class _Pen:
    """Sizes in pixels for one person: half the width of a limb, radius of a dot, width of the dark rim."""

    limb: float
    dot: float
    rim: float


def draw_poses(canvas: Canvas, poses: Sequence[Pose], min_score: float, style: Style = Style()) -> None:
    """Paint skeletons, on the smoothed points where there are any.

    Args:
        canvas: where to.
        poses: people, in pixels of this image.
        min_score: keypoints below are not painted, nor are limbs that end there.
        style: what to paint of them.
    """
    people = [_Person.of(place, pose, min_score, canvas) for place, pose in enumerate(poses)]
    seen = [person for person in people if person.shown.any()]
    if style.boxes:
        for person in seen:
            _draw_box(canvas, person)
    for person in seen:
        if style.lines:
            _draw_limbs(canvas, person, style)
        if style.dots:
            _draw_dots(canvas, person, style)
    for person in seen:
        if text := _label(person.pose, style):
            _draw_label(canvas, person, text)


@dataclass(frozen=True, slots=True, eq=False)
class _Person:
    """A pose ready for painting: (17, 2) points, (17,) which of them to paint, own colour, pen."""

    pose: Pose
    points: FloatArray
    shown: npt.NDArray[np.bool_]
    colour: Colour
    pen: _Pen

    @classmethod
    def of(cls, place: int, pose: Pose, min_score: float, canvas: Canvas) -> "_Person":
        points = pose.keypoints[:, :2] if pose.smoothed is None else pose.smoothed
        near = (np.abs(points) < _FAR).all(axis=1)  # False for NaN, too
        shown = near & (pose.keypoints[:, 2] >= min_score)
        colour = PEOPLE[(place if pose.id is None else pose.id) % len(PEOPLE)]
        return cls(pose, points, shown, colour, _pen(points[shown], canvas.width, canvas.height))


def _pen(points: FloatArray, width: int, height: int) -> _Pen:
    """The pen for a person with these painted points, (N, 2), in an image of this size."""
    extent = float(np.ptp(points, axis=0).max()) if len(points) else 0.0
    image = math.sqrt(width * height)
    limb = min(max(0.0085 * extent, 0.0014 * image, 0.6), 0.0055 * image + 0.6)
    return _Pen(limb, 1.4 * limb + 0.6, min(0.3 * limb + 0.4, 4.0))


def _draw_limbs(canvas: Canvas, person: _Person, style: Style) -> None:
    points, pen = person.points, person.pen
    limbs = np.flatnonzero(person.shown[_ENDS].all(axis=1))
    a, b = points[_ENDS[limbs, 0]], points[_ENDS[limbs, 1]]
    outlines = [_bars(a, b, _RADII[limbs] * pen.limb + grow) for grow in (pen.rim, 0.0)]
    weaker = person.pose.keypoints[_ENDS[limbs], 2].min(axis=1)
    opacities = np.clip(0.2 + 1.4 * weaker, 0.45, 1.0).tolist()
    colours = [(RIM, person.colour if style.by_person else _LIMB_COLOURS[limb]) for limb in limbs.tolist()]
    for layer in canvas.layers:
        layer.paint(outlines, colours, opacities)


def _draw_dots(canvas: Canvas, person: _Person, style: Style) -> None:
    rows = np.flatnonzero(person.shown)
    centres, radii = person.points[rows, None], _WEIGHTS[rows, None, None] * person.pen.dot
    outlines = [centres + _CIRCLE * (radii + grow) for grow in (person.pen.rim, 0.0)]
    colours = [(RIM, person.colour if style.by_person else _COLOURS[row]) for row in rows.tolist()]
    for layer in canvas.layers:
        layer.paint(outlines, colours)


def _draw_box(canvas: Canvas, person: _Person) -> None:
    if person.pose.box is None:
        return
    x0, y0, x1, y1 = _finite(person.pose.box)
    starts = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    ends = np.roll(starts, -1, axis=0)
    half = max(0.5, 0.35 * person.pen.limb)
    for radius, colour in ((half + 0.6 * person.pen.rim, RIM), (half, person.colour)):
        longer = radius * np.sign(ends - starts)
        sides = _bars(starts - longer, ends + longer, np.full((4, 2), radius))
        for layer in canvas.layers:
            layer.paint([sides], [(colour,)] * 4)


def _label(pose: Pose, style: Style) -> str:
    """What stands beside a person."""
    number = [str(pose.id)] if style.ids and pose.id is not None else []
    return " ".join([*number, *([f"{pose.score:.2f}"] if style.scores else [])])


def _draw_label(canvas: Canvas, person: _Person, text: str) -> None:
    """A plate on the upper left corner of the person's box; without a box, of the points."""
    box = person.pose.box
    left, top = person.points[person.shown].min(axis=0).tolist() if box is None else _finite(box)[:2]
    draw_text(canvas, text, (left, top), person.colour, max(0.35, 0.12 * person.pen.limb))


def draw_text(canvas: Canvas, text: str, corner: tuple[float, float], colour: Colour, size: float) -> None:
    """Dark text on a filled plate, standing on a point, moved into the image.

    Args:
        canvas: where to.
        text: what to write.
        corner: x, y of the plate's lower left corner.
        colour: of the plate.
        size: OpenCV's scale of the font.
    """
    stroke = max(1, round(1.6 * size))
    (width, height), _ = cv2.getTextSize(text, _FONT, size, stroke)
    margin = max(2, round(0.45 * height))
    # Whole samples of chroma are covered: the plate's place and size are even.
    plate = np.full(((height + 2 * margin + 1) & ~1, (width + 2 * margin + 1) & ~1, 3), colour, np.uint8)
    cv2.putText(plate, text, (margin, margin + height), _FONT, size, RIM, stroke, cv2.LINE_AA)
    x = round(min(max(corner[0], 0), max(0, canvas.width - plate.shape[1])))
    y = round(min(max(corner[1], plate.shape[0]), canvas.height)) - plate.shape[0]
    canvas.paste(plate, x & ~1, max(y, 0) & ~1)


def _finite(box: Box) -> Box:
    """The box within what OpenCV's integers hold."""
    x0, y0, x1, y1 = np.nan_to_num(np.clip(box, -_FAR, _FAR)).tolist()
    return x0, y0, x1, y1


def _bars(a: Points, b: Points, radii: Points) -> Points:
    """Tapered bars from `a` to `b`, (N, 2) each, half as wide as `radii` (N, 2) at their ends: (N, 4, 2)."""
    along = (b - a).astype(np.float64)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)
    across = along[:, ::-1] * (-1.0, 1.0) / length[:, None]
    at_a, at_b = across * radii[:, :1], across * radii[:, 1:]
    return np.stack((a + at_a, b + at_b, b - at_b, a - at_a), axis=1)
