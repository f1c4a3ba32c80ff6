"""Valid JSON to JSON that somebody has tampered with."""

from typing import Any

from hypothesis import strategies as st

PLACES = st.lists(st.integers(0, 40), min_size=1, max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just(10**400) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def mutate(document: Any, place: list[int], value: Any, delete: bool) -> None:
    """Follow the numbers into the document as deep as it goes; change or delete what is there."""
    parent, key = None, None
    for step in place:
        if not isinstance(document, dict | list) or not document:
            break
        keys = list(document) if isinstance(document, dict) else range(len(document))
        parent, key = document, keys[step % len(keys)]
        document = parent[key]
    if delete:
        del parent[key]
    else:
        parent[key] = value
