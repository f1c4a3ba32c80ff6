"""Networks that many tests load: what is made of a file at each start of a program is made once here."""

from functools import lru_cache

import pytest

from movenet_cli.models import litert


def shorten_once(patch: pytest.MonkeyPatch) -> None:
    """Remember the input table and the shorter network of the last few files."""
    patch.setattr(litert, "with_input_table", lru_cache(maxsize=4)(litert.with_input_table))
