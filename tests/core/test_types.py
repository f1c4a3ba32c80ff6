"""What makes a pose a person, and what that makes of a frame."""

import numpy as np
import pytest

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Header
from movenet_cli.core.types import Frame, FrameResult, Pose, Size, Thresholds
from movenet_cli.media.pixels.rgb_image import RgbImage

FRAME = Frame(0, None, RgbImage(np.zeros((48, 64, 3), np.uint8)))


def pose(seen: int, score: float, *, restarted: bool = False) -> Pose:
    """A pose with so many keypoints at 0.3, and the others below."""
    scores = np.where(np.arange(17) < seen, 0.3, 0.29)
    keypoints = np.stack([np.arange(17), np.arange(17), scores], axis=1).astype(np.float32)
    return Pose(keypoints, score, None, restarted=restarted)


@pytest.mark.parametrize(
    ("seen", "score", "expected"), [(3, 0.15, True), (2, 0.9, False), (17, 0.14, False), (17, 0.9, True)]
)
def test_a_person_has_enough_keypoints_and_enough_score(seen: int, score: float, *, expected: bool) -> None:
    thresholds = Thresholds(float(np.float32(0.3)), 3, 0.15)
    found = pose(seen, score)
    assert thresholds.is_person(found) is expected
    result = FrameResult.of(FRAME, [found], thresholds)
    assert result.status == ("ok" if expected else "empty")
    assert result.poses == (found,)


def test_one_person_is_enough_and_the_others_stay_in_the_data() -> None:
    thresholds = Thresholds(float(np.float32(0.3)), 3)
    poses = [pose(1, 0.9), pose(4, 0.2)]
    result = FrameResult.of(FRAME, poses, thresholds)
    model = ModelInfo("m", "multi", None, "0" * 64, "litert")
    header = Header("a", SourceInfo("image", 64, 48), model, Size(64, 64), {}, thresholds)
    assert result.status == "ok"
    assert result.poses == tuple(poses)
    assert header.people(result) == (poses[1],)
    assert header.people(FrameResult(0, None, "empty", tuple(poses))) == ()


def test_a_frame_restarts_only_with_somebody_in_it() -> None:
    thresholds = Thresholds(float(np.float32(0.3)), 3)
    assert FrameResult.of(FRAME, [pose(3, 0.2, restarted=True)], thresholds).restarted
    assert not FrameResult.of(FRAME, [pose(2, 0.2, restarted=True)], thresholds).restarted
    assert not FrameResult.of(FRAME, [pose(3, 0.2)], thresholds).restarted
