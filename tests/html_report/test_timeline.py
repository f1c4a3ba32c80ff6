"""Columns of counts: nothing is lost however many frames there are."""

import pytest

from movenet_cli.html_report.timeline import MAX_COLUMNS, STATUSES, Timeline


def filled(count: int) -> Timeline:
    timeline = Timeline()
    for index in range(count):
        timeline.add(STATUSES[0 if index < count // 2 else 1 + index % 2])
    return timeline


@pytest.mark.parametrize("count", [0, 1, 7, MAX_COLUMNS, MAX_COLUMNS + 1, 3 * MAX_COLUMNS, 10_007])
def test_every_frame_is_counted_once(count: int) -> None:
    columns = filled(count).columns()
    assert columns.sum() == count
    assert columns[:, 0].sum() == count // 2
    assert len(columns) <= MAX_COLUMNS
    assert len(columns) == count or len(columns) > MAX_COLUMNS // 2


def test_order_is_kept() -> None:
    columns = filled(1000).columns()
    assert columns.sum(axis=1).tolist() == [4] * 250
    assert columns[:125].tolist() == [[4, 0, 0]] * 125
    assert columns[125:].tolist() == [[0, 2, 2]] * 125
