"""Numbers in messages, with their nouns in the singular or the plural."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 file`, `2,000 files`; a plural of its own is given for `1 person`, `2 people`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
