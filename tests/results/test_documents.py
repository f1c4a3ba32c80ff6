"""`read`: what lies in a results folder, as typed objects."""

import csv
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import movenet_cli as movenet
from tests.media.clips import damage
from tests.support.media import gradient, write_image, write_video


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    write_image(folder / "a.png", gradient(seed=1))
    write_image(folder / "deep" / "b.jpg", gradient(seed=2))
    write_video(folder / "v.mp4", 9)
    return folder


@pytest.fixture
def out(a_model: Path, media: Path, tmp_path: Path) -> Path:
    """Results of all three, smoothed and with a range."""
    with movenet.Annotator(a_model, smooth=True, stride=2) as annotator:
        annotator.run(media, tmp_path / "out", formats="json,jsonl,csv")
    return tmp_path / "out"


def test_documents_hold_what_was_found(a_model: Path, media: Path, out: Path) -> None:
    image, deep, video = movenet.read(out)
    assert [each.source for each in (image, deep, video)] == ["a.png", "deep/b.jpg", "v.mp4"]
    assert (image.media, image.width, image.height, image.rotation) == ("image", 96, 64, 0)
    assert (image.fps, image.frame_count) == (None, None)
    assert (video.media, video.fps, video.frame_count) == ("video", 10.0, 9)
    assert (video.options["stride"], image.options["crop"]) == (2, "refine")
    with movenet.Annotator(a_model, smooth=True, stride=2) as annotator:
        assert (image.model.kind, image.model.sha256) == ("single", annotator.model.sha256)
        assert image.model.input_size == annotator.model.input_size
        found = list(annotator.video(media / "v.mp4"))
    read = list(video)
    assert [frame.index for frame in read] == [0, 2, 4, 6, 8]
    for one, two in zip(read, found, strict=True):
        assert (one.index, one.time, one.status) == (two.index, two.time, two.status)
        assert np.allclose(one.poses[0].keypoints, two.poses[0].keypoints, atol=0.006)
        assert one.poses[0].smoothed is not None
    assert [frame.index for frame in video.frames()] == [0, 2, 4, 6, 8]
    assert (video.summary.frames, video.summary.ok + video.summary.empty) == (5, 5)
    assert image.summary.frames == 1


def test_one_document_alone(out: Path) -> None:
    for suffix in ("json", "jsonl"):
        (document,) = movenet.read(out / "keypoints" / f"v.mp4.{suffix}")
        assert document.source == "v.mp4"
        assert document.summary.frames == 5


def test_json_lines_will_do(out: Path) -> None:
    for path in (out / "keypoints").rglob("*.json"):
        path.unlink()
    documents = list(movenet.read(str(out)))
    assert [document.path.suffix for document in documents] == [".jsonl"] * 3
    assert [document.summary.frames for document in documents] == [1, 1, 5]


def test_a_broken_document_does_not_hide_the_others(out: Path) -> None:
    broken = out / "keypoints" / "deep" / "b.jpg.json"
    broken.write_bytes(broken.read_bytes()[:-40])
    (out / "keypoints" / "v.mp4.json").write_text("{}")
    good, *bad = movenet.read(out)
    assert good.summary.frames == 1
    for document in bad:
        with pytest.raises(movenet.InputError, match=re.escape(str(document.path))):
            _ = document.summary
    with pytest.raises(movenet.InputError):
        list(bad[0])


def test_a_document_in_the_wrong_place(out: Path) -> None:
    (out / "keypoints" / "a.png.json").rename(out / "keypoints" / "c.png.json")
    first, *_ = (document for document in movenet.read(out) if document.path.name == "c.png.json")
    with pytest.raises(movenet.InputError, match="source"):
        _ = first.width


def test_no_results(tmp_path: Path, a_model: Path, media: Path) -> None:
    with pytest.raises(movenet.InputError, match="no such file or folder"):
        movenet.read(tmp_path / "nowhere")
    with pytest.raises(movenet.InputError, match="not a results folder"):
        movenet.read(media)
    with movenet.Annotator(a_model) as annotator:
        annotator.run(media, tmp_path / "tables", formats=["csv"])
    with pytest.raises(movenet.InputError, match="no JSON or JSONL"):
        movenet.read(tmp_path / "tables")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_nothing_stays_open(out: Path) -> None:
    def count() -> int:
        return sum(os.path.realpath(link).startswith(str(out)) for link in Path("/proc/self/fd").iterdir())

    *_, video = movenet.read(out)
    assert video.width == 96
    assert count() == 0
    frames = video.frames()
    next(frames)
    assert count() == 1
    del frames
    for _ in video:
        break
    assert count() == 0


class Table(SimpleNamespace):
    """Takes what pandas takes."""

    def __init__(self, rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> None:
        super().__init__(rows=rows, columns=columns)


@pytest.mark.parametrize("smooth", [False, True])
def test_a_table_has_the_cells_of_the_csv_file(
    a_model: Path, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smooth: bool
) -> None:
    damage(write_video(media / "damaged.mp4", 30), [12])
    out = tmp_path / "out"
    with movenet.Annotator(a_model, smooth=smooth) as annotator:
        assert annotator.run(media, out, formats="json,csv").frames.failed
    monkeypatch.setitem(sys.modules, "pandas", SimpleNamespace(DataFrame=Table))
    for document in movenet.read(out):
        table = document.to_dataframe()
        with (out / "keypoints" / f"{document.source}.csv").open(newline="") as file:
            columns, *rows = csv.reader(file)
        assert table.columns == columns
        told = [["" if cell is None else str(cell) for cell in row] for row in table.rows]
        assert told == rows


def test_a_real_table(out: Path) -> None:
    pandas = pytest.importorskip("pandas")
    *_, video = movenet.read(out)
    table = video.to_dataframe()
    assert isinstance(table, pandas.DataFrame)
    assert list(table["frame"]) == [0, 2, 4, 6, 8]


def test_without_pandas_it_says_so(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    document, *_ = movenet.read(out)
    with pytest.raises(movenet.UsageError, match="pandas"):
        document.to_dataframe()
