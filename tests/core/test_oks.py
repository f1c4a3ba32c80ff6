"""OKS, AP and PCK against values worked out by hand, and against the COCO tool where it is installed."""

import numpy as np
import pytest

from movenet_cli.core.oks import OKS_SIGMAS, OKS_THRESHOLDS, average_precision, oks, pck, torso_length
from movenet_cli.core.skeleton import INDEX, KEYPOINT_COUNT


def people(count: int = 1) -> np.ndarray:
    """(count, 17, 3): all keypoints at 100, 100, visible."""
    annotated = np.full((count, KEYPOINT_COUNT, 3), 100.0)
    annotated[..., 2] = 2
    return annotated


def test_perfect_prediction_has_oks_one() -> None:
    annotated = people(3)
    assert oks(annotated, annotated, np.full(3, 50.0)).tolist() == [1.0, 1.0, 1.0]


def test_oks_of_one_keypoint_is_its_gaussian() -> None:
    annotated = people()
    annotated[0, 1:, 2] = 0
    predicted = annotated.copy()
    predicted[0, 0, :2] += (3, 4)
    predicted[0, 1:, :2] += 500
    expected = np.exp(-25 / (2 * (2 * 0.026) ** 2 * 10_000))
    assert oks(predicted, annotated, np.array([10_000.0]))[0] == pytest.approx(expected, rel=1e-12)


def test_oks_averages_over_labelled_keypoints_only() -> None:
    annotated = people()
    annotated[0, 2:, 2] = 0
    annotated[0, 1, 2] = 1
    predicted = annotated.copy()
    predicted[0, 1, :2] += 10_000
    assert oks(predicted, annotated, np.array([100.0]))[0] == pytest.approx(0.5)


def test_oks_is_the_same_at_every_scale() -> None:
    rng = np.random.default_rng(0)
    annotated = people(5)
    annotated[..., :2] = rng.uniform(0, 100, (5, 17, 2))
    predicted = annotated[..., :2] + rng.normal(0, 4, (5, 17, 2))
    area = rng.uniform(500, 5000, 5)
    big = annotated * (3, 3, 1)
    np.testing.assert_allclose(oks(predicted * 3, big, area * 9), oks(predicted, annotated, area))


def test_oks_of_nobody_is_nan_and_ap_refuses_it() -> None:
    annotated = people()
    annotated[..., 2] = 0
    similarity = oks(annotated, annotated, np.array([1.0]))
    assert np.isnan(similarity).all()
    with pytest.raises(ValueError, match="annotated"):
        average_precision(similarity)


def test_oks_equals_the_coco_tool() -> None:
    cocoeval = pytest.importorskip("pycocotools.cocoeval", reason="pycocotools is not installed")
    assert pytest.approx(cocoeval.Params("keypoints").kpt_oks_sigmas) == OKS_SIGMAS
    rng = np.random.default_rng(1)
    annotated, area = people(), np.array([4000.0])
    annotated[0, :, :2] = rng.uniform(0, 100, (17, 2))
    annotated[0, 3:7, 2] = 0
    predicted = annotated.copy()
    predicted[0, :, :2] += rng.normal(0, 5, (17, 2))
    tool = cocoeval.COCOeval(iouType="keypoints")
    truth = {"keypoints": annotated.ravel().tolist(), "area": 4000.0, "bbox": [0, 0, 100, 100], "ignore": 0}
    tool._gts[1, 1], tool._dts[1, 1] = [truth], [{"keypoints": predicted.ravel().tolist(), "score": 1}]
    tool.params.useCats, tool.params.maxDets = 1, [20]
    assert oks(predicted, annotated, area)[0] == pytest.approx(tool.computeOks(1, 1)[0, 0], rel=1e-9)


def test_ap_counts_the_thresholds_reached() -> None:
    assert len(OKS_THRESHOLDS) == 10
    assert average_precision(np.array([1.0, 0.0])) == pytest.approx(0.5)
    assert average_precision(np.array([0.72])) == pytest.approx(0.5)
    assert average_precision(np.array([0.74]), np.array([0.75])) == 0


def test_ap_of_no_people_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one person"):
        average_precision(np.zeros(0))


def test_torso_length_is_from_shoulders_to_hips() -> None:
    annotated = people()
    for name, place in {"shoulder": (0, 0), "hip": (30, 40)}.items():
        for side, width in (("left", 5), ("right", -5)):
            annotated[0, INDEX[f"{side}_{name}"], :2] = (place[0] + width, place[1])
    assert torso_length(annotated).tolist() == [50.0]


def test_pck_counts_labelled_keypoints_within_the_threshold() -> None:
    annotated = people()
    annotated[0, 4:, 2] = 0
    predicted = annotated.copy()
    predicted[0, :4, 0] += (0, 9.9, 10, 10.1)
    assert pck(predicted, annotated, np.array([100.0]), 0.1) == pytest.approx(0.75)
    assert pck(predicted, annotated, np.array([50.0]), 0.1) == pytest.approx(0.25)


def test_pck_without_labels_is_nan() -> None:
    annotated = people()
    annotated[..., 2] = 0
    assert np.isnan(pck(annotated, annotated, np.array([1.0]), 0.1))
