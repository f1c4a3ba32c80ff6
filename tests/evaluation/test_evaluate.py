"""Figures of results whose errors are known: AP, AR, PCK, intervals, differences."""

import builtins
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from movenet_cli.core.oks import OKS_SIGMAS
from movenet_cli.errors import InputError, UsageError
from movenet_cli.evaluation.evaluate import Comparison, EvaluationOptions, evaluate
from movenet_cli.evaluation.table import as_table
from tests.evaluation.examples import STANDING, annotation, pose, write_results, write_truth
from tests.inference.dots import body

pytest.importorskip("pycocotools", reason="pycocotools is an optional extra")

AREA = 88.0 * 180.0


def off_by(oks: float) -> np.ndarray:
    """The standing person with every keypoint displaced along x such that the OKS is this."""
    distance = np.sqrt(-np.log(oks) * 2 * (2 * OKS_SIGMAS) ** 2 * AREA)
    return (STANDING + np.stack([distance, np.zeros(17)], axis=1)).astype(np.float32)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """Four images with the same standing person, one of nobody."""
    people = {f"{number}.jpg": [annotation(STANDING)] for number in range(4)}
    return write_truth(tmp_path / "truth.json", {**people, "nobody.jpg": []})


def results(folder: Path, errors: Mapping[str, float | None]) -> Path:
    """Results with a person of the given OKS in each image; None for an image without a person."""
    for name, oks in errors.items():
        write_results(folder, name, [[] if oks is None else [pose(off_by(oks))]])
    return folder


def figures(truth: Path, folder: Path, **options: Any) -> Comparison:
    return evaluate(EvaluationOptions(truth, **{"resamples": 0, **options}), folder)


def test_perfect_results_score_one(tmp_path: Path, truth: Path) -> None:
    folder = results(tmp_path / "out", {f"{number}.jpg": 0.9999 for number in range(4)})
    found = figures(truth, folder).evaluation
    assert found.metrics["AP"] == pytest.approx(1.0)
    assert found.metrics["AR"] == pytest.approx(1.0)
    assert found.metrics["APm"] is None or found.metrics["APl"] is None
    assert (found.images, found.without_results) == (5, 1)
    assert (found.keypoint_errors.people, found.keypoint_errors.missed) == (4, 0)
    assert (found.keypoint_errors.pck_box, found.keypoint_errors.pck_torso) == (1.0, 1.0)


def test_recall_and_precision_follow_the_oks(tmp_path: Path, truth: Path) -> None:
    """OKS 0.77 passes six of the ten thresholds, .5 to .75."""
    folder = results(tmp_path / "out", {f"{number}.jpg": 0.77 for number in range(4)})
    metrics = figures(truth, folder).evaluation.metrics
    assert metrics["AR"] == pytest.approx(0.6)
    assert metrics["AP"] == pytest.approx(0.6)
    assert metrics["AP50"] == pytest.approx(1.0)
    assert metrics["AP75"] == pytest.approx(1.0)


def test_images_without_results_are_misses_unless_left_out(tmp_path: Path, truth: Path) -> None:
    folder = results(tmp_path / "out", {"0.jpg": 0.9999, "1.jpg": None})
    everything = figures(truth, folder).evaluation
    assert everything.metrics["AR"] == pytest.approx(0.25)
    assert (everything.without_results, everything.keypoint_errors.missed) == (3, 3)
    assert everything.keypoint_errors.pck_box == pytest.approx(0.25)
    present = figures(truth, folder, skip_missing=True).evaluation
    assert present.metrics["AR"] == pytest.approx(0.5)
    assert (present.images, present.without_results, present.keypoint_errors.missed) == (2, 0, 1)


def test_no_detection_at_all_scores_nought(tmp_path: Path, truth: Path) -> None:
    folder = results(tmp_path / "out", {"0.jpg": None})
    found = figures(truth, folder, resamples=20).evaluation
    assert found.metrics["AP"] == 0.0
    assert found.ap_interval is not None
    assert found.ap_interval.high == 0.0
    assert found.keypoint_errors.keypoints[0].median_error is None


