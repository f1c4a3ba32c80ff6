"""RGB pixels and poses in, the same pixels with the skeletons painted on them out.

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

from movenet_cli.core.results import Header
from movenet_cli.core.skeleton import EDGE_INDICES, INDEX, KEYPOINT_NAMES
from movenet_cli.core.types import Box, ByteArray, FloatArray, FrameResult, PixelRect, Pose

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

Polygon = npt.NDArray[np.int32]
"""(..., 2) int32: corners x, y in 1/16 pixels, (0, 0) the middle of the top-left pixel, as OpenCV draws."""

_Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64]

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

_SHIFT: Final = 4
_CIRCLE: Final = np.array(
    [(math.cos(turn * math.tau / 20), math.sin(turn * math.tau / 20)) for turn in range(20)]
)
_FONT: Final = cv2.FONT_HERSHEY_DUPLEX

_FAR: Final = 1e6
"""Keypoints more than so many pixels away are on no image, and not worth an overflow."""


@dataclass(frozen=True, slots=True)
class _Pen:
    """Sizes in pixels for one person: half the width of a limb, radius of a dot, width of the dark rim."""

    limb: float
    dot: float
    rim: float


def draw_people(pixels: ByteArray, header: Header, result: FrameResult) -> None:
    """Paint a frame's people in place; boxes and ids, too, where the model is multi-pose."""
    boxes = header.model.kind == "multi"
    draw_poses(pixels, header.people(result), header.thresholds.min_score, boxes=boxes)


def draw_poses(pixels: ByteArray, poses: Sequence[Pose], min_score: float, *, boxes: bool = False) -> None:
    """Paint skeletons in place, on the smoothed points where there are any.

    Args:
        pixels: (height, width, 3) uint8 RGB, writable.
        poses: people, in pixels of this image.
        min_score: keypoints below are not painted, nor are limbs that end there.
        boxes: also paint each person's box and, if there is one, the id.
    """
    people = [_Person.of(place, pose, min_score, pixels) for place, pose in enumerate(poses)]
    seen = [person for person in people if person.shown.any()]
    framed = [(person, person.pose.box) for person in seen if boxes and person.pose.box is not None]
    for person, box in framed:
        _draw_box(pixels, box, person)
    for person in seen:
        _draw_limbs(pixels, person)
        _draw_dots(pixels, person)
    for person, box in framed:
        if person.pose.id is not None:
            _draw_label(pixels, box, person, str(person.pose.id))


@dataclass(frozen=True, slots=True, eq=False)
class _Person:
    """A pose ready for painting: (17, 2) points, (17,) which of them to paint, colour of its box, pen."""

    pose: Pose
    points: FloatArray
    shown: npt.NDArray[np.bool_]
    colour: Colour
    pen: _Pen

    @classmethod
    def of(cls, place: int, pose: Pose, min_score: float, pixels: ByteArray) -> "_Person":
        points = pose.keypoints[:, :2] if pose.smoothed is None else pose.smoothed
        near = (np.abs(points) < _FAR).all(axis=1)  # False for NaN, too
        shown = near & (pose.keypoints[:, 2] >= min_score)
        colour = PEOPLE[(place if pose.id is None else pose.id) % len(PEOPLE)]
        return cls(pose, points, shown, colour, _pen(points[shown], pixels.shape[1], pixels.shape[0]))


def _pen(points: FloatArray, width: int, height: int) -> _Pen:
    """The pen for a person with these painted points, (N, 2), in an image of this size."""
    extent = float(np.ptp(points, axis=0).max()) if len(points) else 0.0
    image = math.sqrt(width * height)
    limb = min(max(0.0085 * extent, 0.0014 * image, 0.6), 0.0055 * image + 0.6)
    return _Pen(limb, 1.4 * limb + 0.6, min(0.3 * limb + 0.4, 4.0))


def _draw_limbs(pixels: ByteArray, person: _Person) -> None:
    points, pen = person.points, person.pen
    limbs = np.flatnonzero(person.shown[_ENDS].all(axis=1))
    a, b = points[_ENDS[limbs, 0]], points[_ENDS[limbs, 1]]
    rims, bars = (_bars(a, b, _RADII[limbs] * pen.limb + grow) for grow in (pen.rim, 0.0))
    weaker = person.pose.keypoints[_ENDS[limbs], 2].min(axis=1)
    opacities = np.clip(0.2 + 1.4 * weaker, 0.45, 1.0).tolist()
    for limb, rim, bar, opacity in zip(limbs.tolist(), rims, bars, opacities, strict=True):
        _paint(pixels, ((rim, RIM), (bar, _LIMB_COLOURS[limb])), opacity)


