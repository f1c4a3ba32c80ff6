"""Gradients of several training processes in, their mean out: data parallelism with one thread a process.

A process with several threads waits for all of them after every layer, which is slow on a machine that others
use, too; several processes wait for each other once a step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed
import torch.multiprocessing
from torch import nn

#: Longer than anybody stops a run in between.
TIMEOUT = timedelta(hours=12)


@dataclass(frozen=True)
class Team:
    """The place of this process among the training processes; number 0 leads."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process reports, scores and saves."""
        return self.rank == 0

    def share_gradients(self, model: nn.Module, seconds: float) -> float:
        """Replaces the gradients by their mean over the team; returns the leader's `seconds`."""
        if self.size == 1:
            return seconds
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        told = torch.tensor([seconds if self.leads else 0.0])
        flat = torch.cat([told, *(gradient.flatten() for gradient in gradients)])
        torch.distributed.all_reduce(flat)
        start = 1
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient) / self.size)
            start += gradient.numel()
        return float(flat[0])


def run_team(size: int, meeting: Path, work: Callable[[Team], None]) -> None:
    """Runs `work`, a picklable callable, in `size` processes with one thread each.

    Args:
        size: number of processes.
        meeting: a file through which they find each other; overwritten.
        work: what each does, told its place.
    """
    meeting.unlink(missing_ok=True)
    torch.multiprocessing.spawn(_join, args=(size, meeting, work), nprocs=size)  # type: ignore[no-untyped-call]


def _join(rank: int, size: int, meeting: Path, work: Callable[[Team], None]) -> None:
    torch.set_num_threads(1)
    store = torch.distributed.FileStore(str(meeting), size)
    torch.distributed.init_process_group("gloo", store=store, rank=rank, world_size=size, timeout=TIMEOUT)
    work(Team(rank, size))
    torch.distributed.destroy_process_group()
