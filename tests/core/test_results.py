"""The counts of an input's frames."""

from movenet_cli.core.results import Summary
from movenet_cli.core.types import FrameResult


def test_a_summary_counts_and_keeps_the_first_reasons() -> None:
    summary = Summary()
    for index, status in enumerate(["ok", "empty", *["failed"] * 5]):
        summary.add(FrameResult(index, None, status, reason="broken"))  # type: ignore[arg-type]
    assert summary.fields() == {"frames": 7, "ok": 1, "empty": 1, "failed": 5}
    assert summary.reasons == [f"frame {index}: broken" for index in (2, 3, 4)]
    assert str(summary) == "7 frames (1 ok, 1 empty, 5 failed)"


def test_summaries_add_up_and_are_equal_by_their_counts() -> None:
    one, two = Summary(3, 2, 1, 0, ["x"]), Summary(30, 10, 15, 5)
    assert one + two == Summary(33, 12, 16, 5)
    assert (one + two).reasons == []
    assert sum([one, two, one], start=Summary()).frames == 36
    assert one == Summary(3, 2, 1, 0) != Summary(3, 1, 2, 0)


def test_fields_come_back() -> None:
    summary = Summary(3, 2, 1, 0)
    assert Summary.from_fields(summary.fields(), ["x"]) == summary
    assert Summary.from_fields(summary.fields(), ["x"]).reasons == ["x"]
    assert Summary.from_fields({}) == Summary()
