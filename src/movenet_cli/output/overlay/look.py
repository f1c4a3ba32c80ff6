"""The look of an overlay: what is done to a frame's pixels before and after its skeletons are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from movenet_cli.core.results import Header
from movenet_cli.core.skeleton import INDEX
from movenet_cli.core.types import ByteArray, FrameResult, Image, Pose, Thresholds
from movenet_cli.output.overlay.canvas import Canvas, Points, rgb_canvas
from movenet_cli.output.overlay.draw import CENTRE, Style, draw_poses, draw_text

Background = Literal["source", "black", "transparent"]

_HEAD: Final = [INDEX[name] for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
_SHOULDERS: Final = [INDEX["left_shoulder"], INDEX["right_shoulder"]]
_FAINT: Final = 0.1
"""A face is blurred from this score of any of its keypoints on: better one too many than one too few."""


@dataclass(frozen=True, slots=True)
class Look:
    """How overlays look.

    Attributes:
        thresholds: who counts as a person, and is drawn.
        style: how people are drawn.
        background: what they are drawn on.
        blur_faces: whether faces of the source are made unrecognisable.
        frame_number: whether the frame's index in the source stands in the corner.
        side_by_side: whether the source is shown to the left of it.
        min_score: keypoints below are not drawn; None for those that do not count as seen.
    """

    thresholds: Thresholds
    style: Style = field(default_factory=Style)
    background: Background = "source"
    blur_faces: bool = False
    frame_number: bool = False
    side_by_side: bool = False
    min_score: float | None = None

    @classmethod
    def usual(cls, header: Header) -> "Look":
        """That of `annotate --overlay`: for several people boxes, ids, and a colour for each."""
        is_multi = header.model.kind == "multi"
        return cls(header.thresholds, Style(boxes=is_multi, ids=is_multi, by_person=is_multi))

    def prepare(self, canvas: Canvas, result: FrameResult) -> None:
        """What happens to the source's pixels, wherever they are shown."""
        if self.blur_faces:
            _blur_faces(canvas, result.poses)

    def paint(self, canvas: Canvas, result: FrameResult) -> None:
        """What is drawn, and what it is drawn on."""
        if self.background == "black":
            canvas.fill((0, 0, 0))
        min_score = self.thresholds.min_score if self.min_score is None else self.min_score
        draw_poses(canvas, self.thresholds.people(result), min_score, self.style)
        if self.frame_number:
            size = max(0.4, canvas.height / 900)
            draw_text(canvas, str(result.index), (0, canvas.height), CENTRE, size)


def painted_rgb(image: Image, result: FrameResult, look: Look) -> ByteArray:
    """The image as it looks then: (H, W, 3) uint8 RGB; on a transparent background (H, W, 4), RGB and alpha.

    Side by side, both halves have the same, even width.
    """
    if look.background == "transparent":
        pixels = np.zeros((image.height, image.width, 4), np.uint8)
        look.paint(rgb_canvas(pixels), result)
        return _unmultiplied(pixels)
    pixels = image.rgb().copy()
    look.prepare(rgb_canvas(pixels), result)
    drawn = pixels
    if look.side_by_side:
        pixels = np.pad(pixels, ((0, 0), (0, image.width % 2), (0, 0)), mode="edge")
        pixels = np.hstack((pixels, pixels))
        drawn = pixels[:, pixels.shape[1] // 2 :][:, : image.width]
    look.paint(rgb_canvas(drawn), result)
    return pixels


def _unmultiplied(pixels: ByteArray) -> ByteArray:
    """Colours that are multiplied by their opacity, as they are."""
    alpha = pixels[:, :, 3:]
    pixels[:, :, :3] = np.minimum(255, pixels[:, :, :3] * 255.0 / np.maximum(alpha, 1) + 0.5)
    return pixels


def _blur_faces(canvas: Canvas, poses: Sequence[Pose]) -> None:
    """Blur every face that may be in view, also one that is hidden in part or looks away."""
    for pose in poses:
        seen = [index for index in _HEAD if pose.keypoints[index, 2] >= _FAINT]
        points = pose.keypoints[seen, :2].astype(np.float64)
        if len(points) and np.isfinite(points).all():
            middle = (points.min(axis=0) + points.max(axis=0)) / 2
            x, y = np.clip(middle, -1e6, 1e6).tolist()
            canvas.blur(x, y, _face_radius(pose, points))


def _face_radius(pose: Pose, points: Points) -> float:
    """Pixels from the middle of the face to its edge.

    By its own points, the shoulders, and all of the person: of a face from the side, or one that is cut off,
    only some of these are as large as they should be, so the largest counts.
    """
    known = pose.keypoints[pose.keypoints[:, 2] >= _FAINT, :2]
    own = float(np.ptp(points, axis=0).max())
    shoulders = pose.keypoints[_SHOULDERS]
    across = float(np.hypot(*(shoulders[0, :2] - shoulders[1, :2])))
    across *= bool((shoulders[:, 2] >= _FAINT).all())
    return float(np.clip(max(1.1 * own, 0.45 * across, 0.09 * float(np.ptp(known, axis=0).max()), 4), 4, 1e4))
