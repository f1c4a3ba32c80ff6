"""The hardest frames: uncertain ones, ones that jump, and not all from one place."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from movenet_cli.core.results import Header
from movenet_cli.core.types import FrameResult, Pose
from movenet_cli.errors import InputError
from movenet_cli.results.hard_frames import HardFrame, hard_frames, judged, spread
from tests.output.formats.examples import image_header, multi_header, pose, video_header, write_results

BODY = np.random.default_rng(1).uniform(0, 100, (17, 2))
FRAMES = 40


def body(x: float, score: float = 0.8, id: int | None = None) -> Pose:
    """Somebody of about 140 pixels, shifted to the right."""
    keypoints = np.concatenate([BODY + np.array([x, 0]), np.full((17, 1), score)], 1).astype(np.float32)
    return Pose(keypoints, score, (x, 0.0, x + 100, 100.0), id)


def walk(**changes: FrameResult) -> list[FrameResult]:
    """Somebody walks evenly, ten frames a second; some frames are others."""
    frames = [FrameResult(i, i / 10, "ok", (body(3.0 * i),)) for i in range(FRAMES)]
    for name, frame in changes.items():
        frames[int(name[1:])] = frame
    return frames


def values(header: Header, frames: list[FrameResult]) -> dict[int, HardFrame]:
    return {each.index: each for each in judged(header, frames)}


def test_an_even_walk_has_no_jump_and_a_shift_has_one() -> None:
    even = values(video_header(), walk())
    assert max(each.jump for each in even.values()) == pytest.approx(0, abs=1e-4)
    assert [each.uncertainty for each in even.values()] == pytest.approx([0.2] * FRAMES, abs=1e-6)
    shifted = values(video_header(), walk(f20=FrameResult(20, 2.0, "ok", (body(60 + 70),))))
    jumps = {index: each.jump for index, each in shifted.items()}
    size = np.hypot(*np.ptp(BODY, axis=0))
    assert jumps[20] == pytest.approx((70 / size) / (70 / size + 0.1), abs=0.01)
    assert jumps[19] == jumps[21] == pytest.approx((35 / size) / (35 / size + 0.1), abs=0.01)
    assert max(jump for index, jump in jumps.items() if abs(index - 20) > 1) < 0.01
    assert shifted[20].hardness == pytest.approx(1 - 0.8 * (1 - jumps[20]), abs=0.01)


def test_somebody_gone_for_one_frame_is_a_jump_and_a_failed_frame_is_none() -> None:
    gone = FrameResult(20, 2.0, "empty", (body(60, 0.15),))
    frames = values(video_header(), walk(f20=gone, f30=FrameResult(30, 3.0, "failed", (), "torn")))
    assert (frames[20].jump, frames[20].uncertainty) == (1.0, pytest.approx(0.25, abs=1e-6))
    assert 30 not in frames
    assert frames[29].jump < 0.05


def test_several_people_are_followed_by_their_ids() -> None:
    header = multi_header()
    swapped = [
        FrameResult(i, i / 10, "ok", tuple(body(300.0 * id, id=id) for id in ((1, 2) if i != 5 else (2, 1))))
        for i in range(10)
    ]
    assert max(each.jump for each in judged(header, swapped)) == 0
    strangers = [replace(each, poses=tuple(replace(one, id=None) for one in each.poses)) for each in swapped]
    assert max(each.jump for each in judged(header, strangers)) == 0
    moved = [*swapped[:5], FrameResult(5, 0.5, "ok", (body(300, id=1), body(900, id=2))), *swapped[6:]]
    assert max(judged(header, moved), key=lambda each: each.jump).index == 5


def test_uncertainty_is_that_of_the_least_certain_person_seen() -> None:
    people = (body(0, 0.9), body(200, 0.4), body(400, 0.1))
    (frame,) = judged(image_header(), [FrameResult(0, None, "ok", people)])
    assert frame.uncertainty == pytest.approx(0.6, abs=1e-6)


def test_frames_are_spread_over_time_and_inputs() -> None:
    bad = [HardFrame("a.mp4", "video", i, i / 10, 0.9, 0.0) for i in range(300, 330)]
    mild = [HardFrame("a.mp4", "video", i, i / 10, 0.5, 0.0) for i in (0, 600)]
    image = [HardFrame("b.jpg", "image", 0, None, 0.4, 0.0)]
    chosen = spread([*bad, *mild, *image], 4)
    assert chosen[0] is bad[0]
    assert {(each.source, each.index) for each in chosen[1:]} == {("a.mp4", 0), ("a.mp4", 600), ("b.jpg", 0)}
    assert len(spread(image, 5)) == 1


def test_a_folder_gives_its_hardest_frames(tmp_path: Path) -> None:
    jump = walk(f20=FrameResult(20, 2.0, "ok", (body(60 + 70),)))
    documents = [
        (video_header("even.mp4"), walk()),
        (video_header("jump.mp4"), jump),
        (image_header("sure.jpg"), [FrameResult(0, None, "ok", (body(0, 0.95),))]),
        (image_header("unsure.jpg"), [FrameResult(0, None, "ok", (body(0, 0.31),))]),
        (image_header("broken.jpg"), [FrameResult(0, None, "ok", (pose(1),))]),
    ]
    write_results(tmp_path, ["json"], documents)
    (tmp_path / "keypoints/broken.jpg.json").write_text("{")
    found = hard_frames(tmp_path, 2)
    assert [(each.source, each.index) for each in found.frames] == [("jump.mp4", 20), ("unsure.jpg", 0)]
    assert [name for name, _ in found.broken] == ["broken.jpg"]
    assert len(hard_frames(tmp_path, 100).frames) == 2 * 4 + 2
    for path in tmp_path.rglob("*.json"):
        path.write_text("{")
    with pytest.raises(InputError, match=r"broken\.jpg\.json"):
        hard_frames(tmp_path, 2)
