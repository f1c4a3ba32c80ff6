"""Greedy matching: pairs the members of two groups one to one, the best pair first."""

import numpy as np
import numpy.typing as npt


def match_greedily(scores: npt.NDArray[np.float64]) -> dict[int, int]:
    """Pair rows with columns, the highest score first; of equal ones the lower row, then column.

    Args:
        scores: (R, C), higher is better.

    Returns:
        Row → its column, for as many rows as there are columns for.
    """
    pairs: dict[int, int] = {}
    for cell in np.argsort(-scores, axis=None, kind="stable").tolist():
        row, column = divmod(cell, scores.shape[1])
        if row not in pairs and column not in pairs.values():
            pairs[row] = column
    return pairs
