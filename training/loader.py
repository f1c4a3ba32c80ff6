"""Sample folders in, batches of tensors out, composed by background processes."""

from __future__ import annotations

import multiprocessing
import queue
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.sharedctypes import SynchronizedArray
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from training.samples import Sample, SampleSource, open_pools

#: Shards of each kind in memory at a time.
SHARDS = 12
TIMEOUT = 20.0


@dataclass(frozen=True)
class Batch:
    """`images` (N, S, S, 3) uint8 RGB, `heat` (N, 18, h, h) uint8; the others as `losses` wants them."""

    images: Tensor
    heat: Tensor
    people: Tensor
    valid: Tensor

    def on(self, device: torch.device) -> Batch:
        """The batch there; images (N, 3, S, S) float, -1..1, channels last in memory; heat float, 0..1."""
        images, heat, people, valid = (
            part.to(device, non_blocking=True) for part in (self.images, self.heat, self.people, self.valid)
        )
        images = images.permute(0, 3, 1, 2).float().mul_(1 / 127.5).sub_(1)
        return Batch(images, heat.float().mul_(1 / 255), people, valid)


@dataclass(frozen=True)
class Stage:
    """A part of a run: from the share `start` of it on, side of the pictures and share of real ones."""

    start: float
    size: int
    real_share: float


def _stack(samples: list[Sample]) -> tuple[np.ndarray, ...]:
    return tuple(
        np.stack([getattr(sample, name) for sample in samples])
        for name in ("image", "heat", "people", "valid")
    )


class Loader:
    """Batches from background processes; a new stage reaches the consumer a few batches later."""

    def __init__(
        self, synthetic: Path, real: Path, stage: Stage, *, batch: int, seed: int, processes: int = 1
    ) -> None:
        """Starts the processes."""
        context = multiprocessing.get_context("spawn")
        self._stage: SynchronizedArray[float] = context.Array("d", (stage.size, stage.real_share))
        self._queue = context.Queue(7 + processes)
        self._processes = [
            context.Process(
                target=_produce,
                args=(self._queue, self._stage, synthetic, real, batch, (seed, number)),
                daemon=True,
            )
            for number in range(processes)
        ]
        for process in self._processes:
            process.start()

    def enter(self, stage: Stage) -> None:
        """What to make from now on."""
        self._stage[:] = (stage.size, stage.real_share)

    def next(self) -> Batch:
        """The next batch; RuntimeError if a background process has died."""
        while all(process.is_alive() for process in self._processes) or not self._queue.empty():
            with suppress(queue.Empty):
                return Batch(*map(torch.from_numpy, self._queue.get(timeout=TIMEOUT)))
        raise RuntimeError("a sample process has ended; its error is above")

    def close(self) -> None:
        """Ends the background processes."""
        for process in self._processes:
            process.terminate()


def _produce(
    batches: Any,
    stage: SynchronizedArray[float],
    synthetic: Path,
    real: Path,
    batch: int,
    seed: tuple[int, int],
) -> None:
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    source = SampleSource(rng, open_pools(rng, synthetic, real, SHARDS))
    while True:
        size, real_share = stage[:]
        batches.put(_stack([source.draw(int(size), real_share) for _ in range(batch)]))
