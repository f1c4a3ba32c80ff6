"""`movenet evaluate`: accuracy of results against human annotations."""

import json
from pathlib import Path

import click

from movenet_cli.cli.options import PathText, options_of
from movenet_cli.errors import ExitCode
from movenet_cli.settings import DEFAULT_RESAMPLES, EVALUATED_PEOPLE, EvaluatedPeople

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
    type=click.Choice(EVALUATED_PEOPLE),
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
def evaluate(
    results: Path,
    ground_truth: Path,
    baseline: Path | None,
    people: EvaluatedPeople,
    skip_missing: bool,
    smoothed: bool,
    resamples: int,
    as_json: bool,
) -> ExitCode:
    """Compare RESULTS, a results folder or its coco.json, with human annotations.

    Shows COCO's AP and AR by OKS, PCK, and each keypoint's error. Needs pycocotools: pip install pycocotools
    """
    from movenet_cli.evaluation.evaluate import EvaluationOptions  # noqa: PLC0415 - heavy, and not for --help
    from movenet_cli.evaluation.evaluate import evaluate as answer  # noqa: PLC0415
    from movenet_cli.evaluation.table import as_table  # noqa: PLC0415

    options = EvaluationOptions(ground_truth, people, skip_missing, smoothed, resamples)
    comparison = answer(options, results, baseline)
    click.echo(json.dumps(comparison.as_json(), indent=2) if as_json else as_table(comparison))
    return ExitCode.OK
