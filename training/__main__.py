"""`python -m training COMMAND`: the steps of the recipe, each from the folders of the one before it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

DATA = Path("training/data")
SYNTHETIC, HELD_OUT, REAL = DATA / "synthetic/train", DATA / "synthetic/heldout", DATA / "real"
RUN = Path("training/runs/mini")
WEIGHTS = Path("src/movenet_cli/weights/mini.tflite")
CURVE = Path("docs/mini-learning-curve.png")
SIZE = 160

Step = Callable[[argparse.Namespace], None]


def teacher(options: argparse.Namespace) -> None:
    """Labels crops of unlabelled pictures and videos with Lightning's soft answers."""
    from training.real import write_shards  # noqa: PLC0415

    write_shards(options.lightning, options.pictures, REAL, count=options.count)


def train(options: argparse.Namespace) -> None:
    """Trains, or goes on training, until the time budget is used up."""
    from training.session import Session  # noqa: PLC0415
    from training.session import train as run  # noqa: PLC0415

    run(Session(RUN, options.minutes, SYNTHETIC, HELD_OUT, REAL, options.coco), options.processes)


def export(options: argparse.Namespace) -> None:
    """Writes the averaged weights of the last checkpoint as the package's model, and the learning curve."""
    from training.curve import plot  # noqa: PLC0415
    from training.export import export_tflite  # noqa: PLC0415
    from training.trainer import load_average  # noqa: PLC0415

    size = export_tflite(load_average(RUN), SIZE, WEIGHTS)
    print(f"{WEIGHTS}: {size / 1e6:.2f} MB")
    plot(RUN, CURVE)


def evaluate(options: argparse.Namespace) -> None:
    """Prints the model card's table: the package's model beside Lightning on the same pictures."""
    from training.evaluate import evaluate as measure  # noqa: PLC0415

    print(measure(WEIGHTS, options.lightning, options.coco, HELD_OUT, REAL))


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    root = argparse.ArgumentParser(prog="python -m training", description="Train the bundled model `mini`.")
    steps = root.add_subparsers(dest="step", required=True)
    for step in (teacher, train, export, evaluate):
        command = steps.add_parser(step.__name__, help=step.__doc__, description=step.__doc__)
        command.set_defaults(run=step)
        if step in (teacher, evaluate):
            command.add_argument(
                "--lightning", type=Path, required=True, help="SavedModel of official Lightning"
            )
        if step in (train, evaluate):
            command.add_argument(
                "--coco", type=Path, required=True, help="folder of annotated COCO people, to measure on"
            )
        if step is teacher:
            command.add_argument(
                "--pictures",
                type=Path,
                nargs="+",
                required=True,
                help="folders of unlabelled pictures and videos",
            )
            command.add_argument("--count", type=int, default=11000, help="crops to label")
        if step is train:
            command.add_argument("--minutes", type=float, default=90, help="time budget of the whole run")
            command.add_argument(
                "--processes", type=int, default=os.cpu_count() or 1, help="training processes"
            )
    return root


def main() -> int:
    """Run one step."""
    options = parser().parse_args()
    step: Step = options.run
    step(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
