"""Videos, and clips made of images without people, in; tables of how steadily people are followed out."""

from pathlib import Path

import numpy as np

from benchmarks.people import open_frame, panning
from benchmarks.steadiness import Steadiness, measure, read_video
from benchmarks.tables import SEEN, looks_of, size_of, table
from movenet_cli.evaluation.ground_truth import AnnotatedImage
from movenet_cli.inference.follow import Follow, FollowSettings
from movenet_cli.models.interface import Model

CLIP = 12


def measure_empty_clips(model: Model, folder: Path, images: list[AnnotatedImage]) -> None:
    """How often each way of looking shows and follows a person where nobody is."""
    empty = [open_frame(folder, image.name) for image in images if not image.people]
    looks = looks_of(model)
    size = size_of(model)
    ways = {
        "none": looks["none"],
        "refine": looks["refine"],
        "follow, however faint the person": lambda: Follow(size, SEEN, FollowSettings(confident=0.0)),
        "follow": looks["follow"],
    }
    rows = []
    for name, make in ways.items():
        random, seen, followed, runner = np.random.default_rng(0), [], [], model.runner()
        for frame in empty:
            estimator = make()
            for each in panning(frame, CLIP, random):
                seen.append(estimator.estimate([each], [runner])[0][0].is_seen(SEEN))
                followed.append(isinstance(estimator, Follow) and estimator.is_following)
        rows.append([name, f"{np.mean(seen):.2f}", f"{np.mean(followed):.2f}"])
    title = f"{len(empty)} clips of {CLIP} frames that pan over images without people: share of frames"
    table(title, ["--crop", "with status `ok`", "followed"], rows)


def measure_video(model: Model, path: Path) -> None:
    """How steadily each way of looking sees the person of a video."""
    frames, runner, looks = read_video(path), model.runner(), looks_of(model)
    loose = Follow(size_of(model), SEEN, FollowSettings(hold=0.0))
    ways = {
        "none": looks["none"](),
        "refine": looks["refine"](),
        "follow, published scheme as it is": loose,
        "follow": looks["follow"](),
    }
    found = {name: measure(frames, estimator, runner) for name, estimator in ways.items()}
    rows = [_row(name, raw) for name, (raw, _) in found.items()]
    rows.append(_row("follow, smoothed", found["follow"][1]))
    figures = ["ankles", "trembling", "off the path", "changes", "mean score", "inferences a frame"]
    table(f"{path.name}, {len(frames)} frames", ["--crop", *figures], rows)


def _row(name: str, found: Steadiness) -> list[str]:
    steadiness = [f"{each:.2f}" for each in (found.ankles, found.tremble, found.off_path)]
    return [name, *steadiness, str(found.changes), f"{found.score:.2f}", f"{found.inferences:.2f}"]
