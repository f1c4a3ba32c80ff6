"""Option types: the three ways to name a moment, comma-separated formats."""

import click
import pytest

from movenet_cli.cli.options import FormatList, Moment, MomentType


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12.5", Moment(seconds=12.5)),
        ("0", Moment(seconds=0.0)),
        ("250f", Moment(frame=250)),
        ("01:30", Moment(seconds=90.0)),
        ("1:02:03.5", Moment(seconds=3723.5)),
    ],
)
def test_moments(text: str, moment: Moment) -> None:
    assert MomentType().convert(text, None, None) == moment


@pytest.mark.parametrize("text", ["", "-1", "1:2:3:4", "abc", "12.5f", "nan", "inf"])
def test_no_moments(text: str) -> None:
    with pytest.raises(click.BadParameter, match="no moment"):
        MomentType().convert(text, None, None)


def test_formats() -> None:
    formats = FormatList(["json", "csv"])
    assert formats.convert("csv, JSON", None, None) == ("csv", "json")
    for text in ("xml", "json,xml", "", ","):
        with pytest.raises(click.BadParameter):
            formats.convert(text, None, None)
