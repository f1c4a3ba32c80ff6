"""Measures of how near predicted keypoints are to annotated ones: OKS, AP over its thresholds, PCK."""

from typing import Final

import numpy as np
import numpy.typing as npt

from movenet_cli.core.skeleton import INDEX

FloatArray = npt.NDArray[np.floating]

_HEAD, _ARMS, _LEGS = (26, 25, 25, 35, 35), (79, 79, 72, 72, 62, 62), (107, 107, 87, 87, 89, 89)

OKS_SIGMAS: Final[npt.NDArray[np.float64]] = np.array([*_HEAD, *_ARMS, *_LEGS]) / 1000
"""(17,) float64: COCO's per-keypoint standard deviations for the object keypoint similarity."""

OKS_THRESHOLDS: Final[npt.NDArray[np.float64]] = np.linspace(0.5, 0.95, 10)
"""(10,) float64: COCO's thresholds, .50:.05:.95."""

_SHOULDERS: Final = [INDEX["left_shoulder"], INDEX["right_shoulder"]]
_HIPS: Final = [INDEX["left_hip"], INDEX["right_hip"]]


def oks(
    predicted: FloatArray,
    annotated: FloatArray,
    area: FloatArray,
    sigmas: FloatArray = OKS_SIGMAS,
) -> npt.NDArray[np.float64]:
    """Object keypoint similarity, as the COCO evaluation defines it, of matched pairs of people.

    Args:
        predicted: (N, 17, ≥ 2) x, y in pixels; more columns are ignored.
        annotated: (N, 17, 3) x, y in the same pixels, and COCO's visibility v; only v > 0 counts.
        area: (N,) the annotated person's area in square pixels.
        sigmas: (17,) per-keypoint standard deviations.

    Returns:
        (N,) float64, 0..1; NaN for a person without an annotated keypoint.
    """
    labelled = annotated[..., 2] > 0
    squared = ((predicted[..., :2] - annotated[..., :2]) ** 2).sum(axis=-1, dtype=np.float64)
    spread = 2 * (2 * sigmas) ** 2 * (np.asarray(area, np.float64)[:, None] + np.spacing(1))
    return _mean_where(np.exp(-squared / spread), labelled, axis=-1)


def similarity(one: FloatArray, two: FloatArray) -> float:
    """How much two poses lie on each other: the OKS of all keypoints, by the area of the smaller pose.

    Args:
        one: (17, ≥ 2) x, y in pixels.
        two: (17, ≥ 2) x, y in the same pixels.

    Returns:
        0..1.
    """
    area = min(float(np.ptp(each[:, :2], axis=0).prod()) for each in (one, two))
    visible = np.concatenate([two[:, :2], np.ones((len(two), 1))], axis=1)
    return float(oks(one[None], visible[None], np.array([area]))[0])


def average_precision(similarities: FloatArray, thresholds: FloatArray = OKS_THRESHOLDS) -> float:
    """Mean over the thresholds of the share of people whose OKS reaches them.

    This is the AP of one-person crops: one prediction for each person, all of the same confidence.
    It is not the COCO tool's AP over whole images.

    Args:
        similarities: (N,) OKS of each person, N > 0, no NaN.
        thresholds: (T,) OKS thresholds.

    Returns:
        AP, 0..1.
    """
    if not len(similarities) or np.isnan(similarities).any():
        raise ValueError("AP needs at least one person, each with annotated keypoints")
    return float((np.asarray(similarities)[:, None] >= thresholds).mean())


def torso_length(annotated: FloatArray) -> npt.NDArray[np.float64]:
    """(N, 17, ≥ 2) x, y → (N,) pixels from the middle of the shoulders to the middle of the hips."""
    middle = annotated[:, _SHOULDERS, :2].mean(axis=1) - annotated[:, _HIPS, :2].mean(axis=1)
    return np.asarray(np.linalg.norm(middle, axis=-1), np.float64)


def pck(predicted: FloatArray, annotated: FloatArray, reference: FloatArray, threshold: float) -> float:
    """Percentage of correct keypoints, as a share.

    Args:
        predicted: (N, 17, ≥ 2) x, y in pixels.
        annotated: (N, 17, 3) x, y in the same pixels, v; only v > 0 counts.
        reference: (N,) the length that the threshold is a part of, in pixels; see `torso_length`.
        threshold: largest distance that still is correct, in units of the reference.

    Returns:
        Share of all annotated keypoints that are correct, 0..1; NaN without any.
    """
    labelled = annotated[..., 2] > 0
    distance = np.linalg.norm(predicted[..., :2] - annotated[..., :2], axis=-1)
    correct = distance <= threshold * np.asarray(reference)[:, None]
    return float(_mean_where(correct.astype(np.float64), labelled, axis=None))


def _mean_where(
    values: npt.NDArray[np.float64], mask: npt.NDArray[np.bool_], axis: int | None
) -> npt.NDArray[np.float64]:
    """Mean of the masked values along an axis; NaN where the mask is empty."""
    count = mask.sum(axis=axis)
    total = np.where(mask, values, 0).sum(axis=axis)
    return np.asarray(np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0))
