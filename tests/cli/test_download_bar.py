"""The download bar: on standard error, only on a terminal, with the share of a known total."""

import pytest

from movenet_cli.cli.download_bar import download_bar


def test_the_bar_is_drawn_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with download_bar(disable=False) as progress:
        start = capsys.readouterr()
        progress("thunder", 500_000, 2_000_000)
        quarter = capsys.readouterr()
        progress("thunder", 100_000, None)
        back = capsys.readouterr()
    assert start.err.startswith("\rconnecting:")
    assert quarter.err.startswith("\rthunder:  25%")
    assert "500k/2.00M" in quarter.err
    assert "thunder: 100kB" in back.err
    assert start.out == quarter.out == back.out == ""


def test_without_a_terminal_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with download_bar() as progress:
        progress("thunder", 1000, 1000)
    assert capsys.readouterr() == ("", "")
