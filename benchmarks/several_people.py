"""Several people: who is found, and how often somebody is seen where nobody is, by thresholds of a person.

python -m benchmarks.several_people --model MODEL --people FOLDER COCO.json [--people …] --nobody FOLDER LIST…

LIST is as for `benchmarks.single_person`. A pose is right when its OKS with an annotated person is at least
0.5, one pose for one person. A pose in a crowd, or on somebody without annotated keypoints, is neither right
nor wrong.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import movenet_cli as movenet
from benchmarks.single_person import image_names
from benchmarks.tables import SEEN, table
from movenet_cli.core.matching import match_greedily
from movenet_cli.core.oks import oks
from movenet_cli.core.types import Pose, Thresholds
from movenet_cli.evaluation.ground_truth import AnnotatedImage, Person, read_ground_truth

RIGHT = 0.5
"""OKS of a pose that is right."""

Found = Sequence[tuple[AnnotatedImage, Sequence[Pose]]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.several_people", description=__doc__)
    parser.add_argument("--model", required=True, help="multi-pose: name, .tflite or SavedModel")
    parser.add_argument("--people", nargs=2, action="append", required=True, metavar=("FOLDER", "COCO.json"))
    parser.add_argument("--nobody", nargs=2, action="append", default=[], metavar=("FOLDER", "LIST"))
    options = parser.parse_args()
    with movenet.Annotator(options.model) as annotator:
        people = [
            (image, annotator.image(Path(folder, image.name)))
            for folder, truth in options.people
            for image in read_ground_truth(Path(truth))
            if any(map(_counts, image.people))
        ]
        nobody = [
            annotator.image(Path(folder, name))
            for folder, names in options.nobody
            for name in image_names(Path(names))
        ]
    report(people, nobody)


def report(people: Found, nobody: Sequence[Sequence[Pose]]) -> None:
    """Print the table of one model's poses."""
    total = sum(_counts(person) for image, _ in people for person in image.people)
    rows = [
        [str(count), f"{score:g}", *_shares(people, total, Thresholds(SEEN, count, score), nobody)]
        for count in (1, 2, 3, 5, 7)
        for score in (0.0, 0.15, 0.2, 0.25, 0.3, 0.35)
    ]
    headings = ["people found", "right poses", "wrong poses", "images with people `ok`", "nobody `ok`"]
    table(
        f"{total} people in {len(people)} images, and {len(nobody)} images of nobody",
        ["--min-keypoints", "--min-pose-score", *headings],
        rows,
    )


def _counts(person: Person) -> bool:
    """Whether it is somebody whose keypoints can be found."""
    return person.labelled > 0 and not person.crowd


def _shares(found: Found, total: int, thresholds: Thresholds, nobody: Sequence[Sequence[Pose]]) -> list[str]:
    right = wrong = 0
    for image, poses in found:
        seen = [pose for pose in poses if thresholds.is_person(pose)]
        matched = _right(seen, [person for person in image.people if _counts(person)])
        others = [person for person in image.people if not _counts(person)]
        right += len(matched)
        wrong += sum(
            place not in matched and not any(_lies_in(pose, other) for other in others)
            for place, pose in enumerate(seen)
        )
    shares = [_ok([poses for _, poses in found], thresholds), _ok(nobody, thresholds)]
    return [f"{right / total:.3f}", str(right), str(wrong), *(f"{share:.3f}" for share in shares)]


def _ok(images: Sequence[Sequence[Pose]], thresholds: Thresholds) -> float:
    return float(np.mean([any(map(thresholds.is_person, poses)) for poses in images]))


def _right(poses: Sequence[Pose], people: Sequence[Person]) -> set[int]:
    """The places of the poses that are right."""
    if not poses or not people:
        return set()
    truth = np.stack([person.keypoints for person in people])
    areas = np.array([person.area for person in people])
    similar = np.stack([oks(np.broadcast_to(pose.keypoints, truth.shape), truth, areas) for pose in poses])
    return {pose for pose, person in match_greedily(similar).items() if similar[pose, person] >= RIGHT}


def _lies_in(pose: Pose, person: Person) -> bool:
    """Whether half of the keypoints that are seen lie in a person's box, or a crowd's."""
    x, y, width, height = person.box
    points = pose.keypoints[pose.keypoints[:, 2] >= SEEN, :2]
    inside = (points >= (x, y)).all(axis=1) & (points <= (x + width, y + height)).all(axis=1)
    return bool(inside.mean() >= 0.5)


if __name__ == "__main__":
    main()
