"""An input, and a results folder that has results of it."""

from pathlib import Path

import pytest

OUTPUTS = ["keypoints/a.jpg.json", "keypoints/a.jpg.csv"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a.jpg"
    path.parent.mkdir()
    path.write_bytes(b"image")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    (folder / "keypoints").mkdir(parents=True)
    for name in OUTPUTS:
        (folder / name).write_text(f"results in {name}")
    return folder
