"""Arguments of a Python program: checks their types and ranges, and makes settings of them."""

import dataclasses
import math
import operator
import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from movenet_cli import settings as default
from movenet_cli.core.shard import Shard, parse_shard
from movenet_cli.core.time_point import MAX_SECONDS, TimePoint, parse_time_point
from movenet_cli.errors import UsageError
from movenet_cli.settings import Settings


def settings_of(values: Mapping[str, Any]) -> Settings:
    """Settings from a program's values: texts for times, paths for models, any kind of number.

    Raises:
        UsageError: a value is of the wrong kind or out of range.
    """
    made = Settings(**{name: _CHECKS[name](_flag(name), value) for name, value in values.items()})
    if made.offline or made.mirror:
        return made
    return dataclasses.replace(made, mirror=os.environ.get("MOVENET_MIRROR") or None)


def formats_of(formats: object) -> tuple[str, ...]:
    """The names of formats from a program's value: one or several, or a text with commas.

    Raises:
        UsageError: one is unknown, or there is none.
    """
    several = formats if isinstance(formats, Iterable) else ()
    parts = formats.split(",") if isinstance(formats, str) else map(str, several)
    names = tuple(dict.fromkeys(part.strip().lower() for part in parts))
    if not names or not set(names) <= set(default.FORMATS):
        raise UsageError(f"--format: {formats!r}: the formats are {', '.join(default.FORMATS)}")
    return names


def text_of(flag: str, value: object) -> str:
    """A text or a path as text.

    Raises:
        UsageError: it is neither, or empty.
    """
    if not isinstance(value, str | os.PathLike):
        raise UsageError(f"{flag}: {value!r} is neither a text nor a path")
    if not (text := os.fsdecode(value)):
        raise UsageError(f"{flag}: it is empty")
    return text


def shard_of(flag: str, value: object) -> Shard:
    """A shard, such as `3/8`; errors as `text_of`."""
    try:
        return parse_shard(text_of(flag, value))
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None


def texts_of(flag: str, values: object) -> list[str]:
    """One or several texts or paths as texts; errors as `text_of`."""
    if isinstance(values, str | os.PathLike):
        return [text_of(flag, values)]
    if not isinstance(values, Iterable):
        raise UsageError(f"{flag}: {values!r} is neither a text nor a path, nor several")
    return [text_of(flag, value) for value in values]


def _flag(name: str) -> str:
    """An option's name on the command line, which all messages use."""
    return f"--{name.replace('_', '-')}"


def _jobs(flag: str, value: object) -> int:
    """None is one worker per processor."""
    return default.default_jobs() if value is None else _whole(*default.RANGES["jobs"], flag, value)


def _optional(check: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    return lambda flag, value: None if value is None else check(flag, value)


def _whole(low: int, high: int, flag: str, value: object) -> int:
    """A whole number in a range, both ends included."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise UsageError(f"{flag}: {value!r} is not a whole number")
    number = operator.index(value)
    if not low <= number <= high:
        raise UsageError(f"{flag}: {number} is not a whole number from {low} to {high}")
    return number


def _number(high: float, flag: str, value: object, *, min_open: bool = False) -> float:
    """A finite number from 0 on, or above 0."""
    if isinstance(value, bool | str) or not hasattr(value, "__float__"):
        raise UsageError(f"{flag}: {value!r} is not a number")
    number = float(value)
    if not (math.isfinite(number) and 0 <= number <= high) or (min_open and not number):
        low = "above 0 and" if min_open else "from 0"
        raise UsageError(f"{flag}: {value!r} is not a number {low} up to {high:,.0f}")
    return number


def _time_point(flag: str, value: object) -> TimePoint:
    """A text as on the command line, or a number of seconds."""
    if isinstance(value, TimePoint):
        return value
    if not isinstance(value, str):
        return TimePoint(seconds=_number(MAX_SECONDS, flag, value))
    try:
        return parse_time_point(value)
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None


def _choice(known: tuple[str, ...], flag: str, value: object) -> str:
    if not isinstance(value, str) or value not in known:
        raise UsageError(f"{flag}: {value!r} is not one of {', '.join(known)}")
    return value


def _switch(flag: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{flag}: {value!r} is neither True nor False")
    return value


def _offline(flag: str, value: object) -> bool:
    """None is what MOVENET_OFFLINE says, for all programs on this machine."""
    if value is None:
        return os.environ.get("MOVENET_OFFLINE", "").strip().lower() in ("1", "true", "t", "yes", "y", "on")
    return _switch(flag, value)


def _device(flag: str, value: object) -> str:
    text = text_of(flag, value)
    if not default.is_device(text):
        raise UsageError(f"{flag}: {default.not_a_device(text)}")
    return text


_CHECKS: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    **{name: partial(_whole, *limits) for name, limits in default.RANGES.items()},
    "model": text_of,
    "min_score": partial(_number, 1.0),
    "min_pose_score": partial(_number, 1.0),
    "crop": partial(_choice, default.CROPS),
    "refine_with": _optional(text_of),
    "track": _switch,
    "smooth": _switch,
    "fps": _optional(partial(_number, default.MAX_FPS, min_open=True)),
    "start": _optional(_time_point),
    "end": _optional(_time_point),
    "sequence_fps": _optional(partial(_number, default.MAX_FPS, min_open=True)),
    "max_frames": _optional(partial(_whole, *default.RANGES["max_frames"])),
    "fail_fast": _switch,
    "jobs": _jobs,
    "engine": partial(_choice, default.ENGINES),
    "ray_address": text_of,
    "item_timeout": _optional(partial(_number, default.MAX_ITEM_TIMEOUT, min_open=True)),
    "runtime": partial(_choice, default.RUNTIMES),
    "device": _device,
    "offline": _offline,
    "mirror": _optional(text_of),
}
"""What each argument is checked and converted by; the command line has Click's types instead."""
