"""Records of a results document, as parsed JSON of unknown origin, to headers, frame results and summaries.

Everything that the schema demands is checked here; a document that passes can be written again byte by byte.
"""

from collections.abc import Collection, Mapping
from itertools import chain
from typing import Any, Final

import numpy as np

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Header, Summary
from movenet_cli.core.skeleton import KEYPOINT_COUNT, KEYPOINT_NAMES
from movenet_cli.core.types import Box, FloatArray, FrameResult, Pose, Size
from movenet_cli.errors import InputError
from movenet_cli.io.json_text import unescape_name
from movenet_cli.output.formats.document import SCHEMA
from movenet_cli.output.formats.rounding import LARGEST, LATEST

Fields = Mapping[str, Any]

_HEADER_KEYS: Final = (
    *("schema", "source", "media", "width", "height", "rotation", "fps", "frame_count"),
    *("model", "options", "tool", "keypoint_names"),
)
_NUMBER: Final = (int, float)
_SHA256_DIGITS: Final = frozenset("0123456789abcdef")


def parse_header(fields: Fields) -> Header:
    """The header of a document.

    Raises:
        InputError: (as from all functions here) says which field is wrong and how.
    """
    if fields.get("schema") != SCHEMA:
        raise InputError(f"its schema is {_shown(fields.get('schema'))}, not {SCHEMA}")
    _require_keys(fields, _HEADER_KEYS)
    if fields["keypoint_names"] != list(KEYPOINT_NAMES):
        raise InputError("keypoint_names are not COCO's 17")
    _check_tool(_field(fields, "tool", dict))
    model, input_size = _parse_model(_field(fields, "model", dict))
    options, min_score = _parse_options(_field(fields, "options", dict))
    return Header(
        _parse_source(_field(fields, "source", str)),
        _parse_info(fields),
        model,
        input_size,
        options,
        min_score,
    )


def parse_frame(fields: Fields) -> FrameResult:
    """One frame's record; errors as `parse_header`."""
    failed = fields.get("status") == "failed"
    sized = "width" in fields or "height" in fields
    optional = (*(("width", "height") if sized else ()), *(("reason",) if failed else ()))
    _require_keys(fields, ("frame", "time", "status", *optional, "poses"))
    status = _choice(fields, "status", ("ok", "empty", "failed"))
    poses = tuple(_parse_pose(_as_dict(pose, "a pose")) for pose in _field(fields, "poses", list))
    if (failed and poses) or (status == "ok" and not poses):
        raise InputError(f"a frame that is {status} has {len(poses)} poses")
    time = _field(fields, "time", int, float, type(None))
    return FrameResult(
        _count(fields, "frame"),
        None if time is None else _finite(time, "time", LATEST),
        status,
        poses,
        _field(fields, "reason", str) if failed else None,
        Size(_count(fields, "width", least=1), _count(fields, "height", least=1)) if sized else None,
    )


def parse_summary(fields: Fields) -> Summary:
    """The counts; errors as `parse_header`."""
    _require_keys(fields, ("frames", "ok", "empty", "failed"))
    frames, ok, empty, failed = (_count(fields, key) for key in ("frames", "ok", "empty", "failed"))
    return Summary(frames, ok, empty, failed)


def _parse_source(text: str) -> str:
    try:
        name = unescape_name(text)
    except ValueError as error:
        raise InputError(str(error)) from error
    if not name:
        raise InputError("source is empty")
    if name.startswith("/") or "\0" in name or ".." in name.split("/"):
        raise InputError(f"source is {_shown(name)}, which is no name below an input folder")
    return name


def _parse_info(fields: Fields) -> SourceInfo:
    fps = _field(fields, "fps", int, float, type(None))
    if fps is not None and _finite(fps, "fps", LATEST) <= 0:
        raise InputError(f"fps is {fps}")
    if fields["rotation"] not in (0, 90, 180, 270) or isinstance(fields["rotation"], bool):
        raise InputError(f"rotation is {_shown(fields['rotation'])}")
    return SourceInfo(
        _choice(fields, "media", ("image", "video")),
        _count(fields, "width", least=1),
        _count(fields, "height", least=1),
        int(fields["rotation"]),
        None if fps is None else float(fps),
        None if fields["frame_count"] is None else _count(fields, "frame_count"),
    )


