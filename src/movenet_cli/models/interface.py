"""What a model is to the rest of the program: pixels in, MoveNet's official output out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from movenet_cli.poses import ByteArray, FloatArray

Kind = Literal["single", "multi"]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a loaded model.

    Attributes:
        name: the name it was asked for by, or the file's stem.
        kind: one person (`single`) or up to six (`multi`).
        input_size: (height, width) that it was built for; None when any multiple of 32 will do.
        sha256: hash of the file, or of the folder's files in order of their names.
        runtime: what runs it, as written to run.json: `litert` or `tensorflow`.
        max_batch: how many frames one call may take.
    """

    name: str
    kind: Kind
    input_size: tuple[int, int] | None
    sha256: str
    runtime: str
    max_batch: int = 1


class Runner(ABC):
    """An executable copy of a model that belongs to one thread at a time."""

    @abstractmethod
    def run(self, batch: ByteArray) -> FloatArray:
        """Run the network.

        Args:
            batch: (N, H, W, 3) uint8 RGB, N at most `ModelInfo.max_batch`.

        Returns:
            (N, 1, 17, 3) float32 (single-pose) or (N, 6, 56) float32 (multi-pose): the official output,
            in 0..1 of the padded input. The array is the caller's own.
        """


class Model(ABC):
    """A model that has been loaded and found to be a MoveNet."""

    @property
    @abstractmethod
    def info(self) -> ModelInfo:
        """Name, kind, size, hash, runtime."""

    @abstractmethod
    def runner(self) -> Runner:
        """A new executable copy, for one more thread; cheap next to loading."""
