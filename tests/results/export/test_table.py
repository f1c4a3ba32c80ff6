"""The table of all inputs: the same numbers as in the documents, as CSV and as Parquet."""

import csv
from pathlib import Path

import pytest

from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.errors import UsageError
from movenet_cli.output.formats.csv import COLUMNS, CsvEncoder
from tests.output.formats.examples import DOCUMENTS, encoded
from tests.results.export.conftest import Exporter

ORDER = ("a.jpg", "clips/a.mp4", "clips/many.mp4", "none.mp4")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def rows_of_each() -> list[dict[str, str]]:
    """What the CSV files of the single inputs say, one after the other."""
    texts = {header.source: encoded(CsvEncoder(header), results) for header, results in DOCUMENTS}
    return [row for name in ORDER for row in csv.DictReader(texts[name].splitlines())]


def test_wide_is_the_csv_of_all_inputs(export: Exporter, results: Path) -> None:
    done = export("table-csv")
    assert (done.place, done.inputs, done.broken) == (results / "table.csv", 4, [])
    assert rows_of(done.place) == rows_of_each()
    assert tuple(rows_of(done.place)[0]) == COLUMNS


def test_long_has_a_row_per_keypoint(export: Exporter, tmp_path: Path) -> None:
    rows = rows_of(export("table-csv", tmp_path / "long.csv", layout="long").place)
    expected = []
    for row in rows_of_each():
        shared = {name: row[name] for name in ("source", "frame", "time", "status", "person", "id")}
        for name in KEYPOINT_NAMES if row["person"] else [""]:
            point = {axis: row[f"{name}_{axis}"] if name else "" for axis in ("x", "y", "score")}
            expected.append({**shared, "person_score": row["score"], "keypoint": name, **point})
    assert rows == expected


def test_smoothed_points_replace_the_others(export: Exporter, tmp_path: Path) -> None:
    plain = rows_of(export("table-csv", tmp_path / "plain.csv").place)
    smoothed = rows_of(export("table-csv", tmp_path / "smoothed.csv", smoothed=True).place)
    changed = [i for i, (one, other) in enumerate(zip(plain, smoothed, strict=True)) if one != other]
    (row,) = [smoothed[i] for i in changed]
    assert (row["source"], row["id"], row["nose_x"], row["nose_y"]) == (
        "clips/many.mp4",
        "2",
        "-1.0",
        "29.33",
    )
    assert row["nose_score"] == plain[changed[0]]["nose_score"]


@pytest.mark.parametrize("layout", ["wide", "long"])
def test_parquet_holds_the_same(export: Exporter, tmp_path: Path, layout: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    texts = rows_of(export("table-csv", tmp_path / "t.csv", layout=layout).place)
    table = parquet.read_table(export("table-parquet", tmp_path / "t.parquet", layout=layout).place)
    assert table.column_names == list(texts[0])
    assert [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in table.to_pylist()
    ] == texts


def test_without_pyarrow_a_line_says_so(export: Exporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"needs pyarrow.*table-csv"):
        export("table-parquet")
