"""The report: counts, exit code and closing line are one and agree."""

import pytest

from movenet_cli.core.results import InputOutcome, Summary
from movenet_cli.errors import ExitCode
from movenet_cli.run.report import Report

GOOD = InputOutcome("a.jpg", "done", Summary(1, 1, 0, 0))
KEPT = InputOutcome("b.jpg", "kept", Summary(1, 0, 1, 0))
BROKEN = InputOutcome("c.jpg", "failed", reason="not an image")
HOLES = InputOutcome("d.mp4", "done", Summary(10, 8, 0, 2, ["frame 3: damaged", "frame 4: damaged"]))
BUG = InputOutcome("e.jpg", "failed", reason="internal error", is_bug=True)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([GOOD], ExitCode.OK),
        ([GOOD, KEPT], ExitCode.OK),
        ([KEPT], ExitCode.OK),
        ([GOOD, BROKEN], ExitCode.PARTIAL),
        ([KEPT, BROKEN], ExitCode.PARTIAL),
        ([HOLES], ExitCode.PARTIAL),
        ([BROKEN], ExitCode.INPUT),
        ([], ExitCode.INPUT),
        ([GOOD, BUG], ExitCode.BUG),
    ],
)
def test_exit_code(outcomes: list[InputOutcome], code: ExitCode) -> None:
    report = Report()
    for outcome in outcomes:
        report.add(outcome)
    assert report.exit_code == code
    report.finished = True
    assert report.document({})["exit_code"] == code


def test_interrupt_and_output_errors_win() -> None:
    report = Report()
    report.add(GOOD)
    assert report.document({})["exit_code"] is None, "a run that was killed never said how it ended"
    report.fatal = ExitCode.OUTPUT
    assert report.exit_code == ExitCode.OUTPUT
    assert report.document({})["complete"] is False
    report.interrupted = True
    assert report.exit_code == ExitCode.INTERRUPTED


def test_document_counts_everything_once() -> None:
    report = Report(ignored=3)
    for outcome in (GOOD, KEPT, BROKEN, HOLES):
        report.add(outcome)
    report.finished = True
    document = report.document({"model": "m"})
    assert document["inputs"] == {"total": 4, "done": 2, "kept": 1, "failed": 1, "ignored": 3}
    assert document["frames"] == {"frames": 12, "ok": 9, "empty": 1, "failed": 2}
    assert document["failures"] == [
        {"source": "c.jpg", "reason": "not an image"},
        {"source": "d.mp4", "reason": "2 of 10 frames failed: frame 3: damaged; frame 4: damaged"},
    ]
    assert document["model"] == "m"
    assert document["complete"] is True


def test_closing_line_says_it_all() -> None:
    report = Report()
    for outcome in (GOOD, KEPT, BROKEN, HOLES):
        report.add(outcome)
    line = report.closing_line("results in out")
    for part in ("4 inputs", "12 frames", "9 with people", "1 up to date", "1 failed", "2 frames failed"):
        assert part in line
    assert line.endswith("results in out")
