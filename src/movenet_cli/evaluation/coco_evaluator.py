"""COCO's AP and AR by OKS, computed by pycocotools for a set of images and for samples of it."""

import contextlib
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.errors import UsageError
from movenet_cli.evaluation.ground_truth import Person
from movenet_cli.evaluation.pairing import ImagePair
from movenet_cli.evaluation.predictions import Detection

METRICS: Final = ("AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl")
"""In the order of pycocotools' `stats`; m and l are people of 32² to 96² pixels and larger."""

_PERSON: Final = 1
_VISIBLE: Final = 2


class CocoEvaluator:
    """OKS AP and AR of a set of images, and of samples drawn from it.

    Args:
        pairs: the images; one without results counts as one without detections.

    Raises:
        UsageError: when pycocotools is not installed.
    """

    def __init__(self, pairs: Sequence[ImagePair]) -> None:
        coco_type, evaluation_type = _pycocotools()
        with contextlib.redirect_stdout(io.StringIO()):
            truth = _coco_ground_truth(coco_type, pairs)
            self._evaluation = evaluation_type(truth, _coco_detections(coco_type, truth, pairs), "keypoints")
            self._evaluation.params.imgIds = list(range(1, len(pairs) + 1))
            self._evaluation.evaluate()
        self._matches = list(self._evaluation.evalImgs)
        self._count = len(pairs)

    def metrics(self) -> dict[str, float | None]:
        """Every one of `METRICS`, 0 to 1; None where no person has that size."""
        with contextlib.redirect_stdout(io.StringIO()):
            self._evaluation.evalImgs = self._matches
            self._evaluation.accumulate()
            self._evaluation.summarize()
        return {
            name: None if value < 0 else float(value)
            for name, value in zip(METRICS, self._evaluation.stats, strict=True)
        }

    def sampled_ap(self, samples: Iterable[npt.NDArray[np.int64]]) -> npt.NDArray[np.float64]:
        """AP of samples of the images, each an array of indices, with repeats."""
        return np.array([self._ap(sample) for sample in samples])

    def _ap(self, sample: npt.NDArray[np.int64]) -> float:
        """AP over all sizes, which come first among the evaluation's matches."""
        self._evaluation.evalImgs = [self._matches[index] for index in sample]
        parameters, all_sizes = self._evaluation.params, self._evaluation.params.areaRng[:1]
        before = parameters.areaRng
        parameters.areaRng = all_sizes
        with contextlib.redirect_stdout(io.StringIO()):
            self._evaluation.accumulate(parameters)
        parameters.areaRng = before
        precision = self._evaluation.eval["precision"]
        return float(precision[precision > -1].mean()) if (precision > -1).any() else 0.0


def _pycocotools() -> tuple[Any, Any]:
    try:
        from pycocotools.coco import COCO  # noqa: PLC0415 - an optional extra
        from pycocotools.cocoeval import COCOeval  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "OKS AP needs pycocotools, which is not installed: pip install pycocotools"
        ) from error
    return COCO, COCOeval


def _coco_ground_truth(coco_type: Any, pairs: Sequence[ImagePair]) -> Any:
    """The annotations as pycocotools wants them; image numbers count from 1."""
    people = [(number, person) for number, pair in enumerate(pairs, 1) for person in pair.truth.people]
    dataset = coco_type()
    dataset.dataset = {
        "images": [{"id": number, "file_name": pair.truth.name} for number, pair in enumerate(pairs, 1)],
        "annotations": [
            _coco_annotation(key, image, person) for key, (image, person) in enumerate(people, 1)
        ],
        "categories": [{"id": _PERSON, "name": "person", "keypoints": list(KEYPOINT_NAMES)}],
    }
    dataset.createIndex()
    return dataset


def _coco_annotation(key: int, image: int, person: Person) -> Mapping[str, object]:
    return {
        "id": key,
        "image_id": image,
        "category_id": _PERSON,
        "keypoints": person.keypoints.astype(float).ravel().tolist(),
        "num_keypoints": person.labelled,
        "area": person.area,
        "bbox": list(person.box),
        "iscrowd": int(person.crowd),
    }


def _coco_detections(coco_type: Any, truth: Any, pairs: Sequence[ImagePair]) -> Any:
    found = [(number, one) for number, pair in enumerate(pairs, 1) for one in pair.detections or ()]
    if not found:
        empty = coco_type()
        empty.dataset = {**truth.dataset, "annotations": []}
        empty.createIndex()
        return empty
    return truth.loadRes([_coco_detection(image, one) for image, one in found])


def _coco_detection(image: int, one: Detection) -> Mapping[str, object]:
    visible = np.full((len(one.points), 1), _VISIBLE)
    keypoints = np.concatenate([one.points.astype(float), visible], axis=1)
    return {
        "image_id": image,
        "category_id": _PERSON,
        "keypoints": keypoints.ravel().tolist(),
        "score": one.score,
    }
