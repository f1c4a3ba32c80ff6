"""`movenet evaluate`: measures results against human annotations."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import click

from movenet_cli.cli.configured import ConfiguredCommand, config_options
from movenet_cli.cli.option_types import Choice, Integer, PathText, ResultsText, Text
from movenet_cli.cli.options import options_of
from movenet_cli.cli.printing import print_data, print_message
from movenet_cli.cli.results_here import results_here
from movenet_cli.errors import ExitCode, UsageError
from movenet_cli.io.storage.interface import Storage
from movenet_cli.settings import DEFAULT_RESAMPLES, EVALUATED_PEOPLE, EvaluatedPeople

option = options_of("evaluate")


@click.command(cls=ConfiguredCommand)
@click.argument("results", type=ResultsText())
@option(
    "-g",
    "--ground-truth",
    metavar="FILE",
    required=True,
    type=PathText(),
    help="File with COCO keypoint annotations. Frames of videos are named like clip.mp4#000012.",
)
@option(
    "--baseline",
    metavar="RESULTS",
    type=PathText(),
    help="Other results for the same images, to compare with.",
)
@option(
    "--people",
    type=Choice(EVALUATED_PEOPLE),
    default="all",
    show_default=True,
    help="dominant: only images in which one person has at least 8 annotated keypoints and is at least "
    "twice as large as anybody else.",
)
@option(
    "--skip-missing",
    is_flag=True,
    help="Leave out images without results, instead of counting their people as missed.",
)
@option("--smoothed", is_flag=True, help="Use smoothed keypoints where there are any.")
@option(
    "--resamples",
    metavar="N",
    type=Integer(0, 100_000),
    default=DEFAULT_RESAMPLES,
    show_default=True,
    help="Number of bootstrap samples for the confidence intervals; 0 for no intervals.",
)
@option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
@option(
    "--fail-under",
    metavar="NAME=X",
    multiple=True,
    type=Text(),
    help="Exit code 3 if this AP or AR is lower, as in AP=0.5. Repeatable.",
)
@config_options(option)
def evaluate(
    results: Storage,
    ground_truth: Path,
    baseline: Path | None,
    people: EvaluatedPeople,
    skip_missing: bool,
    smoothed: bool,
    resamples: int,
    as_json: bool,
    fail_under: tuple[str, ...],
) -> ExitCode:
    """Measure the accuracy of results against human annotations.

    RESULTS is a results folder of `annotate`, or its coco.json. Prints COCO's AP and AR by OKS, PCK, and the
    error of each keypoint. Needs pycocotools: pip install pycocotools
    """
    from movenet_cli.evaluation.coco_evaluator import METRICS  # noqa: PLC0415 - heavy, and not for --help
    from movenet_cli.evaluation.evaluate import EvaluationOptions  # noqa: PLC0415
    from movenet_cli.evaluation.evaluate import evaluate as answer  # noqa: PLC0415
    from movenet_cli.evaluation.table import as_table  # noqa: PLC0415

    limits = [_limit(text, METRICS) for text in fail_under]
    options = EvaluationOptions(ground_truth, people, skip_missing, smoothed, resamples)
    with results_here(results) as folder:
        comparison = answer(options, folder, baseline)
    print_data(json.dumps(comparison.as_json(), indent=2) if as_json else as_table(comparison))
    metrics = comparison.evaluation.metrics
    missed = [(name, least) for name, least in limits if not _reaches(metrics[name], least)]
    for name, least in missed:
        value = metrics[name]
        found = "not defined for these images" if value is None else f"{value:.4f}"
        print_message(f"movenet: {name} is {found}; the limit is {least:g}", "error")
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
