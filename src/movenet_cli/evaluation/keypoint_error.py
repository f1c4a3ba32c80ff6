"""Annotated people and found people in, how far off each keypoint lies out: PCK and errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from movenet_cli.core.oks import oks, torso_length
from movenet_cli.core.skeleton import INDEX, KEYPOINT_COUNT, KEYPOINT_NAMES
from movenet_cli.evaluation.ground_truth import Person
from movenet_cli.evaluation.pairing import ImagePair
from movenet_cli.evaluation.predictions import Found

BOX_SHARE: Final = 0.1
"""A keypoint is right when it lies within this share of the longer side of the person's box."""

TORSO_SHARE: Final = 0.2
"""A keypoint is right when it lies within this share of the torso, shoulders' middle to hips' middle."""

_TORSO: Final = [INDEX[f"{side}_{joint}"] for joint in ("shoulder", "hip") for side in ("left", "right")]

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KeypointPlacement:
    """One keypoint over all people.

    Attributes:
        name: of the keypoint.
        labelled: how many people have it annotated.
        pck: share of those where it is right by `BOX_SHARE`; a person who was not found counts as wrong.
        median_error: median distance where somebody was found, per longer side of the person's box.
    """

    name: str
    labelled: int
    pck: float | None
    median_error: float | None


@dataclass(frozen=True, slots=True)
class Placement:
    """All people's keypoints.

    Attributes:
        people: annotated people, crowds and people without annotated keypoints left out.
        missed: those of them for whom nobody was found.
        pck_box: share of annotated keypoints that are right by `BOX_SHARE`.
        pck_torso: likewise by `TORSO_SHARE`, over people whose shoulders and hips are all annotated.
        keypoints: the 17, in their order.
    """

    people: int
    missed: int
    pck_box: float | None
    pck_torso: float | None
    keypoints: tuple[KeypointPlacement, ...]


def measure_placement(pairs: Sequence[ImagePair]) -> Placement:
    """Compare each annotated person with the found person of highest OKS; pairs are one to one."""
    matched = [match for pair in pairs for match in _matches(pair)]
    people = [person for person, _ in matched]
    errors = _stacked([_distances(person, found) for person, found in matched])
    by_box = errors / _stacked([max(person.box[2:]) or np.nan for person in people])[:, None]
    by_torso = errors / _stacked([_torso(person) for person in people])[:, None]
    return Placement(
        people=len(people),
        missed=sum(found is None for _, found in matched),
        pck_box=_share(by_box, BOX_SHARE),
        pck_torso=_share(by_torso, TORSO_SHARE),
        keypoints=tuple(_keypoint(name, by_box[:, index]) for index, name in enumerate(KEYPOINT_NAMES)),
    )


def _stacked(rows: Sequence[Values | float]) -> Values:
    return np.array(rows, np.float64) if len(rows) else np.empty((0, KEYPOINT_COUNT))


def _matches(pair: ImagePair) -> list[tuple[Person, Found | None]]:
    """Each person who has keypoints, with who was found for them: the best pair first."""
    people = [person for person in pair.truth.people if person.labelled and not person.crowd]
    found = list(pair.found or ())
    candidates = sorted(
        (
            (_similarity(person, one), -p, -f)
            for p, person in enumerate(people)
            for f, one in enumerate(found)
        ),
        reverse=True,
    )
    partner: dict[int, int] = {}
    for _, p, f in candidates:
        if -p not in partner and -f not in partner.values():
            partner[-p] = -f
    return [(person, found[partner[p]] if p in partner else None) for p, person in enumerate(people)]


def _similarity(person: Person, found: Found) -> float:
    return float(oks(found.points[None], person.keypoints[None], np.array([person.area]))[0])


def _distances(person: Person, found: Found | None) -> Values:
    """(17,) pixels; infinite where nobody was found, NaN where nothing is annotated."""
    if found is None:
        distances = np.full(KEYPOINT_COUNT, np.inf)
    else:
        distances = np.linalg.norm(found.points - person.keypoints[:, :2], axis=1).astype(np.float64)
    return np.where(person.keypoints[:, 2] > 0, distances, np.nan)


def _torso(person: Person) -> float:
    """Length of the torso in pixels; NaN when a shoulder or hip is not annotated."""
    if not (person.keypoints[_TORSO, 2] > 0).all():
        return float("nan")
    return float(torso_length(person.keypoints[None])[0]) or float("nan")


def _share(errors: Values, limit: float) -> float | None:
    known = errors[~np.isnan(errors)]
    return float((known <= limit).mean()) if len(known) else None


def _keypoint(name: str, errors: Values) -> KeypointPlacement:
    known = errors[~np.isnan(errors)]
    found = known[np.isfinite(known)]
    median = float(np.median(found)) if len(found) else None
    return KeypointPlacement(name, len(known), _share(errors, BOX_SHARE), median)
