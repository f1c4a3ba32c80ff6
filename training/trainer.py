"""Shards in, a trained network out: a time-budgeted, resumable training run with its learning curve."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from training.loader import Batch, Loader, Stage
from training.losses import Losses, losses
from training.network import Architecture, Mini, take_over
from training.optimizer import optimizers
from training.precision import fastest
from training.team import Team

CHECKPOINT = "checkpoint.pt"
CURVE = "curve.jsonl"
ALONE = Team()
STAGES = (Stage(0.0, 96, 0.6), Stage(0.45, 128, 0.6), Stage(0.75, 160, 0.6))
#: Seconds: a step that takes longer was stopped from outside, and the rest of it does not count.
LONGEST_STEP = 15.0
Score = Callable[[Mini], dict[str, float]]


@dataclass(frozen=True)
class Schedule:
    """How a run spends its time budget.

    Attributes:
        minutes: length of the run, all resumed parts together, without the pauses.
        stages: what pictures are trained on, in order.
        rate: the highest learning rate, reached after `warmup` steps, then a cosine down to 1 % of it.
        keep: share of the averaged weights that a step leaves as they are, when many steps have been made.
        save_minutes: between checkpoints.
        score_minutes: between points of the learning curve.
    """

    minutes: float
    stages: tuple[Stage, ...] = STAGES
    rate: float = 2e-3
    keep: float = 0.998
    warmup: int = 100
    batch: int = 32
    save_minutes: float = 3.0
    score_minutes: float = 10.0

    def stage(self, progress: float) -> Stage:
        """The stage at a share of the run."""
        return [stage for stage in self.stages if progress >= stage.start or stage is self.stages[0]][-1]

    def learning_rate(self, progress: float, step: int) -> float:
        """Learning rate at a share of the run and at a step since its start."""
        cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1)))
        return self.rate * min(1, (step + 1) / self.warmup) * (0.01 + 0.99 * cosine)


@dataclass
class Progress:
    """What a run has done so far."""

    seconds: float = 0.0
    steps: int = 0
    samples: int = 0


class Run:
    """One training run in a folder; picks up where the folder's checkpoint stopped.

    Without a checkpoint it begins with the averaged weights of `start`, another run's checkpoint, if given.
    """

    def __init__(
        self,
        folder: Path,
        schedule: Schedule,
        arch: Architecture,
        team: Team = ALONE,
        start: Path | None = None,
        device: str = "cpu",
    ) -> None:
        self.folder, self.schedule, self.team = folder, schedule, team
        self.device = torch.device(device)
        self.model = Mini(arch).to(self.device, memory_format=torch.channels_last)
        if start is not None:
            take_over(self.model, torch.load(start, weights_only=True, map_location=self.device)["average"])
        self.average = copy.deepcopy(self.model).eval()
        self.optimizers = optimizers(self.model, schedule.rate)
        self.progress = Progress()
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).exists():
            self._load()

    def train(self, loader: Loader, score: Score | None) -> None:
        """Trains until the time budget is used up; with `score`, which the leader has, saves and scores."""
        saved = scored = self.progress.seconds
        self.model.train()
        last = time.monotonic()
        while (share := self.progress.seconds / (60 * self.schedule.minutes)) < 1:
            loader.enter(self.schedule.stage(share))
            parts = self._backward(loader.next())
            now = time.monotonic()
            seconds = self.progress.seconds + min(now - last, LONGEST_STEP)
            last = now
            self._update(share, self.team.share_gradients(self.model, seconds))
            if score is None:
                continue
            if self.progress.steps % 100 == 0:
                self._report(parts)
            if self.progress.seconds - saved > 60 * self.schedule.save_minutes:
                self._save()
                saved = self.progress.seconds
            if self.progress.seconds - scored > 60 * self.schedule.score_minutes:
                self._record(score)
                scored = self.progress.seconds
        if score is not None:
            self._save()
            self._record(score)

    def _backward(self, batch: Batch) -> Losses:
        batch = batch.on(self.device)
        dtype = fastest(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=dtype is torch.bfloat16):
            maps = self.model(batch.images)
        parts = losses(maps.float(), batch.heat, batch.people, batch.valid)
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        parts.total.backward()  # type: ignore[no-untyped-call]
        return parts

    def _update(self, share: float, seconds: float) -> None:
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.schedule.learning_rate(share, self.progress.steps)
            optimizer.step()
        self.progress.seconds = seconds
        self.progress.steps += 1
        self.progress.samples += self.schedule.batch * self.team.size
        _move_average(
            self.average,
            self.model,
            min(self.schedule.keep, self.progress.steps / (self.progress.steps + 20)),
        )

    def _report(self, parts: Losses) -> None:
        shown = " ".join(f"{name} {value.item():.3f}" for name, value in vars(parts).items())
        p = self.progress
        print(
            f"step {p.steps} {p.seconds / 60:.1f} min, {p.samples / p.seconds:.0f} pictures/s, {shown}",
            flush=True,
        )

    def _record(self, score: Score) -> None:
        point = {**asdict(self.progress), **score(self.average)}
        with (self.folder / CURVE).open("a") as curve:
            curve.write(json.dumps(point) + "\n")
        print(point, flush=True)

    def _save(self) -> None:
        state = {
            "arch": asdict(self.model.arch),
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "progress": asdict(self.progress),
        }
        temporary = self.folder / f"{CHECKPOINT}.tmp"
        torch.save(state, temporary)
        temporary.rename(self.folder / CHECKPOINT)

    def _load(self) -> None:
        state = torch.load(self.folder / CHECKPOINT, weights_only=True, map_location=self.device)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.progress = Progress(**state["progress"])


def load_average(folder: Path) -> Mini:
    """The averaged network of a run's checkpoint, ready to infer."""
    state = torch.load(folder / CHECKPOINT, weights_only=True, map_location="cpu")
    model = Mini(Architecture(**state["arch"]))
    model.load_state_dict(state["average"])
    return model.eval()


def save_start(folder: Path, path: Path) -> None:
    """Writes a checkpoint's averaged weights in half precision, for another run to begin with."""
    state = torch.load(folder / CHECKPOINT, weights_only=True, map_location="cpu")
    halved = {name: w.half() if w.is_floating_point() else w for name, w in state["average"].items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"arch": state["arch"], "average": halved}, path)


@torch.no_grad()
def _move_average(average: nn.Module, model: nn.Module, keep: float) -> None:
    for old, new in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if old.dtype.is_floating_point:
            old.lerp_(new, 1 - keep)
        else:
            old.copy_(new)