def test_a_false_person_costs_precision(tmp_path: Path, truth: Path) -> None:
    folder = results(tmp_path / "out", {f"{number}.jpg": 0.9999 for number in range(4)})
    write_results(folder, "nobody.jpg", [[pose(STANDING, 0.95)]])
    metrics = figures(truth, folder).evaluation.metrics
    assert metrics["AR"] == pytest.approx(1.0)
    assert metrics["AP"] == pytest.approx(0.8, abs=0.01)


def test_crowds_and_unlabelled_people_are_not_asked_for(tmp_path: Path) -> None:
    crowd = annotation(body(300, 0, 150), crowd=1, labelled=0)
    unlabelled = annotation(body(300, 200, 150), labelled=0)
    truth = write_truth(tmp_path / "truth.json", {"0.jpg": [annotation(STANDING), crowd, unlabelled]})
    found = figures(truth, results(tmp_path / "out", {"0.jpg": 0.9999})).evaluation
    assert found.metrics["AR"] == pytest.approx(1.0)
    assert found.keypoint_errors.people == 1


def test_each_person_is_paired_with_the_best_fit_once(tmp_path: Path) -> None:
    people = [STANDING, body(300, 100, 200)]
    truth = write_truth(tmp_path / "truth.json", {"0.jpg": [annotation(each) for each in people]})
    folder = write_results(tmp_path / "out", "0.jpg", [[pose(people[1]), pose(people[0] + np.float32(2))]])
    keypoint_errors = figures(truth, folder).evaluation.keypoint_errors
    assert (keypoint_errors.people, keypoint_errors.missed, keypoint_errors.pck_box) == (2, 0, 1.0)


def test_keypoint_errors_are_in_units_of_the_box(tmp_path: Path) -> None:
    wrong = STANDING.copy()
    wrong[9] += [0, 36]
    wrong[10] += [0, 9]
    truth = write_truth(tmp_path / "truth.json", {"0.jpg": [annotation(STANDING)]})
    keypoint_errors = figures(
        truth, write_results(tmp_path / "out", "0.jpg", [[pose(wrong)]])
    ).evaluation.keypoint_errors
    left, right = keypoint_errors.keypoints[9], keypoint_errors.keypoints[10]
    assert (left.name, left.pck, left.labelled) == ("left_wrist", 0.0, 1)
    assert left.median_error == pytest.approx(36 / 180)
    assert (right.name, right.pck) == ("right_wrist", 1.0)
    assert right.median_error == pytest.approx(9 / 180)
    assert keypoint_errors.pck_box == pytest.approx(16 / 17)
    assert keypoint_errors.pck_torso == pytest.approx(16 / 17)


def test_torso_pck_leaves_out_people_without_a_whole_torso(tmp_path: Path) -> None:
    truth = write_truth(tmp_path / "truth.json", {"0.jpg": [annotation(STANDING, labelled=11)]})
    keypoint_errors = figures(truth, results(tmp_path / "out", {"0.jpg": 0.99})).evaluation.keypoint_errors
    assert keypoint_errors.pck_torso is None
    assert keypoint_errors.pck_box == 1.0
    assert (keypoint_errors.keypoints[15].labelled, keypoint_errors.keypoints[15].pck) == (0, None)


def test_video_frames_are_evaluated_by_name(tmp_path: Path) -> None:
    truth = write_truth(
        tmp_path / "truth.json",
        {f"clip.mp4#{index:06d}": [annotation(STANDING)] for index in (0, 2)},
    )
    folder = tmp_path / "out"
    write_results(folder, "clip.mp4", [[pose(STANDING)], [], [pose(off_by(0.6))]], video=True)
    assert figures(truth, folder).evaluation.metrics["AR"] == pytest.approx((10 + 2 + 1) / 20, abs=0.051)


def test_only_dominant_people_when_asked_for(tmp_path: Path) -> None:
    images = {
        "0.jpg": [annotation(STANDING), annotation(body(300, 100, 60))],
        "1.jpg": [annotation(STANDING)] * 2,
    }
    truth = write_truth(tmp_path / "truth.json", images)
    folder = results(tmp_path / "out", {"0.jpg": 0.9999, "1.jpg": 0.9999})
    assert figures(truth, folder).evaluation.keypoint_errors.people == 4
    dominant = figures(truth, folder, people="dominant").evaluation
    assert (dominant.images, dominant.keypoint_errors.people) == (1, 1)
    assert dominant.metrics["AP"] == pytest.approx(1.0)


