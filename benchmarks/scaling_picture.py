"""Draws docs/scaling.svg from benchmarks/scaling.json: how far one run, and shards, keep their workers busy.

`python -m benchmarks.scaling_picture` after `python -m benchmarks.ray_workers`.
"""

import argparse
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final
from xml.sax.saxutils import escape

from benchmarks.__main__ import PROJECT
from benchmarks.ray_workers import FIGURES

PICTURE: Final = PROJECT / "docs" / "scaling.svg"
WIDTH: Final = 860
HEIGHT: Final = 430
STYLE: Final = """
svg { color-scheme: light dark; }
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
.title { font-size: 15px; font-weight: 600; }
.small { font-size: 12px; fill: #59636e; }
.paper { fill: #ffffff; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
.ideal { stroke: #818b98; stroke-dasharray: 6 5; stroke-width: 2; }
.first { stroke: #0969da; } .dot.first, .bar.first { fill: #0969da; stroke: none; }
.second { stroke: #bc4c00; } .dot.second, .bar.second { fill: #bc4c00; stroke: none; }
.third { stroke: #1a7f37; } .bar.third { fill: #1a7f37; stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; } .small { fill: #9198a1; } .paper { fill: #0d1117; } .grid { stroke: #3d444d; }
  .ideal { stroke: #9198a1; }
  .first { stroke: #4493f8; } .dot.first, .bar.first { fill: #4493f8; }
  .second { stroke: #f0883e; } .dot.second, .bar.second { fill: #f0883e; }
  .third { stroke: #3fb950; } .bar.third { fill: #3fb950; }
}
"""

Points = Sequence[tuple[float, float]]


class Plot:
    """A square of the picture with logarithmic axes.

    Args:
        box: left, top, right and bottom, pixels.
        x: the lowest and the highest value.
        y: the same.
    """

    def __init__(
        self, box: tuple[float, float, float, float], x: tuple[float, float], y: tuple[float, float]
    ) -> None:
        self.box = box
        self._x, self._y = x, y

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point is."""
        left, top, right, bottom = self.box
        return left + (right - left) * _part(x, self._x), bottom - (bottom - top) * _part(y, self._y)

    def axes(self, xs: Iterable[float], ys: Iterable[float]) -> Iterable[str]:
        """Lines of the grid, with their numbers."""
        left, top, right, bottom = self.box
        for value in xs:
            x, _ = self.at(value, self._y[0])
            yield _line("grid", [(x, top), (x, bottom)])
            yield _text(x, bottom + 18, f"{value:,.0f}", "small", "middle")
        for value in ys:
            _, y = self.at(self._x[0], value)
            yield _line("grid", [(left, y), (right, y)])
            yield _text(left - 8, y + 4, f"{value:,.0f}", "small", "end")

    def line(self, points: Points, kind: str) -> Iterable[str]:
        """A line with a dot at each point, unless it is the ideal."""
        places = [self.at(*point) for point in points]
        yield _line(f"line {kind}", places)
        if kind != "ideal":
            yield from (f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in places)

    def name(self, point: tuple[float, float], text: str, dy: float, anchor: str = "end") -> str:
        """Words at a point."""
        x, y = self.at(*point)
        return _text(x, y + dy, text, "", anchor)


def main() -> None:
    """Draw it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", type=Path, default=FIGURES)
    parser.add_argument("--out", type=Path, default=PICTURE)
    options = parser.parse_args()
    options.out.write_text(picture(json.loads(options.json.read_text())))


def picture(found: Mapping[str, Any]) -> str:
    """The picture of the figures that `benchmarks.ray_workers` has written."""
    parts = [*_scaling(found["scaling"]), *_engines(found["engines"])]
    made = f"{found['machine']}, Ray {found['ray']}; other work was running (load {found['load_before']})"
    parts.append(_text(20, HEIGHT - 12, made, "small"))
    title = "Inputs a second by the number of workers: ideal, one run, and two shards; and by engine"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _scaling(scaling: Mapping[str, Any]) -> Iterable[str]:
    """What simulated workers get from one run and from two."""
    one: Points = [tuple(point) for point in scaling["one"]]
    two: Points = [tuple(point) for point in scaling["two_shards"]]
    each = 1 / scaling["seconds_an_input"]
    low, high = one[0][0], one[-1][0]
    top = 10 ** math.ceil(math.log10(high * each))
    plot = Plot((80, 70, 520, 360), (low, high), (100, top))
    yield _text(20, 30, "Simulated workers that take 50 ms for an input", "title")
    yield _text(20, 50, "inputs a second", "small")
    yield _text(300, 396, "workers, in all", "small", "middle")
    powers = [10.0**power for power in range(2, round(math.log10(top)) + 1)]
    yield from plot.axes([count for count, _ in one], powers)
    yield from plot.line([(low, low * each), (high, high * each)], "ideal")
    yield from plot.line(two, "second")
    yield from plot.line(one, "first")
    yield plot.name((high, high * each), "nobody waits", -10)
    yield plot.name(two[-1], "two shards", -12)
    yield plot.name(one[-1], "one run", 22)


def _engines(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """What each engine does with one and with two workers, as bars."""
    left, top, right, bottom = 600, 70, 840, 360
    rates = {(row["engine"], row["workers"]): median(row["rates"]) for row in rows}
    engines = list(dict.fromkeys(row["engine"] for row in rows))
    counts = sorted({row["workers"] for row in rows})
    most = max(rates.values())
    yield _text(560, 30, "Images of 640 × 480, model mini", "title")
    yield _text(560, 50, "inputs a second", "small")
    slot = (right - left) / len(counts)
    bar = slot / (len(engines) + 1)
    yield _line("grid", [(left - 10, bottom), (right, bottom)])
    for column, count in enumerate(counts):
        for number, (engine, kind) in enumerate(zip(engines, ("first", "second", "third"), strict=False)):
            x = left + column * slot + number * bar
            height = (bottom - top - 20) * rates[engine, count] / most
            y = bottom - height
            yield _bar(kind, x, y, bar - 4, height)
            yield _text(x + bar / 2 - 2, y - 6, f"{rates[engine, count]:.0f}", "small", "middle")
            if column == 0:
                x, y = left - 40 + number * 98, bottom + 36
                yield _bar(kind, x, y - 10, 11, 11)
                yield _text(x + 16, y, engine, "small")
        words = f"{count} worker" + "s" * (count > 1)
        yield _text(left + column * slot + (slot - bar) / 2, bottom + 18, words, "small", "middle")


def _part(value: float, ends: tuple[float, float]) -> float:
    return math.log(value / ends[0]) / math.log(ends[1] / ends[0])


def _line(kind: str, points: Points) -> str:
    return f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


def _bar(kind: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="bar {kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


if __name__ == "__main__":
    main()
