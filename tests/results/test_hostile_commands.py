"""Every command that reads results, on results that somebody has tampered with: never a traceback."""

import copy
import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movenet_cli.errors import ExitCode
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.results.export.registry import EXPORTS
from tests.evaluation.examples import STANDING, annotation, write_truth
from tests.output.formats.examples import (
    Documents,
    encoded,
    image_header,
    image_results,
    video_header,
    video_results,
)
from tests.results.finished import write_finished
from tests.results.mutations import PLACES, VALUES, mutate
from tests.results.said import said_of

pytest.importorskip("pycocotools", reason="pycocotools is an optional extra")

FUZZ = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
NUMBERS = st.sampled_from([1e308, -1e308, 1e200, -1e300, 1e38, 2.0**63, -(2.0**63), 10**30, 1e-320, -0.0])
"""Finite, and more than any image or moment is."""

DOCUMENTS: Documents = [(image_header("a.jpg"), image_results()), (video_header("b.mp4"), video_results())]
COMMANDS: dict[str, list[str]] = {
    "validate": [],
    "report": ["-o", "{to}/page.html"],
    "convert --to json": ["-o", "{to}"],
    "convert --to jsonl": ["-o", "{to}"],
    "convert --to csv": ["-o", "{to}"],
    "convert --to coco": ["-o", "{to}"],
    **{
        f"convert --to {name}": ["-o", "{to}/export"]
        for name in EXPORTS
        if name not in ("coco-results", "table-parquet")
    },
    "convert --to coco-results": ["-o", "{to}/export", "--image-ids", "{results}/../truth.json"],
    "check": ["--max-failed", "0", "--min-mean-score", "0"],
    "select": ["--hard", "3"],
    "evaluate": ["--ground-truth", "{results}/../truth.json", "--resamples", "0"],
    "evaluate --smoothed --json": ["--ground-truth", "{results}/../truth.json", "--resamples", "2"],
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image and a video in every format, and annotations to compare them with."""
    folder = tmp_path_factory.mktemp("tampered")
    write_truth(folder / "truth.json", {"a.jpg": [annotation(STANDING)], "b.mp4#000000": []})
    results = folder / "results"
    write_finished(results, DOCUMENTS)
    return results


VALUES_OF_ALL_KINDS = [
    *(1e308, -1e308, 1e200, -1e300, 1e38, 1e9, -1e9, 2.0**63, 10**30, 2**53, -1, 0, 1e-320, 0.5),
    *(None, True, "", "text", [], {}, [1e308] * 4, [[1e9, -1e9, 1.0]] * 17, [[1e200, 1.0, 1.0]] * 17),
]


def _leaves(value: Any) -> list[list[str | int]]:
    """The way to each part of a document, of a list only to the first one."""
    if not isinstance(value, dict | list):
        return [[]]
    parts = value.items() if isinstance(value, dict) else list(enumerate(value))[:1]
    return [[], *([key, *rest] for key, part in parts for rest in _leaves(part))]


def test_no_value_at_any_place_is_too_much(tmp_path: Path) -> None:
    """A results folder of many documents, each with another value at another place."""
    results = tmp_path / "results"
    original = json.loads(_whole_video())
    changes = itertools.product(_leaves(original)[1:], VALUES_OF_ALL_KINDS)
    for number, (place, value) in enumerate(changes):
        name = f"{number}.mp4"
        document = copy.deepcopy(original) | {"source": name}
        _set(place, value)(document)
        if number % 2:
            _write(results / "keypoints" / f"{name}.json", json.dumps(document))
        else:
            _write(results / "keypoints" / f"{name}.jsonl", _as_lines(document))
    names = {f"{n}.mp4#000000": [annotation(STANDING)] for n in range(number)}
    write_truth(tmp_path / "truth.json", names)
    for command in ("report", "select", *(f"convert --to {name}" for name in ("csv", "coco", "table-csv"))):
        assert _run(command, results, tmp_path / "to") in (ExitCode.OK, ExitCode.PARTIAL)
    _, out, _ = said_of(["validate", str(results)])
    for line in out.splitlines():
        Path(line.split(": ")[0]).unlink()
    left = sum(1 for path in results.rglob("*") if path.is_file())
    assert number // 20 < left < number // 2
    assert _run("validate", results, tmp_path / "to") == ExitCode.OK
    assert _run("evaluate", results, tmp_path / "to") == ExitCode.OK


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _whole_video() -> str:
    return encoded(FORMATS["json"].encoder(video_header("b.mp4")), video_results()[:1])


def _as_lines(document: Any) -> str:
    """The document as JSON lines, as far as it can be cut."""
    header = {key: value for key, value in document.items() if key not in ("frames", "summary")}
    frames = document.get("frames")
    records = [
        ("header", header),
        *(("frame", each) for each in (frames if isinstance(frames, list) else [])),
    ]
    records.append(("summary", document.get("summary")))
    source = {"source": document.get("source")}
    return "".join(
        json.dumps({"record": kind, **source, **(fields if isinstance(fields, dict) else {"x": fields})})
        + "\n"
        for kind, fields in records
    )


def _as_json(text: str, change: Callable[[Any], None]) -> str:
    value = json.loads(text)
    change(value)
    return json.dumps(value)


def _one_line(text: str, number: int, change: Callable[[Any], None]) -> str:
    """Lines of JSON objects, of a part of the dataset between tabs, with one of them changed."""
    lines = [line.split("\t") for line in text.splitlines()]
    line = lines[number % len(lines)]
    line[number % len(line)] = _as_json(line[number % len(line)], change)
    return "".join("\t".join(each) + "\n" for each in lines)


FILES = [
    "keypoints/a.jpg.json",
    "keypoints/b.mp4.json",
    "keypoints/a.jpg.jsonl",
    "keypoints/b.mp4.jsonl",
    ".movenet/coco/b.mp4.coco",
    "coco.json",
    "run.json",
    "journal.jsonl",
]
LINES = (".jsonl", ".coco")


TO_A_LEAF = st.lists(st.integers(0, 10_000), min_size=8, max_size=8)


@FUZZ
@given(
    name=st.sampled_from(FILES),
    alone=st.booleans(),
    number=st.integers(0, 5),
    place=PLACES | TO_A_LEAF,
    value=NUMBERS | VALUES,
    delete=st.booleans(),
    command=st.sampled_from(sorted(COMMANDS)),
)
def test_never_a_traceback(
    results: Path,
    tmp_path: Path,
    name: str,
    alone: bool,
    number: int,
    place: list[int],
    value: Any,
    delete: bool,
    command: str,
) -> None:
    """One value of one file is another one, or gone; all other files are there, or not one of them."""
    tampered = tmp_path / "results"
    shutil.rmtree(tampered, ignore_errors=True)
    shutil.copytree(results, tampered)
    shutil.copy(results.parent / "truth.json", tmp_path)
    _tamper(tampered / name, number, lambda document: mutate(document, place, value, delete))
    if alone:
        for path in tampered.rglob("*"):
            if path.is_file() and path != tampered / name:
                path.unlink()
    _run(command, tampered, tmp_path / "to")


def _tamper(path: Path, number: int, change: Callable[[Any], None]) -> None:
    text = path.read_text("utf-8")
    path.write_text(
        _one_line(text, number, change) if path.suffix in LINES else _as_json(text, change), "utf-8"
    )


def _run(command: str, results: Path, to: Path) -> int:
    shutil.rmtree(to, ignore_errors=True)
    options = [option.format(results=results, to=to) for option in COMMANDS[command]]
    name, *rest = command.split()
    code, _, err = said_of([name, str(results), *rest, *options])
    assert code in (ExitCode.OK, ExitCode.INPUT, ExitCode.PARTIAL), err
    assert err or name == "evaluate"
    assert not list(to.rglob("*.tmp"))
    return code


@FUZZ
@given(place=PLACES | TO_A_LEAF, value=NUMBERS | VALUES, delete=st.booleans())
def test_any_annotations_to_compare_with(
    results: Path, tmp_path: Path, place: list[int], value: Any, delete: bool
) -> None:
    truth = tmp_path / "truth.json"
    shutil.copy(results.parent / "truth.json", truth)
    _tamper(truth, 0, lambda document: mutate(document, place, value, delete))
    code, _, err = said_of(["evaluate", str(results), "-g", str(truth), "--resamples", "2"])
    assert code in (ExitCode.OK, ExitCode.INPUT), err


def _set(path: list[str | int], value: object) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


POSE: list[str | int] = ["frames", 0, "poses", 0]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ([*POSE, "score"], 1e308),
        ([*POSE, "score"], -1e308),
        ([*POSE, "box"], [1e200, 1e200, 2e200, 3e200]),
        ([*POSE, "box"], [-1e10, 0, 1, 1]),
        ([*POSE, "keypoints", 0], [1e38, 1, 0.5]),
        ([*POSE, "keypoints", 0], [1, -1e10, 0.5]),
        (["frames", 0, "time"], -1e300),
        (["frames", 0, "time"], 1e19),
        (["fps"], 1e300),
    ],
)
def test_a_number_beyond_all_reason_is_a_broken_document(
    results: Path, tmp_path: Path, place: list[str | int], value: object
) -> None:
    """One line names the file; the other input is still there."""
    tampered = tmp_path / "results"
    shutil.copytree(results, tampered)
    shutil.copy(results.parent / "truth.json", tmp_path)
    path = tampered / "keypoints/b.mp4.json"
    _tamper(path, 0, _set(place, value))
    code, out, _ = said_of(["validate", str(tampered)])
    assert code == ExitCode.INPUT
    assert f"{path}: " in out
    assert "expected float" in out
    for form in ("csv", "coco", "jsonl"):
        assert _run(f"convert --to {form}", tampered, tmp_path / "to") == ExitCode.PARTIAL
    assert _run("report", tampered, tmp_path / "to") == ExitCode.OK
    assert "expected float" in (tmp_path / "to/page.html").read_text("utf-8")
    assert _run("evaluate", tampered, tmp_path / "to") == ExitCode.INPUT
