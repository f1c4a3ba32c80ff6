"""`movenet evaluate`: a table or JSON on standard output, clear errors."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from movenet_cli.cli.evaluate import evaluate
from movenet_cli.errors import ExitCode, InputError
from tests.evaluation.examples import STANDING, annotation, pose, write_results, write_truth
from tests.results.said import said_of

pytest.importorskip("pycocotools", reason="pycocotools is an optional extra")


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    truth = write_truth(tmp_path / "truth.json", {"0.jpg": [annotation(STANDING)]})
    folder = write_results(tmp_path / "out", "0.jpg", [[pose(STANDING)]])
    return [str(folder), "--ground-truth", str(truth), "--resamples", "10"]


def test_json_alone_is_on_standard_output(arguments: list[str]) -> None:
    run = CliRunner().invoke(evaluate, [*arguments, "--json", "--baseline", arguments[0]])
    assert run.exit_code == 0
    document = json.loads(run.stdout)
    assert document["evaluation"]["metrics"]["AP"] == pytest.approx(1.0)
    assert document["baseline"]["keypoint_errors"]["keypoints"][0]["name"] == "nose"
    assert document["ap_difference"] == 0.0


def test_table_is_shown_without_json(arguments: list[str]) -> None:
    run = CliRunner().invoke(evaluate, arguments)
    assert run.exit_code == 0
    assert run.stdout.startswith("results: ")
    assert "AP75" in run.stdout
    assert "Accumulating" not in run.stdout


def test_a_missing_folder_is_an_input_error(arguments: list[str], tmp_path: Path) -> None:
    run = CliRunner().invoke(evaluate, [str(tmp_path / "missing"), *arguments[1:]])
    assert isinstance(run.exception, InputError)


def test_ground_truth_must_be_given(arguments: list[str]) -> None:
    run = CliRunner().invoke(evaluate, arguments[:1])
    assert run.exit_code == 2
    assert "--ground-truth" in run.stderr


@pytest.mark.parametrize(
    ("limits", "code", "said"),
    [
        (["AP=0.99", "AR50=1"], 0, ""),
        (["AP=1.0", "APm=0"], 3, "movenet: APm is not defined for these images; the limit is 0\n"),
        (["AP=0.5x"], 2, "the names are AP, AP50"),
        (["PCK=0.5"], 2, "the names are AP, AP50"),
        (["AP=1.5"], 2, "a number from 0 to 1"),
    ],
)
def test_figures_may_have_to_reach_limits(
    arguments: list[str], limits: list[str], code: int, said: str
) -> None:
    options = [word for limit in limits for word in ("--fail-under", limit)]
    found, out, err = said_of(["evaluate", *arguments, *options])
    assert found == code
    assert said in err
    assert bool(out) == (code != 2)


def test_a_figure_that_is_too_low_is_told(arguments: list[str], tmp_path: Path) -> None:
    elsewhere = [pose(STANDING + np.array([300, 0]))]
    write_results(tmp_path / "out", "0.jpg", [elsewhere])
    code, _, err = said_of(["evaluate", *arguments, "--fail-under", "AP=0.5"])
    assert (code, err) == (ExitCode.INPUT, "movenet: AP is 0.0000; the limit is 0.5\n")
