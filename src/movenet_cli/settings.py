"""The settings of a run as one frozen, picklable object, with the allowed values and defaults of each.

Python programs, the command line and the environment all make this object; everything else reads it.
"""

import dataclasses
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from movenet_cli.core.inputs import FrameRange
from movenet_cli.core.skeleton import KEYPOINT_COUNT
from movenet_cli.core.thresholds import Thresholds
from movenet_cli.core.time_point import MAX_FRAMES, TimePoint, ends_before_it_starts
from movenet_cli.errors import UsageError

Crop = Literal["auto", "none", "refine", "follow", "careful"]
Runtime = Literal["auto", "litert", "tensorflow"]
Engine = Literal["local", "threads", "processes", "ray"]
Format = Literal["json", "jsonl", "csv", "coco"]
Progress = Literal["auto", "bar", "json", "none"]
EvaluatedPeople = Literal["all", "dominant"]

CROPS: Final[tuple[str, ...]] = get_args(Crop)
RUNTIMES: Final[tuple[str, ...]] = get_args(Runtime)
ENGINES: Final[tuple[str, ...]] = get_args(Engine)
FORMATS: Final[tuple[str, ...]] = get_args(Format)
PROGRESS: Final[tuple[str, ...]] = get_args(Progress)
EVALUATED_PEOPLE: Final[tuple[str, ...]] = get_args(EvaluatedPeople)

_DEVICE: Final = re.compile(r"auto|cpu|gpu(:\d{1,3})?")

STREAM: Final = "-"
"""The output that means standard output; as an input, paths from standard input."""

DEFAULT_STDIN_NAME: Final = "stdin"
"""What an image or video from standard input is called."""

DEFAULT_OUTPUT: Final = "movenet-out"
DEFAULT_MODEL: Final = "thunder"
DEFAULT_MIN_SCORE: Final = 0.3
"""The threshold that the models' authors recommend."""

DEFAULT_MIN_KEYPOINTS: Final = 3
DEFAULT_MIN_POSE_SCORE: Final = 0.15
"""What makes a pose a person; chosen on images with and without people, see docs/output.md."""

MAX_PEOPLE: Final = 6
"""MultiPose finds no more."""

DEFAULT_INPUT_SIZE: Final = 256
INPUT_SIZE_STEP: Final = 32

DEFAULT_RAY_ADDRESS: Final = "auto"
"""The cluster that this machine belongs to."""

MAX_ITEM_TIMEOUT: Final = 10**7

DEFAULT_MAX_PIXELS: Final = 200_000_000

DEFAULT_RESAMPLES: Final = 1000
"""Bootstrap samples of `evaluate`."""

TableLayout = Literal["wide", "long"]
TABLE_LAYOUTS: Final = ("wide", "long")
"""Of a table of `convert`: a row per person, or a row per keypoint."""

DEFAULT_URL_PREFIX: Final = "/data/local-files/?d="
"""Where Label Studio serves the files of its local storage."""

MAX_FPS: Final = 10**6
"""No video is faster."""

DEFAULT_SEQUENCE_FPS: Final = 25.0
"""Frames a second of numbered images of which nobody says more; FFmpeg takes the same."""

RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "min_keypoints": (1, KEYPOINT_COUNT),
    "max_people": (1, MAX_PEOPLE),
    "input_size": (64, 2048),
    "stride": (1, MAX_FRAMES),
    "max_frames": (1, MAX_FRAMES),
    "max_pixels": (1, 2**30),  # OpenCV decodes no larger images
    "jobs": (1, 256),
    "batch_size": (1, 256),
}
"""The options that are whole numbers, with the smallest and the largest value of each."""


def is_device(text: str) -> bool:
    """Whether a text can be a device; whether this machine has it shows when the model is loaded."""
    return _DEVICE.fullmatch(text) is not None


def not_a_device(text: str) -> str:
    """The message for any other text."""
    return f"{text!r} is not a device; use auto, cpu, gpu, or gpu:N for one of several"


def usable_cpus() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def default_jobs() -> int:
    """One inference worker per processor, within the range of `--jobs`."""
    return min(usable_cpus(), RANGES["jobs"][1])


@dataclass(frozen=True, slots=True)
class Settings:
    """Which model, which frames, how poses are found, and with what; `movenet annotate --help` explains each.

    The fields have the options' own names.
    """

    model: str = DEFAULT_MODEL
    min_score: float = DEFAULT_MIN_SCORE
    min_keypoints: int = DEFAULT_MIN_KEYPOINTS
    min_pose_score: float = DEFAULT_MIN_POSE_SCORE
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
    sequence_fps: float | None = None
    max_pixels: int = DEFAULT_MAX_PIXELS
    fail_fast: bool = False
    jobs: int = field(default_factory=default_jobs)
    engine: Engine = "local"
    ray_address: str = DEFAULT_RAY_ADDRESS
    item_timeout: float | None = None
    runtime: Runtime = "auto"
    device: str = "auto"
    batch_size: int = 1
    offline: bool = False
    mirror: str | None = None

    def __post_init__(self) -> None:
        """Refuse combinations that make no sense with any model and input.

        Raises:
            UsageError: says which option, and why.
        """
        if self.input_size % INPUT_SIZE_STEP:
            raise UsageError(f"--input-size: {self.input_size} is not a multiple of {INPUT_SIZE_STEP}")
        if ends_before_it_starts(self.start, self.end):
            raise UsageError("--end must lie after --start")
        if self.item_timeout is not None and self.engine == "threads":
            raise UsageError("--item-timeout: a thread cannot be stopped; use --engine processes or ray")
        if self.ray_address != DEFAULT_RAY_ADDRESS and self.engine != "ray":
            raise UsageError("--ray-address would have no effect without --engine ray")
        if self.offline and self.mirror:
            raise UsageError("--mirror would have no effect: --offline (MOVENET_OFFLINE) forbids it")

    @property
    def given(self) -> frozenset[str]:
        """The names of the options that differ from their defaults."""
        usual = Settings()
        names = (each.name for each in dataclasses.fields(self))
        return frozenset(name for name in names if getattr(self, name) != getattr(usual, name))

    @property
    def thresholds(self) -> Thresholds:
        """What it takes for a pose to be a person."""
        return Thresholds(self.min_score, self.min_keypoints, self.min_pose_score)

    @property
    def sequence_rate(self) -> float:
        """Frames a second of numbered images: as many as are asked for, when nothing else is said."""
        return self.sequence_fps or self.fps or DEFAULT_SEQUENCE_FPS

    @property
    def frames(self) -> FrameRange:
        """The requested range of frames of a video."""
        start, end = self.start or TimePoint(), self.end or TimePoint()
        return FrameRange(
            self.stride, self.fps, start.seconds, end.seconds, start.frame, end.frame, self.max_frames
        )
