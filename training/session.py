"""Data folders in, a finished training run out: the loader, the schedule and the yardsticks put together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from training.loader import Loader, Stage
from training.network import Architecture, Mini
from training.team import Team, run_team
from training.trainer import STAGES, Run, Schedule, Score
from training.yardstick import coco_crops, coco_scores, held_out_crops, network_predictor, pck_scores

#: Side and number of the pictures for the points of the learning curve.
SIZE = 160
HELD_OUT = 200


@dataclass(frozen=True)
class Session:
    """What one process of the team does; also the recipe's folders.

    Attributes:
        folder: checkpoint and learning curve; an existing checkpoint is continued.
        minutes: the run's time budget; the learning rate falls over it.
        synthetic: shards of rendered people.
        held_out: shards of rendered people to measure on.
        real: shards of crops of real pictures and of backgrounds.
        coco: annotated people to measure on; never trained on.
        rate: the highest learning rate.
        stages: what pictures are trained on, in order.
        batch: samples a step and process.
        device: where PyTorch computes.
        loaders: processes that make samples, for each of the team.
        start: a checkpoint whose averaged weights a new run begins with; from nothing by default.
    """

    folder: Path
    minutes: float
    synthetic: Path
    held_out: Path
    real: Path
    coco: Path
    rate: float = Schedule.rate
    stages: tuple[Stage, ...] = STAGES
    batch: int = Schedule.batch
    device: str = "cpu"
    loaders: int = 1
    start: Path | None = None

    def __call__(self, team: Team) -> None:
        """Trains as one of the team."""
        torch.manual_seed(0)
        schedule = Schedule(self.minutes, self.stages, self.rate, batch=self.batch)
        run = Run(self.folder, schedule, Architecture(), team, self.start, self.device)
        loader = Loader(
            self.synthetic,
            self.real,
            schedule.stage(run.progress.seconds / (60 * self.minutes)),
            batch=schedule.batch,
            seed=run.progress.steps * team.size + team.rank,
            processes=self.loaders,
        )
        try:
            run.train(loader, self._scorer() if team.leads else None)
        finally:
            loader.close()

    def _scorer(self) -> Score:
        rendered = held_out_crops(self.held_out, self.real, SIZE, HELD_OUT, hard=True)
        annotated = coco_crops(self.coco, SIZE)

        def score(model: Mini) -> dict[str, float]:
            predict = network_predictor(model)
            return pck_scores(predict, rendered) | coco_scores(predict, annotated)

        return score


def train(session: Session, processes: int) -> None:
    """Trains the session's run with a team of processes until it has had its minutes."""
    session.folder.mkdir(parents=True, exist_ok=True)
    run_team(processes, session.folder / "meeting", session)
