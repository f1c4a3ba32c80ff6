"""The records of a results document as the schema movenet-cli/1 has them, and what they say in our own nouns.

The types are the schema: msgspec refuses whatever breaks them while it parses. What concerns several fields
at once stands in `__post_init__`. A record that passes can be written again byte by byte.
"""

from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from msgspec import UNSET, Meta, Struct, UnsetType

from movenet_cli.core.inputs import Media, SourceInfo
from movenet_cli.core.model_info import Kind, ModelInfo
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.skeleton import KEYPOINT_COUNT, KEYPOINT_NAMES
from movenet_cli.core.types import FrameResult, Pose, Size, Status, Thresholds
from movenet_cli.io.json_text import unescape_name
from movenet_cli.io.strict_json import convert
from movenet_cli.output.formats.rounding import LARGEST, LATEST

Count: TypeAlias = Annotated[int, Meta(ge=0, lt=2**53)]
Side: TypeAlias = Annotated[int, Meta(ge=1, lt=2**53)]
Number: TypeAlias = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
"""A coordinate or a score."""

Box: TypeAlias = tuple[Number, Number, Number, Number]
_EACH_KEYPOINT = Meta(min_length=KEYPOINT_COUNT, max_length=KEYPOINT_COUNT)


class _Record(Struct, forbid_unknown_fields=True):
    """An object of the schema: no field is there that it does not name."""


class PoseRecord(_Record):
    """One person."""

    id: Count | None
    score: Number
    box: Box | None
    keypoints: Annotated[list[tuple[Number, Number, Number]], _EACH_KEYPOINT]
    smoothed: Annotated[list[tuple[Number, Number]], _EACH_KEYPOINT] | UnsetType = UNSET

    def pose(self, *, restarted: bool) -> Pose:
        """The person as the rest of the program knows it."""
        smoothed = None if self.smoothed is UNSET else np.array(self.smoothed, np.float32)
        return Pose(np.array(self.keypoints, np.float32), self.score, self.box, self.id, smoothed, restarted)


class FrameRecord(_Record):
    """One frame; `width` and `height` only where they are not the header's, `reason` only where it failed.

    `restarted` is there only where it is true, and somebody is there.
    """

    frame: Count
    time: Annotated[float, Meta(ge=-LATEST, le=LATEST)] | None
    status: Status
    poses: list[PoseRecord]
    width: Side | UnsetType = UNSET
    height: Side | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    restarted: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Refuse a status that is belied by the other fields."""
        if (self.status == "failed") is (self.reason is UNSET):
            raise ValueError("a frame has a reason when it failed, and only then")
        if (self.status == "failed" and self.poses) or (self.status == "ok" and not self.poses):
            raise ValueError(f"a frame that is {self.status} has {len(self.poses)} poses")
        if self.restarted is not UNSET and not (self.restarted and self.status == "ok"):
            raise ValueError(f"a frame that is {self.status} has restarted: {self.restarted}")
        if (self.width is UNSET) is not (self.height is UNSET):
            raise ValueError("a frame has both width and height, or neither")

    def result(self) -> FrameResult:
        """The frame as the rest of the program knows it."""
        return FrameResult(
            self.frame,
            self.time,
            self.status,
            tuple(pose.pose(restarted=self.restarted is True) for pose in self.poses),
            None if self.reason is UNSET else self.reason,
            None if self.width is UNSET or self.height is UNSET else Size(self.width, self.height),
        )


class SummaryRecord(_Record):
    """The counts of a document's frames."""

    frames: Count
    ok: Count
    empty: Count
    failed: Count

    def summary(self) -> Summary:
        """The counts as the rest of the program knows them."""
        return Summary(self.frames, self.ok, self.empty, self.failed)


class ModelRecord(_Record):
    """The model, and the height and width that it saw."""

    name: str
    kind: Kind
    input: tuple[Side, Side]
    sha256: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class ToolRecord(_Record):
    """The program that wrote the document."""

    name: Literal["movenet-cli"]
    version: str


class Options(Struct):
    """Of the options, those that say something of the document itself; others may stand beside them.

    Documents without `min_keypoints` and `min_pose_score` took a pose with one keypoint for a person.

    A video's frame numbers follow from them: every one is a multiple of the stride. The first is known unless
    the times decide (`start`), and from there on none may be missing unless the times decide (`fps`).
    """

    min_score: Annotated[float, Meta(ge=0, le=1)]
    min_keypoints: Side = 1
    min_pose_score: Annotated[float, Meta(ge=0, le=1)] = 0.0
    stride: Side | None = None
    start_frame: Count | None = None
    start: Any = None
    fps: Any = None

    def check_number(self, index: int, last: int | None) -> None:
        """Refuse a frame number that cannot follow `last`, or be the first one where that is None.

        Raises:
            ValueError: telling what is wrong with it.
        """
        stride = self.stride or 1
        if last is not None and index <= last:
            raise ValueError(f"frame {index} comes after frame {last}")
        if index % stride:
            raise ValueError(f"frame {index} is not a multiple of the stride {stride}")
        if last is None:
            is_known = self.start_frame is not None or self.start is None
            expected = -(-(self.start_frame or 0) // stride) * stride  # rounded up to a multiple
        else:
            is_known, expected = self.fps is None, last + stride
        if is_known and index != expected:
            raise ValueError(f"frame {expected} is missing: the record is that of frame {index}")


class HeaderRecord(_Record):
    """What stands before the frames."""

    schema: Literal["movenet-cli/1"]
    source: str
    media: Media
    width: Side
    height: Side
    rotation: Literal[0, 90, 180, 270]
    fps: Annotated[float, Meta(gt=0, le=LATEST)] | None
    frame_count: Count | None
    model: ModelRecord
    options: dict[str, str | int | float | bool | None]
    tool: ToolRecord
    keypoint_names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse keypoints in another order, and names that lead out of the results folder."""
        if self.keypoint_names != KEYPOINT_NAMES:
            raise ValueError("keypoint_names are not COCO's 17")
        name = unescape_name(self.source)
        if not name or name.startswith("/") or "\0" in name or ".." in name.split("/"):
            raise ValueError(f"source is {self.source!a}, which is not a name inside of an input folder")

    def checked_options(self) -> Options:
        """What the options say of the document; ValueError where they have a value that annotate refuses."""
        try:
            return convert(Options, self.options)
        except ValueError as error:
            raise ValueError(f"options: {error}") from error

    def header(self) -> Header:
        """The header as the rest of the program knows it; errors as `checked_options`."""
        model = ModelInfo(self.model.name, self.model.kind, None, self.model.sha256, "")
        info = SourceInfo(self.media, self.width, self.height, self.rotation, self.fps, self.frame_count)
        options = self.checked_options()
        thresholds = Thresholds(options.min_score, options.min_keypoints, options.min_pose_score)
        height, width = self.model.input
        return Header(unescape_name(self.source), info, model, Size(width, height), self.options, thresholds)


class HeaderLine(HeaderRecord, tag_field="record", tag="header"):
    """The first of JSON lines."""


class FrameLine(FrameRecord, kw_only=True, tag_field="record", tag="frame"):
    """One of JSON lines."""

    source: str


class SummaryLine(SummaryRecord, tag_field="record", tag="summary"):
    """The last of JSON lines."""

    source: str
