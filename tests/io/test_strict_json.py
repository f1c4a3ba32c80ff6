"""JSON of unknown origin: a value of the right type, or one line that says what is wrong and where."""

import re
from typing import Any

import msgspec
import pytest

from movenet_cli.io.strict_json import convert, decode


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    number: int


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    inner: list[Inner]
    score: float = 0.0


def test_what_is_right_is_read() -> None:
    assert decode(Outer, b'{"inner": [{"number": 1}], "score": 2}') == Outer([Inner(1)], 2.0)
    assert convert(Outer, {"inner": [{"number": 1}]}) == Outer([Inner(1)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "input data was truncated"),
        (b"[]", "expected object, got array"),
        (b'{"inner": [{"number": "1"}]}', "inner[0].number: expected int, got str"),
        (b'{"inner": [{}]}', "inner[0]: object missing required field number"),
        (b'{"inner": [], "more": 1}', "object contains unknown field more"),
        (b'{"inner": [], "score": NaN}', "JSON is malformed: invalid character (byte 23)"),
        (b'{"inner": [], "score": 1e999}', "score: number out of range"),
        (b'{"inner": [], "score": ' + b"9" * 5000 + b"}", "score: number out of range"),
        (b'{"inner": "\xff"}', "inner: expected array, got str"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        decode(Outer, text)


def test_no_depth_is_too_much() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        decode(dict, b'{"x": ' + b"[" * 200_000)


@pytest.mark.parametrize("name", ["x" * 100_000, "two\\nlines", "\\u2028", "\\u001b[2J"])
def test_names_of_others_do_not_spoil_the_line(name: str) -> None:
    with pytest.raises(ValueError, match="unknown field") as caught:
        decode(Outer, f'{{"inner": [], "{name}": 1}}'.encode())
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) <= 120


@pytest.mark.parametrize("kind", [Outer, Any])
def test_a_field_that_stands_twice_can_be_refused(kind: Any) -> None:
    text = b'{"inner": [{"number": 1, "number": 2}]}'
    assert decode(Outer, text) == Outer([Inner(2)])
    with pytest.raises(ValueError, match="twice"):
        decode(kind, text, unique=True)


def test_values_are_checked_as_text_is() -> None:
    with pytest.raises(ValueError, match=r"inner\[0\]\.number: expected int, got bool"):
        convert(Outer, {"inner": [{"number": True}]})
