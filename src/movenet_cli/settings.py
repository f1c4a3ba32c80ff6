"""What a user may ask of `annotate`, as frozen objects; every default and bound is stated here."""

import os
import re
from dataclasses import dataclass, field
from typing import Final, Literal

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
"""Pictures with more pixels than this are refused before they are decoded."""

JudgedPeople = Literal["all", "dominant"]
JUDGED_PEOPLE: Final = ("all", "dominant")
"""Whom `evaluate` looks at."""

DEFAULT_RESAMPLES: Final = 1000
"""Bootstrap samples of `evaluate`."""

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
class PoseSettings:
    """What decides the numbers in the results; `Strategy.key` says which of these make whose results stale.

    Attributes:
        min_score: keypoints from here on count as seen.
        crop: what a single-pose network gets to see.
        max_people: multi-pose only, 1 to 6.
        input_size: multi-pose only, longer side of the input in pixels.
        track: stable ids over a video (multi-pose).
        smooth: add smoothed keypoints.
        max_pixels: pictures larger than this are refused.
    """

    min_score: float = DEFAULT_MIN_SCORE
    crop: Crop = "auto"
    max_people: int = MAX_PEOPLE
    input_size: int = DEFAULT_INPUT_SIZE
    track: bool = True
    smooth: bool = False
    max_pixels: int = DEFAULT_MAX_PIXELS


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How the work is done; none of these changes a number in the results.

    Attributes:
        jobs: inference workers.
        batch_size: frames per call where the runtime takes batches (TensorFlow).
        fail_fast: stop at the first input that fails.
    """

    jobs: int = field(default_factory=default_jobs)
    batch_size: int = 1
    fail_fast: bool = False
