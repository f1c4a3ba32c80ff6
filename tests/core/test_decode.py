"""Decoding official outputs: y before x, padding undone, nobody invented."""

import numpy as np

from movenet_cli.core.decode import decode_multi, decode_single, tight_box
from movenet_cli.core.geometry import letterbox
from movenet_cli.core.types import Size


def test_single_undoes_the_padding_and_swaps_the_axes() -> None:
    view = letterbox(640, 480, Size(192, 192))
    output = np.zeros((1, 17, 3), np.float32)
    output[0, 0] = (96 / 192, 48 / 192, 0.9)
    (pose,) = decode_single(output, view, 0.3)
    np.testing.assert_allclose(pose.keypoints[0], [160, 240, 0.9], atol=1e-3)
    assert pose.box == tight_box(pose.keypoints, 0.3)
    assert abs(pose.score - 0.9 / 17) < 1e-6


def test_single_keeps_weak_and_outside_keypoints() -> None:
    view = letterbox(640, 480, Size(192, 192))
    output = np.full((1, 17, 3), 0.01, np.float32)
    (pose,) = decode_single(output, view, 0.3)
    assert pose.keypoints.shape == (17, 3)
    assert (pose.keypoints[:, 1] < 0).all()
    assert pose.box is None
    assert not pose.is_seen(0.3)


def _person(y: float, x: float, score: float, person_score: float) -> np.ndarray:
    keypoints = np.tile(np.array([y, x, score], np.float32), (17, 1))
    return np.concatenate([keypoints.ravel(), [y - 0.1, x - 0.2, y + 0.1, x + 0.2, person_score]])


def test_multi_sorts_limits_and_drops_nobody() -> None:
    view = letterbox(256, 128, Size(256, 128))
    rows = [_person(0.5, 0.5, 0.4, 0.2), _person(0.5, 0.25, 0.8, 0.7), _person(0.1, 0.1, 0.29, 0.9)]
    output = np.stack(rows + [np.zeros(56)] * 3).astype(np.float32)
    poses = decode_multi(output, view, 0.3, 6)
    assert [round(pose.score, 3) for pose in poses] == [0.7, 0.2]
    np.testing.assert_allclose(poses[0].keypoints[3], [64, 64, 0.8], atol=1e-3)
    np.testing.assert_allclose(poses[0].box, [0.05 * 256, 0.4 * 128, 0.45 * 256, 0.6 * 128], atol=1e-2)
    assert len(decode_multi(output, view, 0.3, 1)) == 1
    assert decode_multi(np.zeros((6, 56), np.float32), view, 0.3, 6) == ()
