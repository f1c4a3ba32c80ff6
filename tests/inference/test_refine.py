"""Two looks: the second one is closer, and is not taken where the first one found nobody."""

import numpy as np
import pytest

from movenet_cli.core.types import Frame
from movenet_cli.inference.refine import Refine, RefineSettings
from movenet_cli.inference.whole import WholeSingle
from movenet_cli.media.pixels.rgb_image import RgbImage
from tests.inference.dots import INPUT_SIZE, DotRunner, ScriptedRunner, body, dotted, output_of

REFINE = Refine(INPUT_SIZE, 0.3)


def black(width: int, height: int) -> Frame:
    return Frame(0, None, RgbImage(np.zeros((height, width, 3), np.uint8)))


def test_second_look_is_surer_and_more_exact_than_one_look() -> None:
    points = body(450, 180, 300)
    frame = dotted(900, 600, points)
    one = WholeSingle(INPUT_SIZE, 0.3).estimate([frame], [DotRunner()])[0][0]
    runner = DotRunner()
    two = REFINE.estimate([frame], [runner])[0][0]
    assert runner.inferences == 2
    assert two.score > 2 * one.score
    error = np.linalg.norm(two.keypoints[:, :2] - points, axis=1)
    assert error.max() < 4
    assert two.box is not None
    assert two.box == pytest.approx((points[10][0], points[1][1], points[9][0], points[15][1]), abs=4)


def test_frames_of_a_batch_are_looked_at_twice_in_two_calls() -> None:
    frames = [dotted(900, 600, body(x, 180, 300), index) for index, x in enumerate((20, 300, 590))]
    runner = DotRunner()
    poses = REFINE.estimate(frames, [runner])
    assert runner.calls == [3, 3]
    noses = [pose[0].keypoints[0, 0] for pose in poses]
    assert noses == pytest.approx([170, 450, 740], abs=4)


def test_only_frames_with_somebody_get_a_second_look() -> None:
    frames = [dotted(900, 600, None), dotted(900, 600, body(300, 180, 300)), dotted(900, 600, None)]
    runner = DotRunner()
    poses = REFINE.estimate(frames, [runner])
    assert runner.calls == [3, 1]
    assert [pose[0].score > 0 for pose in poses] == [False, True, False]


def test_no_frames_need_no_network() -> None:
    runner = DotRunner()
    assert REFINE.estimate([], [runner]) == []
    assert runner.calls == []


def test_person_who_leaves_the_image_is_seen_in_a_padded_crop() -> None:
    points = body(-120, 180, 300)
    pose = REFINE.estimate([dotted(900, 600, points)], [DotRunner()])[0][0]
    visible = points[:, 0] > 8
    assert (pose.keypoints[visible, 2] > 0.5).all()
    assert 0 < visible.sum() < 17
    assert np.abs(pose.keypoints[visible, :2] - points[visible]).max() < 4


def test_the_second_look_replaces_the_first() -> None:
    points = body(450, 180, 300)
    unit = np.full((17, 3), 0.5, np.float32)
    runner = ScriptedRunner([output_of(points, 0.5, (0, -150), 900), unit])
    pose = REFINE.estimate([black(900, 600)], [runner])[0][0]
    centre = points.min(axis=0) / 2 + points.max(axis=0) / 2
    assert pose.keypoints[:, :2] == pytest.approx(np.tile(centre, (17, 1)), abs=2)


def test_settings_decide_where_the_second_look_goes() -> None:
    points = body(450, 180, 300)
    runner = ScriptedRunner([output_of(points, 0.15, (0, -150), 900)])
    refine = Refine(INPUT_SIZE, 0.3, RefineSettings(threshold=0.2))
    pose = refine.estimate([black(900, 600)], [runner])[0][0]
    assert len(runner.seen) == 1
    assert pose.keypoints[:, 2] == pytest.approx(0.15)
    assert pose.box is None
