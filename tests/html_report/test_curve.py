"""Columns of frames: nothing is lost however many there are, and the frame to look at is the worst one."""

import numpy as np
import pytest

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.types import FrameResult, Pose, Status
from movenet_cli.html_report.curve import MAX_COLUMNS, Curve
from movenet_cli.html_report.views import FrameView

INFO = SourceInfo("video", 640, 480)


def view(index: int, score: float | None, status: Status = "ok") -> FrameView:
    poses = () if score is None else (Pose(np.zeros((17, 3), np.float32), score, None),)
    return FrameView.of(
        FrameResult(index, index / 10, status, poses, "lost" if status == "failed" else None), poses
    )


def filled(count: int) -> Curve:
    curve = Curve()
    for index in range(count):
        if index < count // 2:
            curve.add(view(index, 0.5 - 0.3 * (index == 7)))
        else:
            curve.add(view(index, None, "failed" if index % 2 else "empty"))
    return curve


@pytest.mark.parametrize("count", [0, 1, 7, MAX_COLUMNS, MAX_COLUMNS + 1, 3 * MAX_COLUMNS, 5_003])
def test_every_frame_is_in_one_column(count: int) -> None:
    curve = filled(count)
    columns = curve.columns
    frames = [frame for column in columns for frame in range(column.first, column.last + 1)]
    assert frames == list(range(count))
    assert sum(column.frames for column in columns) == count
    assert sum(column.failed + column.empty for column in columns) == count - count // 2
    assert len(columns) == count or MAX_COLUMNS // 2 < len(columns) <= MAX_COLUMNS
    strip = curve.strip()
    assert len(strip["low"]) == len(strip["state"]) <= 128
    assert len(curve.columns) == len(columns)


def test_a_column_shows_its_lowest_score() -> None:
    columns = filled(2 * MAX_COLUMNS).details(INFO)["columns"]
    assert columns[3] == {
        **{"frame": 7, "time": 0.7, "low": 20, "state": "o"},
        **{"people": [[20] + 51 * [0]], "first": 6, "last": 7, "frames": 2},
    }
    assert columns[-1]["low"] is None
    assert columns[-1]["frame"] == 2 * MAX_COLUMNS - 2  # nobody, rather than a frame that cannot be shown
    assert columns[-1] | {"empty": 1, "failed": 1, "reason": "lost", "state": "f"} == columns[-1]
    assert filled(2 * MAX_COLUMNS).strip()["low"][0] == 20
