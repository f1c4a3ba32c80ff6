"""Counts and shares to inline SVG and HTML; colours and fonts are the style sheet's."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from movenet_cli.core.skeleton import INDEX
from movenet_cli.core.types import STATUSES

_HEIGHT = 120
_TIMELINE_HEIGHT = 20
_LEAST_HEIGHT = 5.0
"""Of a column with one such frame among many: still to be seen."""

_PARTS = ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")


def histogram(counts: Sequence[int], unit: str) -> str:
    """Bars of the counts of equal bins from 0 to 1; each bar's title says what it counts."""
    highest = max(1, *counts)
    bins = len(counts)
    bars = []
    for place, count in enumerate(counts):
        height = _HEIGHT * count / highest
        title = f"{place / bins:.2f} to {(place + 1) / bins:.2f}: {count:,} {unit}"
        bars.append(
            f'<rect class="bar" x="{place * 10 + 0.75:g}" y="{_HEIGHT - height:.2f}" width="8.5" '
            f'height="{height:.2f}" rx="1"><title>{escape(title)}</title></rect>'
        )
    ticks = "".join(f"<span>{tick / 4:g}</span>" for tick in range(5))
    return (
        f'<svg class="histogram" viewBox="0 0 {bins * 10} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="Histogram of {escape(unit)} by score">{"".join(bars)}</svg>'
        f'<div class="ticks" aria-hidden="true">{ticks}</div>'
    )


def keypoint_bars(scores: npt.NDArray[np.float64], seen: npt.NDArray[np.float64]) -> str:
    """The person's right and left side by side as one meets them: bars of mean scores, with shares as titles.

    Args:
        scores: (17,) mean score of each keypoint.
        seen: (17,) share of people whose keypoint reached the threshold, 0 to 1.
    """

    def bar(name: str, side: str) -> str:
        row = INDEX[name]
        title = f"{name.replace('_', ' ')}: mean score {scores[row]:.2f}, seen in {seen[row]:.0%}"
        filled = f'<i style="width:{100 * scores[row]:.1f}%"></i>'
        return f'<div class="track {side}" title="{escape(title)}">{filled}<b>{scores[row]:.2f}</b></div>'

    rows = [f'<span class="part">nose</span>{bar("nose", "centre")}']
    for part in _PARTS:
        right, left = bar(f"right_{part}", "right"), bar(f"left_{part}", "left")
        rows.append(f'{right}<span class="part">{part}</span>{left}')
    return f'<div class="keypoints">{"".join(rows)}</div>'


def timeline(columns: npt.NDArray[np.int64]) -> str:
    """A strip along a video: blue where people are seen, red where frames failed, blank where nobody is.

    Args:
        columns: (N, 3) frames that are ok, empty and failed.
    """
    totals = columns.sum(axis=0)
    label = ", ".join(f"{count:,} {status}" for count, status in zip(totals.tolist(), STATUSES, strict=True))
    shapes = []
    for status, from_top in (("ok", False), ("failed", True)):
        shares = columns[:, STATUSES.index(status)] / np.maximum(1, columns.sum(axis=1))
        for start, end, share in _runs(shares):
            height = max(_LEAST_HEIGHT, _TIMELINE_HEIGHT * share)
            y = 0.0 if from_top else _TIMELINE_HEIGHT - height
            place = f'x="{start}" y="{y:.1f}" width="{end - start}" height="{height:.1f}"'
            shapes.append(f'<rect class="{status}" {place}/>')
    return (
        f'<svg class="timeline" viewBox="0 0 {max(1, len(columns))} {_TIMELINE_HEIGHT}" '
        f'preserveAspectRatio="none" role="img" aria-label="{escape(label)}">'
        f"<title>{escape(label)}</title>{''.join(shapes)}</svg>"
    )


def _runs(shares: npt.NDArray[np.float64]) -> list[tuple[int, int, float]]:
    """Start, end and value of each stretch of equal shares above 0."""
    edges = np.flatnonzero(np.diff(shares)) + 1
    bounds = [0, *edges.tolist(), len(shares)]
    runs = [(start, end, float(shares[start])) for start, end in pairwise(bounds) if end > start]
    return [run for run in runs if run[2] > 0]
