"""`movenet select`: a list on standard output that `convert --only` takes."""

import csv
import json
from pathlib import Path

import pytest

from movenet_cli.errors import ExitCode
from tests.output.formats.examples import (
    AWKWARD_NAMES,
    image_header,
    image_results,
    video_header,
    write_results,
)
from tests.results.said import said_of
from tests.results.test_hard_frames import walk


@pytest.fixture
def results(tmp_path: Path) -> Path:
    documents = [(image_header(name), image_results()) for name in AWKWARD_NAMES]
    write_results(tmp_path / "out", ["json"], [*documents, (video_header("a.mp4"), walk())])
    return tmp_path / "out"


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_the_list_chooses_frames_for_convert(results: Path, tmp_path: Path, form: list[str]) -> None:
    """Whatever the inputs are called."""
    code, out, err = said_of(["select", str(results), "--hard", "100", *form])
    assert code == ExitCode.OK
    count = len(AWKWARD_NAMES) + 4
    assert err == f"{count} frames of {results}, all there are to choose from (of a video, one a second)\n"
    (tmp_path / "list").write_text(out)
    table = tmp_path / "table.csv"
    only = ["--only", str(tmp_path / "list")]
    assert said_of(["convert", str(results), "--to", "table-csv", "-o", str(table), *only])[0] == ExitCode.OK
    with table.open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) == count


def test_json_tells_why(results: Path) -> None:
    _, out, _ = said_of(["select", str(results), "--hard", "3", "--json"])
    frames = json.loads(out)["frames"]
    assert len(frames) == 3
    assert set(frames[0]) == {"name", "frame", "time", "hardness", "uncertainty", "jump"}
    assert frames[0]["hardness"] == pytest.approx(
        1 - (1 - frames[0]["uncertainty"]) * (1 - frames[0]["jump"]), abs=2e-4
    )


def test_a_broken_document_is_told_and_the_others_are_listed(results: Path) -> None:
    (results / "keypoints/a.mp4.json").write_text("{")
    code, out, err = said_of(["select", str(results), "--hard", "2"])
    assert (code, len(out.splitlines())) == (ExitCode.PARTIAL, 2)
    assert err.splitlines()[-1] == f"2 frames of {results}"
    assert "a.mp4.json" in err


def test_how_many_must_be_said(results: Path) -> None:
    assert said_of(["select", str(results)])[0] == ExitCode.USAGE
    assert said_of(["select", str(results), "--hard", "0"])[0] == ExitCode.USAGE
    assert said_of(["select", str(results / "keypoints"), "--hard", "1"])[0] == ExitCode.INPUT
