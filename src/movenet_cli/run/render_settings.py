"""What `render` draws, as it was asked for; and the look that this gives the overlay of one input."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from movenet_cli.core.inputs import FrameRange
from movenet_cli.core.results import Header
from movenet_cli.errors import UsageError
from movenet_cli.output.overlay.draw import Style
from movenet_cli.output.overlay.look import Background, Look


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """What to draw of the results; what is None is as `annotate` drew it.

    Attributes:
        style: which of `lines`, `dots` and `boxes`.
        ids: whether the number of a track is written, where there is one.
        scores: whether a person's score is written.
        by_person: whether colours tell people apart, instead of left and right; None: where there may be
            several people.
        min_score: keypoints below are not drawn.
        background: see `Look`.
        blur_faces: see `Look`.
        frame_number: see `Look`.
        side_by_side: see `Look`.
        frames: which frames of a video.
    """

    style: frozenset[str] | None = None
    ids: bool | None = None
    scores: bool = False
    by_person: bool | None = None
    min_score: float | None = None
    background: Background = "source"
    blur_faces: bool = False
    frame_number: bool = False
    side_by_side: bool = False
    frames: FrameRange = field(default_factory=FrameRange)

    def look(self, header: Header) -> Look:
        """The look of one input's overlay."""
        usual = Look.usual(header)
        shapes = self.style
        style = Style(
            lines=shapes is None or "lines" in shapes,
            dots=shapes is None or "dots" in shapes,
            boxes=usual.style.boxes if shapes is None else "boxes" in shapes,
            ids=usual.style.ids if self.ids is None else self.ids,
            scores=self.scores,
            by_person=usual.style.by_person if self.by_person is None else self.by_person,
        )
        return Look(
            header.thresholds,
            style,
            self.background,
            self.blur_faces,
            self.frame_number and header.info.media == "video",
            self.side_by_side,
            self.min_score,
        )


def refuse_unused(settings: RenderSettings, given: Set[str], headers: Sequence[Header]) -> None:
    """Refuse an option that was given and has no effect on any of these results.

    Raises:
        UsageError: says which option, and why.
    """
    if not headers:
        return
    if "ids" in given and settings.ids and not any(map(_is_tracked, headers)):
        why = "nobody here has a number, which people get in videos by a multi-pose model with --track"
        raise UsageError(f"--ids would have no effect: {why}; leave it out")
    if not any(header.info.media == "video" for header in headers):
        for name in sorted(given & {"start", "end", "frame_number"}):
            flag = name.replace("_", "-")
            raise UsageError(
                f"--{flag} would have no effect: it is for videos, and all inputs are images; leave it out"
            )


def _is_tracked(header: Header) -> bool:
    """Whether people may have numbers."""
    is_video_of_many = header.info.media == "video" and header.model.kind == "multi"
    return is_video_of_many and bool(header.options.get("track", True))
