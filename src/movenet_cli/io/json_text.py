"""The JSON that is written: one line, UTF-8, always the same bytes; and file names as text, lossless."""

import json
import re
from typing import Final

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_UNSAFE: Final = re.compile("[\\\\\ud800-\udfff]")
_ESCAPED: Final = re.compile(r"\\(\\|x[89a-f][0-9a-f]|u[d][89a-f][0-9a-f]{2}|)")


def json_line(value: object) -> str:
    """The value as JSON on one line, without any character that a text reader takes for a line's end.

    Raises:
        ValueError: when a number is not finite.
    """
    text = _ENCODE(value)
    if text.isascii():
        return text
    return text.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def escape_name(name: str) -> str:
    r"""A file name as text that UTF-8 can hold, lossless.

    A byte of the name that is not UTF-8 becomes `\x` and two hexadecimal digits, a backslash becomes two;
    other characters stay as they are. (Half a surrogate pair, which Windows allows: `\u` and four digits.)
    """
    return _UNSAFE.sub(_escape, name)


def unescape_name(text: str) -> str:
    """The file name that `escape_name` was given.

    Raises:
        ValueError: when `escape_name` cannot have written the text.
    """
    return _ESCAPED.sub(_unescape, text)


def plain_text(text: str) -> str:
    """A message as text that UTF-8 can hold: file names inside it may have bytes that are not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character == "\\":
        return "\\\\"
    code = ord(character)
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if not code:
        raise ValueError(f"a lone backslash in the name {match.string!r}")
    if code == "\\":
        return code
    return chr(int(code[1:], 16) + (0xDC00 if code[0] == "x" else 0))