def test_difference_from_a_baseline_has_a_paired_interval(tmp_path: Path, truth: Path) -> None:
    better = results(tmp_path / "better", {f"{number}.jpg": 0.9999 for number in range(4)})
    worse = results(tmp_path / "worse", {f"{number}.jpg": 0.77 for number in range(4)})
    comparison = evaluate(EvaluationOptions(truth, resamples=50), better, worse)
    assert comparison.ap_difference == pytest.approx(0.4)
    assert comparison.difference_interval is not None
    assert comparison.difference_interval.low == pytest.approx(0.4)
    assert comparison.difference_interval.high == pytest.approx(0.4)
    same = evaluate(EvaluationOptions(truth, resamples=50), better, better)
    assert same.difference_interval is not None
    assert (same.difference_interval.low, same.difference_interval.high) == (0.0, 0.0)


def test_interval_widens_with_the_spread_and_repeats_exactly(tmp_path: Path, truth: Path) -> None:
    mixed = results(tmp_path / "out", {"0.jpg": 0.9999, "1.jpg": 0.9999, "2.jpg": 0.3, "3.jpg": 0.3})
    first, second = (figures(truth, mixed, resamples=100).evaluation.ap_interval for _ in range(2))
    assert first == second
    assert first is not None
    assert first.low < 0.3
    assert first.high > 0.7


def test_images_must_be_common_to_both_when_missing_ones_are_skipped(tmp_path: Path, truth: Path) -> None:
    one = results(tmp_path / "one", {"0.jpg": 0.9999, "1.jpg": 0.9999})
    two = results(tmp_path / "two", {"1.jpg": 0.77, "2.jpg": 0.77})
    comparison = evaluate(EvaluationOptions(truth, skip_missing=True, resamples=0), one, two)
    assert comparison.evaluation.images == 1
    other = results(tmp_path / "other", {"3.jpg": 0.77})
    with pytest.raises(InputError, match="no annotated image in common"):
        evaluate(EvaluationOptions(truth, skip_missing=True, resamples=0), one, other)


def test_somebody_must_be_left_when_missing_images_are_skipped(tmp_path: Path, truth: Path) -> None:
    """Only the image without anybody has results."""
    folder = write_results(tmp_path / "out", "nobody.jpg", [[]])
    for resamples in (0, 20):
        with pytest.raises(InputError, match="the images that have results have no annotated people"):
            evaluate(EvaluationOptions(truth, skip_missing=True, resamples=resamples), folder)


def test_annotations_without_keypoints_cannot_be_compared_with(tmp_path: Path) -> None:
    truth = write_truth(tmp_path / "truth.json", {"0.jpg": [annotation(STANDING, labelled=0)]})
    with pytest.raises(InputError, match="no annotated keypoints"):
        figures(truth, results(tmp_path / "out", {"0.jpg": 0.9}))


def test_without_pycocotools_the_error_says_what_to_install(
    tmp_path: Path, truth: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = results(tmp_path / "out", {"0.jpg": 0.9})
    import_module = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.startswith("pycocotools"):
            raise ImportError(name)
        return import_module(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError, match="pip install pycocotools"):
        figures(truth, folder)


def test_table_shows_both_columns_and_the_difference(tmp_path: Path, truth: Path) -> None:
    better = results(tmp_path / "better", {f"{number}.jpg": 0.9999 for number in range(4)})
    worse = results(tmp_path / "worse", {f"{number}.jpg": 0.77 for number in range(4)})
    lines = as_table(evaluate(EvaluationOptions(truth, resamples=50), better, worse)).splitlines()
    rows = {line.split("  ")[0]: line.split() for line in lines if line}
    assert rows["AP"][1:] == ["1.000", "0.600", "+0.400"]
    assert rows["APm"][1:].count("-") in (0, 3)
    assert rows["left_wrist"][1:] == ["1.000", "1.000", "+0.000", "0.001", "4"]
    assert lines[-1] == "difference of AP: +0.400 to +0.400 (95 %, by bootstrap)"
    alone = as_table(evaluate(EvaluationOptions(truth, resamples=0), better))
    assert "baseline" not in alone
    assert "bootstrap" not in alone
