"""One inference a frame: mirrored passes map back exactly, frames without a view get none."""

import numpy as np
import pytest

from movenet_cli.core.geometry import square_crop
from movenet_cli.core.skeleton import INDEX
from movenet_cli.inference.single_pass import passes_where_seen, single_pass, unmirrored, whole_views
from tests.inference.dots import INPUT_SIZE, DotRunner, ScriptedRunner, body, dotted, output_of


def test_a_mirrored_pass_shows_the_mirror_image_and_maps_left_to_right() -> None:
    frame = dotted(900, 600, body(100, 180, 300))
    views = whole_views([frame], INPUT_SIZE)
    runner = ScriptedRunner([output_of(body(0, 0, 96), 0.5, (0, 0), 96)] * 2)
    plain = single_pass([frame], views, runner, 0.3)[0].keypoints
    mirrored = single_pass([frame], views, runner, 0.3, mirrored=True)[0].keypoints
    assert (runner.seen[1] == runner.seen[0][:, ::-1]).all()
    assert not (runner.seen[1] == runner.seen[0]).all()
    left, right = INDEX["left_wrist"], INDEX["right_wrist"]
    assert mirrored[left, 0] == pytest.approx(900 - plain[right, 0], abs=0.01)
    assert mirrored[left, 1] == pytest.approx(plain[right, 1], abs=0.01)
    assert mirrored[INDEX["nose"], 0] == pytest.approx(900 - plain[INDEX["nose"], 0], abs=0.01)


def test_mirroring_twice_changes_nothing() -> None:
    outputs = np.random.default_rng(0).random((3, 1, 17, 3), np.float32)
    assert unmirrored(unmirrored(outputs)) == pytest.approx(outputs, abs=1e-6)


def test_only_frames_with_a_view_are_looked_at() -> None:
    frames = [dotted(900, 600, body(300, 180, 300), index) for index in range(3)]
    views = [None, square_crop(900, 600, (450, 330), 420, INPUT_SIZE), None]
    runner = DotRunner()
    poses = passes_where_seen(frames, views, runner, 0.3)
    assert runner.calls == [1]
    assert [pose is None for pose in poses] == [True, False, True]
    assert passes_where_seen(frames, [None] * 3, runner, 0.3) == [None] * 3
    assert runner.calls == [1]
