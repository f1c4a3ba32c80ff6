"""The settings of a run as one frozen, picklable object, and every default and bound that it has.

Python programs, the command line and the environment all make this object; everything else reads it.
"""

import dataclasses
import os
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from movenet_cli.core.inputs import FrameRange
from movenet_cli.core.time_point import TimePoint, ends_before_it_starts
from movenet_cli.errors import UsageError

Crop = Literal["auto", "none", "refine", "follow"]
Runtime = Literal["auto", "litert", "tensorflow"]

CROPS: Final = ("auto", "none", "refine", "follow")
RUNTIMES: Final = ("auto", "litert", "tensorflow")
FORMATS: Final = ("json", "jsonl", "csv", "coco")
PROGRESS: Final = ("auto", "bar", "json", "none")

_DEVICE: Final = re.compile(r"auto|cpu|gpu(:\d{1,3})?")

STREAM: Final = "-"
"""The output that means standard output; as an input, paths from standard input."""

DEFAULT_OUTPUT: Final = "movenet-out"
DEFAULT_MODEL: Final = "thunder"
DEFAULT_MIN_SCORE: Final = 0.3
"""The threshold that the models' authors advise."""

MAX_PEOPLE: Final = 6
"""What MultiPose finds at most."""

DEFAULT_INPUT_SIZE: Final = 256
MIN_INPUT_SIZE: Final = 64
MAX_INPUT_SIZE: Final = 2048
INPUT_SIZE_STEP: Final = 32

DEFAULT_MAX_PIXELS: Final = 200_000_000
"""Images with more pixels than this are refused before they are decoded."""

JudgedPeople = Literal["all", "dominant"]
JUDGED_PEOPLE: Final = ("all", "dominant")
"""Whom `evaluate` looks at."""

DEFAULT_RESAMPLES: Final = 1000
"""Bootstrap samples of `evaluate`."""

TableLayout = Literal["wide", "long"]
TABLE_LAYOUTS: Final = ("wide", "long")
"""Of a table of `convert`: a row per person, or a row per keypoint."""

DEFAULT_URL_PREFIX: Final = "/data/local-files/?d="
"""Where Label Studio serves the files of its local storage."""

MOST_MAX_PIXELS: Final = 2**30
"""OpenCV decodes no larger images."""

MAX_FPS: Final = 10**6
"""No video is faster."""

MAX_JOBS: Final = 256
MAX_BATCH: Final = 256


def is_device(text: str) -> bool:
    """Whether a device is spelled as it must be; whether there is such a one comes out at loading."""
    return _DEVICE.fullmatch(text) is not None


def not_a_device(text: str) -> str:
    """What to say of any other text."""
    return f"{text!r} is no device; use auto, cpu, gpu, or gpu:N for one of several"


def usable_cpus() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def default_jobs() -> int:
    """As many inference workers as processors, within the range of `--jobs`."""
    return min(usable_cpus(), MAX_JOBS)


@dataclass(frozen=True, slots=True)
class Settings:
    """Which model, which frames, how poses are found, and with what; `movenet annotate --help` explains each.

    The fields have the options' own names.
    """

    model: str = DEFAULT_MODEL
    min_score: float = DEFAULT_MIN_SCORE
    crop: Crop = "auto"
    max_people: int = MAX_PEOPLE
    input_size: int = DEFAULT_INPUT_SIZE
    refine_with: str | None = None
    track: bool = True
    smooth: bool = False
    stride: int = 1
    fps: float | None = None
    start: TimePoint | None = None
    end: TimePoint | None = None
    max_frames: int | None = None
    max_pixels: int = DEFAULT_MAX_PIXELS
    fail_fast: bool = False
    jobs: int = field(default_factory=default_jobs)
    runtime: Runtime = "auto"
    device: str = "auto"
    batch_size: int = 1
    offline: bool = False
    mirror: str | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense whatever the model and the inputs are.

        Raises:
            UsageError: says which option, and why.
        """
        if self.input_size % INPUT_SIZE_STEP:
            raise UsageError(f"--input-size: {self.input_size} is not a multiple of 32")
        if ends_before_it_starts(self.start, self.end):
            raise UsageError("--end must lie after --start")

    @property
    def given(self) -> frozenset[str]:
        """The options that are not what they are by"""
        usual = Settings()
        names = (each.name for each in dataclasses.fields(self))
        return frozenset(name for name in names if getattr(self, name) != getattr(usual, name))

    @property
    def frames(self) -> FrameRange:
        """Which frames of a video are asked for."""
        start, end = self.start or TimePoint(), self.end or TimePoint()
        return FrameRange(
            self.stride, self.fps, start.seconds, end.seconds, start.frame, end.frame, self.max_frames
        )
