"""Whatever bytes a results folder holds: they are read, or refused with exit code 3; never a crash."""

import contextlib
import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movenet_cli.errors import ExitCode, InputError
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.results.csv_check import check_csv
from movenet_cli.results.dataset import read_dataset
from movenet_cli.results.run_file import read_run
from tests.output.formats.examples import (
    Documents,
    encoded,
    image_header,
    image_results,
    video_header,
    video_results,
)
from tests.results.finished import run_fields, write_finished
from tests.results.mutations import PLACES, VALUES, mutate
from tests.results.said import said_of

FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
DOCUMENTS: Documents = [(image_header("a.jpg"), image_results()), (video_header("b.mp4"), video_results())]
RUN = run_fields(DOCUMENTS)
TABLE = encoded(FORMATS["csv"].encoder(video_header("b.mp4")), video_results())
ROWS = [line.split(",") for line in TABLE.splitlines()]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What annotate leaves of an image and a video, in every format."""
    folder = tmp_path_factory.mktemp("results")
    write_finished(folder, DOCUMENTS)
    return folder


def refused_or_read(path: Path, read: Callable[[Path], object]) -> None:
    try:
        read(path)
    except InputError as error:
        message = str(error)
    else:
        return
    assert message.startswith(f"{path}: ")
    assert "\n" not in message


@FUZZ
@given(
    row=st.integers(0, len(ROWS) - 1),
    column=st.integers(0, len(ROWS[0]) - 1),
    cell=st.text(max_size=8) | st.floats().map(repr) | st.just("9" * 5000),
    noise=st.binary(max_size=3),
    place=st.integers(0, len(TABLE)),
)
def test_any_table(tmp_path: Path, row: int, column: int, cell: str, noise: bytes, place: int) -> None:
    path = tmp_path / "b.mp4.csv"
    rows = copy.deepcopy(ROWS)
    rows[row][column] = cell
    path.write_text("".join(",".join(each) + "\n" for each in rows), encoding="utf-8", errors="replace")
    refused_or_read(path, lambda path: check_csv(path, "b.mp4"))
    path.write_bytes(TABLE.encode()[:place] + noise + TABLE.encode()[place + 1 :])
    refused_or_read(path, lambda path: check_csv(path, "b.mp4"))


def as_lines(dataset: Any) -> str:
    """The dataset in our own layout, whatever is in it; in another one where that cannot be."""
    if not isinstance(dataset, dict) or not all(
        isinstance(value, list) for value in list(dataset.values())[1:]
    ):
        return json.dumps(dataset)
    sections = [
        f'"{name}": [\n' + ",\n".join(map(json.dumps, items)) + "\n]"
        for name, items in dataset.items()
        if name != "info"
    ]
    return '{\n"info": {},\n' + ",\n".join(sections) + "\n}\n"


@FUZZ
@given(place=PLACES, value=VALUES, delete=st.booleans(), layout=st.sampled_from([json.dumps, as_lines]))
def test_any_dataset(
    results: Path, tmp_path: Path, place: list[int], value: Any, delete: bool, layout: Callable[[Any], str]
) -> None:
    path = tmp_path / "coco.json"
    dataset = json.loads((results / "coco.json").read_text("utf-8"))
    path.write_text(layout(dataset))
    assert len(list(read_dataset(path))) == 5
    mutate(dataset, place, value, delete)
    path.write_text(layout(dataset))
    refused_or_read(path, lambda path: list(read_dataset(path)))


@FUZZ
@given(place=PLACES, value=VALUES, delete=st.booleans(), noise=st.binary(max_size=20))
def test_any_account_of_a_run(
    tmp_path: Path, place: list[int], value: Any, delete: bool, noise: bytes
) -> None:
    path = tmp_path / "run.json"
    fields = copy.deepcopy(RUN)
    mutate(fields, place, value, delete)
    for data in (json.dumps(fields).encode(), json.dumps(value).encode(), noise):
        path.write_bytes(data)
        refused_or_read(path, read_run)


@contextlib.contextmanager
def changed(path: Path, data: bytes) -> Iterator[None]:
    before = path.read_bytes()
    path.write_bytes(data)
    try:
        yield
    finally:
        path.write_bytes(before)


@settings(FUZZ, max_examples=300)
@given(number=st.integers(0, 10**6), place=st.integers(0, 10**6), byte=st.integers(0, 255), data=st.data())
def test_one_byte_changed_anywhere(
    results: Path, number: int, place: int, byte: int, data: st.DataObject
) -> None:
    files = sorted(path for path in results.rglob("*") if path.is_file() and path.name != "lock")
    path = files[number % len(files)]
    before = path.read_bytes()
    place %= len(before)
    width = data.draw(st.integers(0, 2), "bytes replaced")
    now = before[:place] + bytes([byte]) + before[place + width :]
    with changed(path, now):
        code, out, err = said_of(["validate", str(results)])
    assert code in (ExitCode.OK, ExitCode.INPUT)
    assert len(err.splitlines()) == 1
    if code == ExitCode.INPUT:
        assert out
    elif now != before:
        assert path.parent == results, "a file that the journal vouches for was changed unseen"


@settings(FUZZ, max_examples=300)
@given(place=PLACES, value=VALUES, delete=st.booleans(), which=st.integers(0, 1))
def test_any_journal(results: Path, place: list[int], value: Any, delete: bool, which: int) -> None:
    path = results / "journal.jsonl"
    lines = path.read_text("utf-8").splitlines()
    entry = json.loads(lines[which])
    mutate(entry, place, value, delete)
    lines[which] = json.dumps(entry)
    with changed(path, "".join(f"{line}\n" for line in lines).encode()):
        code, out, err = said_of(["validate", str(results)])
    assert code in (ExitCode.OK, ExitCode.INPUT)
    assert len(err.splitlines()) == 1
    assert bool(out) == (code == ExitCode.INPUT)


@FUZZ
@given(number=st.integers(0, 1), place=st.integers(0, 10**6), noise=st.binary(max_size=8))
def test_conversion_of_any_document(
    results: Path, tmp_path: Path, number: int, place: int, noise: bytes
) -> None:
    path = results / "keypoints" / ("a.jpg.json", "b.mp4.json")[number]
    before = path.read_bytes()
    place %= len(before)
    with changed(path, before[:place] + noise + before[place + 1 :]):
        code, _, err = said_of(["convert", str(results), "--to", "csv", "-o", str(tmp_path / "to")])
    assert code in (ExitCode.OK, ExitCode.PARTIAL)
    assert len(err.splitlines()) == 1 + (code == ExitCode.PARTIAL)
    assert not list((tmp_path / "to").rglob("*.tmp"))


@pytest.mark.parametrize(
    "source", ["b.jpg", "x" * 5000, "a/" * 3000 + "b", r"\ud800.jpg", "/etc/passwd", "../a.jpg"]
)
def test_no_source_but_the_one_of_its_place(results: Path, tmp_path: Path, source: str) -> None:
    path = results / "keypoints" / "a.jpg.json"
    text = path.read_text("utf-8").replace('"source": "a.jpg"', f'"source": {json.dumps(source)}')
    page = tmp_path / "page.html"
    with changed(path, text.encode()):
        code, out, _ = said_of(["validate", str(results)])
        assert code == ExitCode.INPUT
        assert out.startswith(f"{path}: ")
        assert said_of(["convert", str(results), "--to", "csv", "-o", str(tmp_path)])[0] == ExitCode.PARTIAL
        assert said_of(["report", str(results), "-o", str(page)])[0] == ExitCode.OK
    assert "a.jpg.json: " in page.read_text("utf-8")


def test_unchanged_it_is_in_order(results: Path) -> None:
    code, out, err = said_of(["validate", str(results)])
    assert (code, out) == (ExitCode.OK, "")
    assert "no problem found" in err
