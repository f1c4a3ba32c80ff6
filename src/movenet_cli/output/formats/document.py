"""What the formats `json` and `jsonl` share: headers and frames as JSON values, their keys in fixed order."""

from movenet_cli import __version__
from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.results import Header
from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.core.types import FrameResult, Pose
from movenet_cli.io.json_text import escape_name, plain_text
from movenet_cli.output.formats.rounding import (
    box_row,
    keypoint_rows,
    score_number,
    seconds_number,
    smoothed_rows,
)

SCHEMA = "movenet-cli/1"


def header_fields(header: Header) -> dict[str, object]:
    """Everything that stands before the frames."""
    info, model = header.info, header.model
    return {
        "schema": SCHEMA,
        "source": escape_name(header.source),
        "media": info.media,
        "width": info.width,
        "height": info.height,
        "rotation": info.rotation,
        "fps": None if info.fps is None else seconds_number(info.fps),
        "frame_count": info.frame_count,
        "model": {
            "name": plain_text(model.name),
            "kind": model.kind,
            "input": list(header.input_size.shape),
            "sha256": model.sha256,
        },
        "options": dict(header.options),
        "tool": {"name": "movenet-cli", "version": __version__},
        "keypoint_names": list(KEYPOINT_NAMES),
    }


def frame_fields(result: FrameResult, info: SourceInfo) -> dict[str, object]:
    """One frame's record; with its size where that is not the one in the header.

    Raises:
        MediaError: when a number is not finite, or beyond all reason.
    """
    fields: dict[str, object] = {
        "frame": result.index,
        "time": None if result.time is None else seconds_number(result.time),
    }
    if result.size not in (None, (info.width, info.height)):
        fields["width"], fields["height"] = result.size
    fields["status"] = result.status
    if result.status == "failed":
        fields["reason"] = plain_text(result.reason or "no reason given")
    if result.restarted:
        fields["restarted"] = True
    fields["poses"] = [_pose_fields(pose) for pose in result.poses]
    return fields


def _pose_fields(pose: Pose) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": pose.id,
        "score": score_number(pose.score),
        "box": None if pose.box is None else box_row(pose.box),
        "keypoints": keypoint_rows(pose),
    }
    if pose.smoothed is not None:
        fields["smoothed"] = smoothed_rows(pose.smoothed)
    return fields
