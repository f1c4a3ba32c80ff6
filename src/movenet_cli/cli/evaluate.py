"""`movenet evaluate`: accuracy of results against human annotations."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import click

from movenet_cli.cli.options import PathText, Text, options_of
from movenet_cli.cli.printing import say
from movenet_cli.errors import ExitCode, UsageError
from movenet_cli.settings import DEFAULT_RESAMPLES, JUDGED_PEOPLE, JudgedPeople

option = options_of("evaluate")


@click.command()
@click.argument("results", type=PathText())
@option(
    "-g",
    "--ground-truth",
    metavar="FILE",
    required=True,
    type=PathText(),
    help="COCO keypoint annotations; a video's frames are called clip.mp4#000012.",
)
@option(
    "--baseline",
    metavar="RESULTS",
    type=PathText(),
    help="Other results of the same images, to show the difference from.",
)
@option(
    "--people",
    type=click.Choice(JUDGED_PEOPLE),
    default="all",
    show_default=True,
    help="dominant: only images with one person of 8 annotated keypoints or more who is twice as large "
    "as anybody else.",
)
@option("--skip-missing", is_flag=True, help="Leave out images without results; else they are misses.")
@option("--smoothed", is_flag=True, help="Take the smoothed points where there are any.")
@option(
    "--resamples",
    metavar="N",
    type=click.IntRange(0, 100_000),
    default=DEFAULT_RESAMPLES,
    show_default=True,
    help="Bootstrap samples for the intervals; 0 for none.",
)
@option("--json", "as_json", is_flag=True, help="Everything that was measured, as JSON.")
@option(
    "--fail-under",
    metavar="NAME=X",
    multiple=True,
    type=Text(),
    help="Exit code 3 when the figure is lower, as in AP=0.5; repeatable.",
)
def evaluate(
    results: Path,
    ground_truth: Path,
    baseline: Path | None,
    people: JudgedPeople,
    skip_missing: bool,
    smoothed: bool,
    resamples: int,
    as_json: bool,
    fail_under: tuple[str, ...],
) -> ExitCode:
    """Compare RESULTS, a results folder or its coco.json, with human annotations.

    Shows COCO's AP and AR by OKS, PCK, and each keypoint's error. --fail-under takes the former.
    Needs pycocotools: pip install pycocotools
    """
    from movenet_cli.evaluation.coco_evaluator import METRICS  # noqa: PLC0415 - heavy, and not for --help
    from movenet_cli.evaluation.evaluate import Question  # noqa: PLC0415 - heavy, and not for --help
    from movenet_cli.evaluation.evaluate import evaluate as answer  # noqa: PLC0415
    from movenet_cli.evaluation.table import as_table  # noqa: PLC0415

    limits = [_limit(text, METRICS) for text in fail_under]
    question = Question(ground_truth, people, skip_missing, smoothed, resamples)
    comparison = answer(question, results, baseline)
    click.echo(json.dumps(comparison.as_json(), indent=2) if as_json else as_table(comparison))
    metrics = comparison.evaluation.metrics
    missed = [(name, least) for name, least in limits if not _reaches(metrics[name], least)]
    for name, least in missed:
        value = metrics[name]
        say(f"{name} is {'not defined here' if value is None else f'{value:.4f}'}, less than {least:g}")
    return ExitCode.INPUT if missed else ExitCode.OK


def _limit(text: str, names: Sequence[str]) -> tuple[str, float]:
    """`AP=0.5` as a name and a number.

    Raises:
        UsageError: it is neither.
    """
    name, _, number = text.partition("=")
    try:
        least = float(number)
    except ValueError:
        least = math.nan
    if name not in names or not 0 <= least <= 1:
        raise UsageError(
            f"--fail-under {text}: write a name and a number from 0 to 1, as in AP=0.5; "
            f"the names are {', '.join(names)}"
        )
    return name, least


def _reaches(value: float | None, least: float) -> bool:
    return value is not None and value >= least
