"""Reproduce every figure of docs/accuracy.md: a model, labelled pictures and videos in, tables out.

python -m benchmarks.accuracy --model MODEL --pictures FOLDER --annotations COCO.json --videos FILE...
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.people import Shown, cutouts, open_frame
from benchmarks.standin import StandInDetector
from benchmarks.steadiness import Steadiness, measure, read_video
from movenet_cli.estimators.follow import Follow, FollowSettings
from movenet_cli.estimators.interface import Estimator
from movenet_cli.estimators.refine import Refine, RefineSettings
from movenet_cli.estimators.topdown import TopDown, TopDownSettings
from movenet_cli.estimators.whole import WholeSingle
from movenet_cli.evaluation.pairing import PicturePair
from movenet_cli.evaluation.placement import measure_placement
from movenet_cli.evaluation.precision import PrecisionMeter
from movenet_cli.evaluation.predictions import Found
from movenet_cli.evaluation.truth import TruthPicture, dominant_only, read_truth
from movenet_cli.metrics import OKS_THRESHOLDS, oks
from movenet_cli.models.interface import Model, Runner
from movenet_cli.models.loading import load_model
from movenet_cli.poses import Frame, Pose

SEEN = 0.3
RESAMPLES = 1000
CUTOUTS = 12


def main() -> None:
    """Measure and print."""
    options = _options()
    model = load_model(options.model, name="model", runtime="auto", device="cpu", batch_size=1)
    pictures = read_truth(options.annotations)
    print(f"{options.model.name}, {model.info.runtime}, input {model.info.input_size}")
    _pictures(model, options.pictures, pictures)
    _nobody(model, options.pictures, pictures)
    if not options.quick:
        _settings(model, options.pictures, pictures)
    _top_down(model, options.pictures, pictures)
    for path in options.videos:
        _video(model, path)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument(
        "--model", type=Path, required=True, help="a single-pose model: .tflite or SavedModel"
    )
    parser.add_argument("--pictures", type=Path, required=True, help="folder of the annotated pictures")
    parser.add_argument("--annotations", type=Path, required=True, help="COCO keypoint file")
    parser.add_argument("--videos", type=Path, nargs="*", default=[], help="videos of one standing person")
    parser.add_argument("--quick", action="store_true", help="without the table of settings")
    return parser.parse_args()


def _size(model: Model) -> tuple[int, int]:
    if model.info.kind != "single" or model.info.input_size is None:
        raise SystemExit("--model must be a single-pose model")
    return model.info.input_size


def _looks(model: Model) -> dict[str, Callable[[], Estimator]]:
    size = _size(model)
    return {
        "none": lambda: WholeSingle(size, SEEN),
        "refine": lambda: Refine(size, SEEN),
        "follow": lambda: Follow(size, SEEN),
    }


def _table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    print(f"\n{title}\n\n| {' | '.join(headings)} |\n|{'---|' * len(headings)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def _found(poses: Sequence[Pose]) -> tuple[Found, ...]:
    return tuple(Found(pose.keypoints[:, :2], pose.score) for pose in poses if pose.is_seen(SEEN))


def _pairs(
    estimator: Estimator, runners: Sequence[Runner], folder: Path, pictures: Sequence[TruthPicture]
) -> list[PicturePair]:
    pairs = []
    for index, picture in enumerate(pictures):
        frame = replace(open_frame(folder, picture.name), index=index)
        pairs.append(PicturePair(picture, _found(estimator.estimate([frame], runners)[0])))
    return pairs


def _samples(count: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(1)
    return (random.integers(count, size=count) for _ in range(RESAMPLES))


def _interval(values: np.ndarray, form: str = ".2f") -> str:
    low, high = np.percentile(values, (2.5, 97.5))
    return f"{low:{form}} to {high:{form}}"


def _pictures(model: Model, folder: Path, pictures: list[TruthPicture]) -> None:
    sets = {
        "one dominant person": dominant_only(pictures),
        "the largest person, whoever stands beside": dominant_only(pictures, ratio=1.0),
        "all people of all pictures": pictures,
    }
    rows = []
    for title, chosen in sets.items():
        first: np.ndarray | None = None
        for crop in ("none", "refine"):
            pairs = _pairs(_looks(model)[crop](), [model.runner()], folder, chosen)
            meter, placement = PrecisionMeter(pairs), measure_placement(pairs)
            metrics, sampled = meter.metrics(), meter.sampled_ap(_samples(len(pairs)))
            first = sampled if first is None else first
            gain = _interval(sampled - first, "+.2f") if crop != "none" else ""
            figures = [_number(metrics[name]) for name in ("AP", "AP50", "AP75", "AR")]
            name = f"{title} (n = {placement.people})"
            rows.append([name, crop, *figures, _number(placement.pck_box), _interval(sampled), gain])
    headings = [
        "pictures",
        "--crop",
        "AP",
        "AP50",
        "AP75",
        "AR",
        "PCK 0.1 of box",
        "95 % of AP",
        "95 % of gain",
    ]
    _table("Pictures, as `movenet evaluate` counts", headings, rows)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _nobody(model: Model, folder: Path, pictures: list[TruthPicture]) -> None:
    empty = [picture for picture in pictures if not picture.people]
    people = [picture for picture in pictures if any(each.labelled >= 5 for each in picture.people)]
    rows = []
    for crop in ("none", "refine"):
        row = [crop]
        for chosen in (empty, people):
            pairs = _pairs(_looks(model)[crop](), [model.runner()], folder, chosen)
            row.append(f"{sum(bool(pair.found) for pair in pairs)} of {len(pairs)}")
        rows.append(row)
    _table("Pictures with status `ok`", ["--crop", "of those without people", "of those with people"], rows)


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


def _settings(model: Model, folder: Path, pictures: list[TruthPicture]) -> None:
    shown, size, runner = cutouts(folder, pictures, CUTOUTS), _size(model), model.runner()
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
    _table(
        f"{len(shown)} cut-outs of {count} people",
        ["settings", "AP", "difference ± its standard error"],
        rows,
    )
    print(f"\nchosen: {chosen}")


def _top_down(model: Model, folder: Path, pictures: list[TruthPicture]) -> None:
    size, runners = _size(model), [model.runner(), model.runner()]
    believe_all = TopDownSettings(same=float("inf"), inside=0.0)
    people = {index: picture.people for index, picture in enumerate(pictures)}
    rows = []

    def add(title: str, estimator: Estimator) -> None:
        metrics = PrecisionMeter(_pairs(estimator, runners, folder, pictures)).metrics()
        rows.append([title, *[_number(metrics[name]) for name in ("AP", "AP50", "AP75", "AR")]])

    add("no detector, `--crop refine`", Refine(size, SEEN))
    add("true boxes, redone", TopDown(StandInDetector(people, None), size, SEEN))
    for error in (0.6, 0.8):
        detector = StandInDetector(people, error)
        add(f"keypoints off by {error:g}, alone", detector)
        add(
            f"keypoints off by {error:g}, redone, every crop believed",
            TopDown(detector, size, SEEN, believe_all),
        )
        add(f"keypoints off by {error:g}, redone", TopDown(detector, size, SEEN))
    _table("Top-down with a stand-in detector", ["people", "AP", "AP50", "AP75", "AR"], rows)


def _video(model: Model, path: Path) -> None:
    frames, runner, looks = read_video(path), model.runner(), _looks(model)
    loose = Follow(_size(model), SEEN, FollowSettings(hold=0.0))
    rows = [
        _video_row("none", frames, looks["none"](), runner),
        _video_row("refine", frames, looks["refine"](), runner),
        _video_row("follow, published scheme as it is", frames, loose, runner),
        _video_row("follow", frames, looks["follow"](), runner),
        _video_row("follow, smoothed", frames, looks["follow"](), runner, smooth=True),
    ]
    headings = ["--crop", "ankles, % of height", "all, % of height", "mean score", "inferences a frame"]
    _table(f"{path.name}, {len(frames)} frames", headings, rows)


def _video_row(
    name: str, frames: Sequence[Frame], estimator: Estimator, runner: Runner, *, smooth: bool = False
) -> list[str]:
    found: Steadiness = measure(frames, estimator, runner, smooth=smooth)
    return [
        name,
        f"{found.ankles:.2f}",
        f"{found.tremble:.2f}",
        f"{found.score:.2f}",
        f"{found.inferences:.2f}",
    ]


if __name__ == "__main__":
    main()