def _draw_dots(pixels: ByteArray, person: _Person) -> None:
    rows = np.flatnonzero(person.shown)
    centres, radii = person.points[rows, None], _WEIGHTS[rows, None, None] * person.pen.dot
    rims, discs = (_fixed(centres + _CIRCLE * (radii + grow)) for grow in (person.pen.rim, 0.0))
    for row, rim, disc in zip(rows.tolist(), rims, discs, strict=True):
        _paint(pixels, ((rim, RIM), (disc, _COLOURS[row])))


def _draw_box(pixels: ByteArray, box: Box, person: _Person) -> None:
    x0, y0, x1, y1 = _finite(box)
    starts = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    ends = np.roll(starts, -1, axis=0)
    half = max(0.5, 0.35 * person.pen.limb)
    for radius, colour in ((half + 0.6 * person.pen.rim, RIM), (half, person.colour)):
        longer = radius * np.sign(ends - starts)
        for side in _bars(starts - longer, ends + longer, np.full((4, 2), radius)):
            _paint(pixels, ((side, colour),))


def _draw_label(pixels: ByteArray, box: Box, person: _Person, text: str) -> None:
    """A filled plate with dark text, standing on the box's upper left corner, moved into the image."""
    size = max(0.35, 0.12 * person.pen.limb)
    stroke = max(1, round(1.6 * size))
    (width, height), _ = cv2.getTextSize(text, _FONT, size, stroke)
    margin = max(2, round(0.45 * height))
    left, top, _, _ = _finite(box)
    x = round(min(max(left, 0), max(0, pixels.shape[1] - width - 2 * margin)))
    y = round(min(max(top, height + 2 * margin), pixels.shape[0]))
    cv2.rectangle(
        pixels, (x, y - height - 2 * margin), (x + width + 2 * margin, y), person.colour, cv2.FILLED
    )
    cv2.putText(pixels, text, (x + margin, y - margin), _FONT, size, RIM, stroke, cv2.LINE_AA)


def _finite(box: Box) -> Box:
    """The box within what OpenCV's integers hold."""
    x0, y0, x1, y1 = np.nan_to_num(np.clip(box, -_FAR, _FAR)).tolist()
    return x0, y0, x1, y1


def _bars(a: _Floats, b: _Floats, radii: _Floats) -> Polygon:
    """Tapered bars from `a` to `b`, (N, 2) each, half as wide as `radii` (N, 2) at their ends: (N, 4, 2)."""
    along = (b - a).astype(np.float64)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)
    across = along[:, ::-1] * (-1.0, 1.0) / length[:, None]
    at_a, at_b = across * radii[:, :1], across * radii[:, 1:]
    return _fixed(np.stack((a + at_a, b + at_b, b - at_b, a - at_a), axis=1))


def _fixed(points: _Floats) -> Polygon:
    """Source pixels, (0, 0) the corner of the top-left one, to a polygon's 1/16 pixels."""
    fixed: Polygon = np.rint((points - 0.5) * (1 << _SHIFT)).astype(np.int32)
    return fixed


def _paint(pixels: ByteArray, shapes: Sequence[tuple[Polygon, Colour]], opacity: float = 1.0) -> None:
    """Fill convex shapes, the first the largest, one over the other; as a whole they may be see-through."""
    if opacity >= 1.0:
        for corners, colour in shapes:
            cv2.fillConvexPoly(pixels, corners, colour, cv2.LINE_AA, _SHIFT)
        return
    x0, y0, x1, y1 = _region(shapes[0][0], pixels.shape[1], pixels.shape[0])
    if x0 < x1 and y0 < y1:
        behind = pixels[y0:y1, x0:x1]
        front = behind.copy()
        origin = np.array((x0, y0), np.int32) << _SHIFT
        _paint(front, [(corners - origin, colour) for corners, colour in shapes])
        cv2.addWeighted(front, opacity, behind, 1 - opacity, 0, dst=behind)


def _region(corners: Polygon, width: int, height: int) -> PixelRect:
    """The part of the image that a shape may touch."""
    low, high = (corners.min(axis=0) >> _SHIFT) - 2, (corners.max(axis=0) >> _SHIFT) + 3
    (x0, y0), (x1, y1) = np.clip((low, high), 0, (width, height)).tolist()
    return x0, y0, x1, y1
