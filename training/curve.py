"""A run's learning curve (`curve.jsonl`) in, a picture of it out."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib as mpl

from training.trainer import CURVE

mpl.use("Agg")

from matplotlib import pyplot as plt

SHOWN = {
    "PCK@0.2": "held-out rendered people: PCK@0.2",
    "OKS": "annotated real people: mean OKS",
    "AP": "annotated real people: AP",
}


def plot(run: Path, picture: Path) -> None:
    """Draws accuracy over training samples as a PNG."""
    points = [json.loads(line) for line in (run / CURVE).read_text().splitlines()]
    samples = [point["samples"] / 1000 for point in points]
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for name, label in SHOWN.items():
        axes.plot(samples, [point[name] for point in points], marker="o", markersize=3, label=label)
    axes.set(xlabel="training samples, thousands", ylabel="accuracy of the averaged weights", ylim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=120)
    plt.close(figure)
