"""People redone in their own crops; who is believed when crops drift onto each other."""

from collections.abc import Sequence

import numpy as np
import pytest

from movenet_cli.core.types import Box, FloatArray, Frame, Pose
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.top_down import TopDown, TopDownSettings
from movenet_cli.media.pixels.rgb_image import RgbImage
from movenet_cli.models.interface import Runner
from tests.inference.dots import INPUT_SIZE, DotRunner, ScriptedRunner, body, dotted, output_of


class TrueBoxes(Estimator):
    """A detector that knows where everybody is; its keypoints are off by `error` pixels."""

    def __init__(self, people: Sequence[FloatArray], error: float = 8.0, score: float = 0.5) -> None:
        self.people = people
        self.error = error
        self.score = score

    def estimate(self, frames: Sequence[Frame], runners: Sequence[Runner]) -> list[tuple[Pose, ...]]:
        return [tuple(self._pose(points) for points in self.people) for _ in frames]

    def _pose(self, points: FloatArray) -> Pose:
        (x0, y0), (x1, y1) = points.min(axis=0) - 10, points.max(axis=0) + 10
        scores = np.full((17, 1), 0.5)
        keypoints = np.concatenate([points + self.error, scores], axis=1).astype(np.float32)
        return Pose(keypoints, self.score, (float(x0), float(y0), float(x1), float(y1)))


def crop_of(box: Box | None) -> tuple[tuple[float, float], float]:
    """Corner and side of the crop that the box gets."""
    assert box is not None
    x0, y0, x1, y1 = box
    side = max(x1 - x0, y1 - y0) * TopDownSettings().margin
    return ((x0 + x1 - side) / 2, (y0 + y1 - side) / 2), side


def redo(people: Sequence[FloatArray], seen: Sequence[FloatArray], score: float = 0.8) -> list[Pose]:
    """Poses when the crop of each person shows the network the `seen` points."""
    detector = TrueBoxes(people)
    frame = Frame(0, None, RgbImage(np.zeros((600, 900, 3), np.uint8)))
    crops = [crop_of(pose.box) for pose in detector.estimate([frame], [])[0]]
    outputs = [output_of(points, score, *crop) for points, crop in zip(seen, crops, strict=True)]
    runners = [ScriptedRunner([]), ScriptedRunner(outputs)]
    return list(TopDown(detector, INPUT_SIZE, 0.3).estimate([frame], runners)[0])


def test_each_person_is_redone_and_keeps_the_box() -> None:
    people = [body(50, 150, 300), body(500, 100, 300)]
    frame = dotted(900, 600, np.concatenate(people)[:17])
    both = dotted(900, 600, people[1]).image.rgb()
    frame.image.rgb()[:, 450:] = both[:, 450:]
    runner = DotRunner()
    poses = TopDown(TrueBoxes(people), INPUT_SIZE, 0.3).estimate([frame], [DotRunner(), runner])[0]
    assert runner.inferences == 2
    for pose, points in zip(poses, people, strict=True):
        assert np.abs(pose.keypoints[:, :2] - points).max() < 4
        assert pose.box == pytest.approx((*(points.min(axis=0) - 10), *(points.max(axis=0) + 10)))


def test_networks_never_get_more_crops_at_once_than_there_are_frames() -> None:
    people = [body(50, 150, 250), body(350, 150, 250), body(600, 150, 250)]
    frames = [dotted(900, 600, people[0], index) for index in range(2)]
    runner = DotRunner()
    poses = TopDown(TrueBoxes(people), INPUT_SIZE, 0.3).estimate(frames, [DotRunner(), runner])
    assert runner.calls == [2, 2, 2]
    assert [len(each) for each in poses] == [3, 3]


def test_frames_without_people_cost_nothing() -> None:
    runner = DotRunner()
    frame = dotted(900, 600, None)
    assert TopDown(TrueBoxes([]), INPUT_SIZE, 0.3).estimate([frame], [DotRunner(), runner]) == [()]
    assert runner.calls == []


def test_person_score_grows_with_the_keypoint_scores_and_stays_a_score() -> None:
    people = [body(50, 150, 300)]
    assert redo(people, people, 0.8)[0].score == pytest.approx(0.8)
    assert redo(people, people, 0.25)[0].score == pytest.approx(0.25)


def test_a_person_whose_crop_shows_somebody_outside_keeps_the_detectors_keypoints() -> None:
    person = body(50, 150, 300)
    pose = redo([person], [person + np.array([250, 0], np.float32)])[0]
    assert pose.keypoints[:, :2] == pytest.approx(person + 8)
    assert pose.score == pytest.approx(0.5)


def test_of_two_crops_that_show_one_person_only_the_better_fit_is_believed() -> None:
    front, behind = body(300, 150, 300), body(350, 150, 300)
    poses = redo([behind, front], [front, front])
    assert poses[0].keypoints[:, :2] == pytest.approx(behind + 8)
    assert poses[1].keypoints[:, :2] == pytest.approx(front, abs=1)


def test_two_overlapping_people_who_are_told_apart_are_both_redone() -> None:
    front, behind = body(300, 150, 300), body(400, 150, 300)
    poses = redo([behind, front], [behind, front])
    assert poses[0].keypoints[:, :2] == pytest.approx(behind, abs=1)
    assert poses[1].keypoints[:, :2] == pytest.approx(front, abs=1)
