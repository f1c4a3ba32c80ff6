"""What a model is to the rest of the program: it takes pixels and gives MoveNet's official output."""

from abc import ABC, abstractmethod

from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.types import ByteArray, FloatArray


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
    """A model that has been loaded and found to be a MoveNet.

    Attributes:
        info: name, kind, size, hash, runtime.
    """

    def __init__(self, info: ModelInfo) -> None:
        """Take what is known of it."""
        self.info = info

    @abstractmethod
    def runner(self) -> Runner:
        """A new executable copy, for one more thread; cheap next to loading."""
