"""Greedy matching: the best pair first, one to one."""

import numpy as np
import pytest

from movenet_cli.core.matching import match_greedily


@pytest.mark.parametrize(
    ("scores", "pairs"),
    [
        ([[0.9, 0.8], [0.7, 0.1]], {0: 0, 1: 1}),  # not the best sum, which would be 0.8 + 0.7
        ([[0.1, 0.9], [0.2, 0.8]], {0: 1, 1: 0}),
        ([[0.5, 0.5], [0.5, 0.5]], {0: 0, 1: 1}),
        ([[0.1], [0.3], [0.2]], {1: 0}),
        ([[0.1, 0.3, 0.2]], {0: 1}),
        ([[0.0]], {0: 0}),
    ],
)
def test_the_best_pair_comes_first(scores: list[list[float]], pairs: dict[int, int]) -> None:
    assert match_greedily(np.array(scores)) == pairs


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_without_candidates_there_are_no_pairs(shape: tuple[int, int]) -> None:
    assert match_greedily(np.zeros(shape)) == {}
