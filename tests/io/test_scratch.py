"""Lists on the disk: what was put in comes out, in order, and a full disk is one clear error."""

import pytest

from movenet_cli.errors import ExitCode, OutputError
from movenet_cli.io.scratch import Scratch, packed, unpacked

TABLE = "CREATE TABLE names (name BLOB);"
ODD = ["a", "Z", "é", "\udcff", "\U0001f600", "a\nb", "", "0"]


def test_any_name_comes_back_and_is_ordered_as_texts_are() -> None:
    scratch = Scratch(TABLE)
    for name in ODD:
        scratch.add("INSERT INTO names VALUES *", packed(name))
    rows = scratch.rows("SELECT name FROM names ORDER BY name")
    assert [unpacked(name) for (name,) in rows] == sorted(ODD)


def test_rows_come_in_the_order_in_which_they_were_added() -> None:
    scratch = Scratch(TABLE)
    names = [str(number) for number in range(2345)]
    for name in names:
        scratch.add("INSERT INTO names VALUES *", packed(name))
    assert [unpacked(name) for (name,) in scratch.rows("SELECT name FROM names ORDER BY rowid")] == names


def test_a_full_disk_is_one_line_with_advice() -> None:
    scratch = Scratch(TABLE + "PRAGMA max_page_count = 20;")
    with pytest.raises(OutputError, match="full") as caught:
        scratch.change_each("INSERT INTO names VALUES (?)", ((bytes(1000),) for _ in range(1000)))
    assert caught.value.exit_code == ExitCode.OUTPUT
    assert "set TMPDIR" in str(caught.value)
    assert "\n" not in str(caught.value)
