"""`python -m training COMMAND`: the steps of the recipe, each from the folders of the one before it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

WEIGHTS = Path("src/movenet_cli/weights/mini.tflite")
PEOPLE_WEIGHTS = Path("src/movenet_cli/weights/mini-multi.tflite")
CURVE = Path("docs/mini-learning-curve.png")
START = Path("training/start.pt")
SIZE, PEOPLE_SIZE = 160, 320

Step = Callable[[argparse.Namespace], None]


def teacher(options: argparse.Namespace) -> None:
    """Labels crops of unlabelled pictures and videos with Lightning's soft answers."""
    from training.real import write_shards  # noqa: PLC0415

    write_shards(options.lightning, options.pictures, _real(options), count=options.count)


def annotated(options: argparse.Namespace) -> None:
    """Labels crops of pictures with annotated people by both the annotators' and Lightning's answers."""
    from training.annotated import write_shards  # noqa: PLC0415

    write_shards(options.lightning, options.people, _real(options), count=options.count)


def train(options: argparse.Namespace) -> None:
    """Trains, or goes on training, until the time budget is used up."""
    from training.session import Session  # noqa: PLC0415
    from training.session import train as run  # noqa: PLC0415
    from training.trainer import STAGES  # noqa: PLC0415

    session = Session(
        folder=options.folder / "runs/mini",
        minutes=options.minutes,
        synthetic=options.folder / "data/synthetic/train",
        held_out=_held_out(options),
        real=_real(options),
        coco=options.coco,
        rate=options.rate,
        stages=STAGES[-1:] if options.start else STAGES,
        batch=options.batch,
        device=options.device,
        loaders=options.loaders,
        start=options.start,
    )
    run(session, options.processes)


def export(options: argparse.Namespace) -> None:
    """Writes the last checkpoint's averaged weights as both models and as a start, and the learning curve."""
    from training.curve import plot  # noqa: PLC0415
    from training.export import export_tflite  # noqa: PLC0415
    from training.trainer import load_average, save_start  # noqa: PLC0415

    run = options.folder / "runs/mini"
    model = load_average(run)
    for path, side, people in (
        (options.weights, SIZE, False),
        (options.people_weights, PEOPLE_SIZE, True),
    ):
        print(f"{path}: {export_tflite(model, side, path, people=people) / 1e6:.2f} MB")
    save_start(run, options.start)
    plot(run, options.curve)


def evaluate(options: argparse.Namespace) -> None:
    """Prints the model card's table: the exported model beside Lightning on the same pictures."""
    from training.evaluate import evaluate as measure  # noqa: PLC0415

    print(measure(options.weights, options.lightning, options.coco, _held_out(options), _real(options)))


def _real(options: argparse.Namespace) -> Path:
    return Path(options.folder / "data/real")


def _held_out(options: argparse.Namespace) -> Path:
    return Path(options.folder / "data/synthetic/heldout")


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    root = argparse.ArgumentParser(prog="python -m training", description="Train the bundled model `mini`.")
    root.add_argument("--folder", type=Path, default="training", help="where data/ and runs/ are")
    steps = root.add_subparsers(dest="step", required=True)
    command = {step.__name__: _command(steps, step) for step in (teacher, annotated, train, export, evaluate)}

    for name in ("teacher", "annotated", "evaluate"):
        command[name].add_argument(
            "--lightning",
            type=Path,
            required=name != "annotated",
            help="SavedModel of official Lightning" + "; else the annotators alone" * (name == "annotated"),
        )
    for name in ("train", "evaluate"):
        command[name].add_argument(
            "--coco", type=Path, required=True, help="folder of annotated COCO people, to measure on"
        )
    for name in ("export", "evaluate"):
        command[name].add_argument("--weights", type=Path, default=WEIGHTS, help="the exported model")
    for name, count in (("teacher", 5000), ("annotated", 16000)):
        command[name].add_argument("--count", type=int, default=count, help="crops to label")
    command["teacher"].add_argument(
        "--pictures", type=Path, nargs="+", required=True, help="folders of unlabelled pictures and videos"
    )
    command["annotated"].add_argument(
        "--people", type=Path, required=True, help="folder of annotated COCO people, to learn from"
    )
    command["export"].add_argument(
        "--people-weights", type=Path, default=PEOPLE_WEIGHTS, help="the model for several people"
    )
    command["export"].add_argument("--curve", type=Path, default=CURVE, help="picture of the learning curve")
    command["export"].add_argument("--start", type=Path, default=START, help="weights for a later `--start`")
    _add_training(command["train"])
    return root


def _command(
    steps: argparse._SubParsersAction[argparse.ArgumentParser], step: Step
) -> argparse.ArgumentParser:
    command = steps.add_parser(step.__name__, help=step.__doc__, description=step.__doc__)
    command.set_defaults(run=step)
    return command


def _add_training(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--minutes", type=float, default=90, help="time budget of the whole run")
    add("--rate", type=float, default=2e-3, help="highest learning rate; a warm start wants a lower one")
    add("--batch", type=int, default=32, help="samples a step and process")
    add("--processes", type=int, default=os.cpu_count() or 1, help="training processes; 1 with a GPU")
    add("--loaders", type=int, default=1, help="processes that make samples, for each training process")
    add("--device", default="cpu", help="where PyTorch computes, such as cuda")
    add("--start", type=Path, help="checkpoint whose weights to begin with, then in full size all along")


def main() -> int:
    """Run one step."""
    options = parser().parse_args()
    step: Step = options.run
    step(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
