"""Names from untrusted places, made fit for one line of a terminal."""


def printable(name: str) -> str:
    """A name on one line: control characters and undecodable bytes shown as escapes."""
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown)