def _parse_model(fields: Fields) -> tuple[ModelInfo, Size]:
    _require_keys(fields, ("name", "kind", "input", "sha256"))
    size = _field(fields, "input", list)
    if len(size) != 2 or any(type(side) is not int or side < 1 for side in size):
        raise InputError(f"model.input is {_shown(size)}, not [height, width]")
    sha256 = _field(fields, "sha256", str)
    if len(sha256) != 64 or not _SHA256_DIGITS.issuperset(sha256):
        raise InputError(f"model.sha256 is {_shown(sha256)}")
    kind = _choice(fields, "kind", ("single", "multi"))
    return ModelInfo(_field(fields, "name", str), kind, None, sha256, ""), Size(size[1], size[0])


def _parse_options(fields: Fields) -> tuple[dict[str, object], float]:
    if any(type(value) not in (str, int, float, bool, type(None)) for value in fields.values()):
        raise InputError("options hold more than text, numbers, true, false and null")
    score = _finite(_field(fields, "min_score", int, float), "min_score")
    if not 0 <= score <= 1:
        raise InputError(f"options.min_score is {score}")
    return dict(fields), score


def _check_tool(fields: Fields) -> None:
    _require_keys(fields, ("name", "version"))
    _choice(fields, "name", ("movenet-cli",))
    _field(fields, "version", str)


def _parse_pose(fields: Fields) -> Pose:
    smoothed = "smoothed" in fields
    _require_keys(fields, ("id", "score", "box", "keypoints", *(("smoothed",) if smoothed else ())))
    return Pose(
        _rows(fields["keypoints"], "keypoints", 3),
        _finite(_field(fields, "score", int, float), "score"),
        None if fields["box"] is None else _parse_box(fields["box"]),
        None if fields["id"] is None else _count(fields, "id"),
        _rows(fields["smoothed"], "smoothed", 2) if smoothed else None,
    )


def _parse_box(value: object) -> Box:
    if type(value) is not list or len(value) != 4 or not set(map(type, value)) <= set(_NUMBER):
        raise InputError(f"box is {_shown(value)}, not [x0, y0, x1, y1]")
    x0, y0, x1, y1 = (_finite(number, "box") for number in value)
    return x0, y0, x1, y1


def _rows(value: object, name: str, columns: int) -> FloatArray:
    """(17, columns) float32 of nested lists."""
    if type(value) is not list or len(value) != KEYPOINT_COUNT or set(map(type, value)) != {list}:
        raise InputError(f"{name} are not {KEYPOINT_COUNT} rows")
    flat = list(chain.from_iterable(value))
    if set(map(len, value)) != {columns} or not set(map(type, flat)) <= set(_NUMBER):
        raise InputError(f"{name} have a row that is not {columns} numbers")
    if not -LARGEST <= min(flat) <= max(flat) <= LARGEST:
        raise InputError(f"{name} have a number that is out of range")
    return np.array(flat, np.float32).reshape(KEYPOINT_COUNT, columns)


def _require_keys(fields: Fields, keys: Collection[str]) -> None:
    for key in keys:
        if key not in fields:
            raise InputError(f"{key} is missing")
    for key in fields:
        if key not in keys:
            raise InputError(f"{_shown(key)} is no field of {SCHEMA}")


def _field(fields: Fields, key: str, *kinds: type) -> Any:
    if key not in fields:
        raise InputError(f"{key} is missing")
    if type(fields[key]) not in kinds:
        raise InputError(f"{key} is {_shown(fields[key])}")
    return fields[key]


def _choice(fields: Fields, key: str, values: Collection[str]) -> Any:
    if _field(fields, key, str) not in values:
        raise InputError(f"{key} is {_shown(fields[key])}, not {' or '.join(values)}")
    return fields[key]


def _count(fields: Fields, key: str, least: int = 0) -> int:
    number: int = _field(fields, key, int)
    if not least <= number < 2**53:
        raise InputError(f"{key} is {_shown(number)}")
    return number


def _finite(number: float, name: str, largest: float = LARGEST) -> float:
    if not -largest <= number <= largest:
        raise InputError(f"{name} is out of range")
    return float(number)


def _as_dict(value: object, what: str) -> Fields:
    if not isinstance(value, dict):
        raise InputError(f"{what} is {_shown(value)}")
    return value


def _shown(value: object) -> str:
    """A value from outside, short enough for a message and on one line."""
    text = ascii(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return text if len(text) <= 40 else text[:37] + "..."
