"""`movenet evaluate`: a table or JSON on standard output, clear errors."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from movenet_cli.cli.evaluate import evaluate
from movenet_cli.errors import InputError
from tests.evaluation.examples import STANDING, annotation, pose, write_results, write_truth

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
