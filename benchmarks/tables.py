"""Figures in, Markdown on standard output out; and the ways of looking that all tables compare."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from movenet_cli.core.types import ByteArray, FloatArray, Size
from movenet_cli.inference.careful import Careful
from movenet_cli.inference.follow import Follow
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.refine import Refine
from movenet_cli.inference.whole import WholeSingle
from movenet_cli.models.interface import Model, Runner

SEEN = 0.3
RESAMPLES = 1000


def size_of(model: Model) -> Size:
    """Of the single-pose model's input."""
    if model.info.kind != "single" or model.info.input_size is None:
        raise SystemExit("--model must be a single-pose model")
    return model.info.input_size


def looks_of(model: Model) -> dict[str, Callable[[], Estimator]]:
    """Name of `--crop` → a new estimator."""
    size = size_of(model)
    return {
        "none": lambda: WholeSingle(size, SEEN),
        "refine": lambda: Refine(size, SEEN),
        "follow": lambda: Follow(size, SEEN),
        "careful": lambda: Careful(size, SEEN),
    }


class RememberingRunner(Runner):
    """Does not run the same pixels twice: settings that differ in nothing on an image cost nothing."""

    def __init__(self, runner: Runner) -> None:
        """Take the runner that does the work."""
        self.runner = runner
        self.known: dict[bytes, FloatArray] = {}

    def run(self, batch: ByteArray) -> FloatArray:
        """See `Runner.run`; batches of one."""
        key = hashlib.sha1(batch.tobytes(), usedforsecurity=False).digest()
        if key not in self.known:
            self.known[key] = self.runner.run(batch)
        return self.known[key].copy()


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table, row by row as they come."""
    print(f"\n{title}\n\n| {' | '.join(headings)} |\n|{'---|' * len(headings)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def number(value: float | None) -> str:
    """Three decimals, or a dash."""
    return "-" if value is None else f"{value:.3f}"


def samples(count: int) -> Iterator[np.ndarray]:
    """Bootstrap samples of so many images: arrays of indices."""
    random = np.random.default_rng(1)
    return (random.integers(count, size=count) for _ in range(RESAMPLES))


def interval(values: np.ndarray, form: str = ".2f") -> str:
    """The middle 95 % of the values."""
    low, high = np.percentile(values, (2.5, 97.5))
    return f"{low:{form}} to {high:{form}}"
