"""Keypoint errors: how far detected keypoints lie from the annotated ones, as PCK and as distances."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from movenet_cli.core.matching import match_greedily
from movenet_cli.core.oks import oks, torso_length
from movenet_cli.core.skeleton import INDEX, KEYPOINT_COUNT, KEYPOINT_NAMES
from movenet_cli.evaluation.ground_truth import Person
from movenet_cli.evaluation.pairing import ImagePair
from movenet_cli.evaluation.predictions import Detection

BOX_SHARE: Final = 0.1
"""A keypoint is correct within this share of the longer side of the person's box."""

TORSO_SHARE: Final = 0.2
"""A keypoint is correct within this share of the torso, from between the shoulders to between the hips."""

_TORSO: Final = [INDEX[f"{side}_{joint}"] for joint in ("shoulder", "hip") for side in ("left", "right")]

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KeypointError:
    """One keypoint over all people.

    Attributes:
        name: of the keypoint.
        labelled: how many people have it annotated.
        pck: share of them in whom it is correct by `BOX_SHARE`; a person not detected counts as wrong.
        median_error: median distance over detected people, divided by the longer side of the person's box.
    """

    name: str
    labelled: int
    pck: float | None
    median_error: float | None


@dataclass(frozen=True, slots=True)
class KeypointErrors:
    """The keypoints of all people.

    Attributes:
        people: annotated people, crowds and people without annotated keypoints left out.
        missed: those of them without a detection.
        pck_box: share of annotated keypoints that are correct by `BOX_SHARE`.
        pck_torso: likewise by `TORSO_SHARE`, over people whose shoulders and hips are all annotated.
        keypoints: the 17, in their order.
    """

    people: int
    missed: int
    pck_box: float | None
    pck_torso: float | None
    keypoints: tuple[KeypointError, ...]


def measure_keypoint_errors(pairs: Sequence[ImagePair]) -> KeypointErrors:
    """Compare each annotated person with the detection of highest OKS; pairs are one to one."""
    matched = [match for pair in pairs for match in _matches(pair)]
    people = [person for person, _ in matched]
    errors = _stacked([_distances(person, detection) for person, detection in matched])
    by_box = errors / _stacked([max(person.box[2:]) or np.nan for person in people])[:, None]
    by_torso = errors / _stacked([_torso(person) for person in people])[:, None]
    return KeypointErrors(
        people=len(people),
        missed=sum(detection is None for _, detection in matched),
        pck_box=_share(by_box, BOX_SHARE),
        pck_torso=_share(by_torso, TORSO_SHARE),
        keypoints=tuple(_keypoint(name, by_box[:, index]) for index, name in enumerate(KEYPOINT_NAMES)),
    )


def _stacked(rows: Sequence[Values | float]) -> Values:
    return np.array(rows, np.float64) if len(rows) else np.empty((0, KEYPOINT_COUNT))


def _matches(pair: ImagePair) -> list[tuple[Person, Detection | None]]:
    """Each person with annotated keypoints, and the detection that fits best by OKS, if any is left."""
    people = [person for person in pair.truth.people if person.labelled and not person.crowd]
    detections = pair.detections or ()
    scores = np.array([[_oks(person, detection) for detection in detections] for person in people])
    pairs = match_greedily(scores.reshape(len(people), len(detections)))
    return [(person, detections[pairs[row]] if row in pairs else None) for row, person in enumerate(people)]


def _oks(person: Person, detection: Detection) -> float:
    return float(oks(detection.points[None], person.keypoints[None], np.array([person.area]))[0])


def _distances(person: Person, detection: Detection | None) -> Values:
    """(17,) pixels; infinite without a detection, NaN where nothing is annotated."""
    if detection is None:
        distances = np.full(KEYPOINT_COUNT, np.inf)
    else:
        distances = np.linalg.norm(detection.points - person.keypoints[:, :2], axis=1).astype(np.float64)
    return np.where(person.keypoints[:, 2] > 0, distances, np.nan)


def _torso(person: Person) -> float:
    """Length of the torso in pixels; NaN when a shoulder or hip is not annotated."""
    if not (person.keypoints[_TORSO, 2] > 0).all():
        return float("nan")
    return float(torso_length(person.keypoints[None])[0]) or float("nan")


def _share(errors: Values, limit: float) -> float | None:
    known = errors[~np.isnan(errors)]
    return float((known <= limit).mean()) if len(known) else None


def _keypoint(name: str, errors: Values) -> KeypointError:
    known = errors[~np.isnan(errors)]
    found = known[np.isfinite(known)]
    median = float(np.median(found)) if len(found) else None
    return KeypointError(name, len(known), _share(errors, BOX_SHARE), median)
