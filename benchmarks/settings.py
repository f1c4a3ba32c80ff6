"""Cut-outs of labelled people in, a table of what each setting of `Refine` is worth out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.people import Shown, cutouts
from benchmarks.tables import SEEN, RememberingRunner, size_of, table
from movenet_cli.core.oks import OKS_THRESHOLDS, oks
from movenet_cli.evaluation.ground_truth import AnnotatedImage
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.refine import Refine, RefineSettings
from movenet_cli.inference.whole import WholeSingle
from movenet_cli.models.interface import Model, Runner

CUTOUTS = 12
SPLITS = 500


def measure_settings(model: Model, folder: Path, images: list[AnnotatedImage]) -> None:
    """Each setting changed alone, on cut-outs; and how much of the gain is fitting."""
    shown, size, runner = (
        cutouts(folder, images, CUTOUTS),
        size_of(model),
        RememberingRunner(model.runner()),
    )
    chosen = RefineSettings()
    variants: dict[str, Estimator] = {"one look": WholeSingle(size, SEEN), "two looks": Refine(size, SEEN)}
    for name, values in (
        ("margin", (1.2, 1.3, 1.5, 1.6, 2.0)),
        ("threshold", (0.05, 0.15, 0.2, 0.3)),
        ("full", (0.6, 0.7, 0.9, 10.0)),
        ("closer", (0.7, 0.8, 0.9, 1.0)),
        ("agreement", (0.0001, 0.05, 0.2, 10.0)),
        ("trust", (0.0, 0.7, 0.9, 1.0)),
    ):
        for value in values:
            variants[f"{name} {value:g}"] = Refine(size, SEEN, replace(chosen, **{name: value}))
    found = {name: _by_person(_similarities(each, runner, shown), shown) for name, each in variants.items()}
    rows = []
    for name, people in found.items():
        gain = people - found["two looks"]
        error = float(gain.std() / np.sqrt(len(gain)))
        rows.append([name, f"{people.mean():.3f}", f"{gain.mean():+.3f} ± {error:.3f}"])
    count = len(next(iter(found.values())))
    table(
        f"{len(shown)} cut-outs of {count} people",
        ["settings", "AP", "difference ± its standard error"],
        rows,
    )
    print(f"\nchosen: {chosen}")
    grid = {
        (margin, threshold): Refine(size, SEEN, replace(chosen, margin=margin, threshold=threshold))
        for margin in (1.2, 1.3, 1.4, 1.5, 1.6)
        for threshold in (0.05, 0.1, 0.15, 0.2)
    }
    _splits(np.array([_by_person(_similarities(each, runner, shown), shown) for each in grid.values()]))


def _splits(precision: np.ndarray) -> None:
    """What the best of all settings on half of the people is worth on the others: (settings, people) AP."""
    random, there, elsewhere = np.random.default_rng(0), [], []
    for _ in range(SPLITS):
        people = random.permutation(precision.shape[1])
        half, other = np.array_split(people, 2)
        best = precision[:, half].mean(axis=1).argmax()
        there.append(precision[best, half].mean())
        elsewhere.append(precision[best, other].mean())
    print(
        f"\nbest of {len(precision)} settings on half of the people: AP {np.mean(there):.3f} there, "
        f"{np.mean(elsewhere):.3f} on the other half (mean of {SPLITS} splits)"
    )


def _similarities(estimator: Estimator, runner: Runner, shown: Sequence[Shown]) -> np.ndarray:
    def one(each: Shown) -> float:
        pose = estimator.estimate([each.frame], [runner])[0][0]
        return float(oks(pose.keypoints[None], each.person.keypoints[None], np.array([each.person.area]))[0])

    return np.array([one(each) for each in shown])


def _by_person(similarities: np.ndarray, shown: Sequence[Shown]) -> np.ndarray:
    """Mean precision over the OKS thresholds, for each person over all cut-outs."""
    precision = (similarities[:, None] >= OKS_THRESHOLDS).mean(axis=1)
    keys = np.array([each.key for each in shown])
    return np.array([precision[keys == key].mean() for key in np.unique(keys)])
