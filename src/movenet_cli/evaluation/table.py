"""The table that `movenet evaluate` prints."""

from collections.abc import Iterator, Sequence

from movenet_cli.core.wording import counted
from movenet_cli.evaluation.coco_evaluator import METRICS
from movenet_cli.evaluation.evaluate import Comparison, Evaluation
from movenet_cli.evaluation.keypoint_error import BOX_SHARE, TORSO_SHARE


def as_table(comparison: Comparison) -> str:
    """Text of some 40 lines, with a column for the baseline when there is one."""
    columns = [each for each in (comparison.evaluation, comparison.baseline) if each is not None]
    sections = [
        _counts(columns),
        _rows("OKS", columns, [(name, [each.metrics[name] for each in columns]) for name in METRICS]),
        _rows("PCK", columns, _pck(columns)),
        _keypoints(columns),
        list(_intervals(comparison)),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _counts(columns: Sequence[Evaluation]) -> list[str]:
    return [
        f"{title}: {each.results}: {counted(each.images, 'image')} "
        f"({each.without_results} without results), "
        f"{counted(each.keypoint_errors.people, 'person', 'people')} ({each.keypoint_errors.missed} missed)"
        for title, each in zip(("results", "baseline"), columns, strict=False)
    ]


def _pck(columns: Sequence[Evaluation]) -> list[tuple[str, list[float | None]]]:
    return [
        (f"within {BOX_SHARE:g} of the box", [each.keypoint_errors.pck_box for each in columns]),
        (f"within {TORSO_SHARE:g} of the torso", [each.keypoint_errors.pck_torso for each in columns]),
    ]


def _rows(
    title: str, columns: Sequence[Evaluation], rows: Sequence[tuple[str, Sequence[float | None]]]
) -> list[str]:
    headings = ("results", "baseline", "difference") if len(columns) == 2 else ("results",)
    return [_line(title, headings), *(_line(name, _cells(values)) for name, values in rows)]


def _cells(values: Sequence[float | None]) -> list[str]:
    cells = ["-" if value is None else f"{value:.3f}" for value in values]
    if len(values) == 2:
        one, two = values
        cells.append("-" if one is None or two is None else f"{one - two:+.3f}")
    return cells


def _line(name: str, cells: Sequence[str]) -> str:
    return f"{name:<24}" + "".join(f"{cell:>12}" for cell in cells)


def _keypoints(columns: Sequence[Evaluation]) -> list[str]:
    """PCK by the box, with the median error of the results and how many were annotated."""
    headings = ["results", "baseline", "difference"] if len(columns) == 2 else ["results"]
    lines = [_line(f"PCK {BOX_SHARE:g} of each keypoint", [*headings, "median err.", "annotated"])]
    for places in zip(*(each.keypoint_errors.keypoints for each in columns), strict=True):
        first = places[0]
        error = "-" if first.median_error is None else f"{first.median_error:.3f}"
        cells = _cells([place.pck for place in places])
        lines.append(_line(first.name, [*cells, error, str(first.labelled)]))
    return lines


def _intervals(comparison: Comparison) -> Iterator[str]:
    named = [("AP of the results", comparison.evaluation.ap_interval, "")]
    if comparison.baseline is not None:
        named += [
            ("AP of the baseline", comparison.baseline.ap_interval, ""),
            ("difference of AP", comparison.difference_interval, "+"),
        ]
    for name, interval, sign in named:
        if interval is not None:
            yield f"{name}: {interval.low:{sign}.3f} to {interval.high:{sign}.3f} (95 %, by bootstrap)"
