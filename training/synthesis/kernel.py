"""One way to compile inner loops: a Python function over arrays goes in, its compiled twin comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile for one thread, with relaxed arithmetic, and keep the machine code beside the source."""
    return cast("Callable[P, R]", numba.njit(cache=True, fastmath=True)(function))
