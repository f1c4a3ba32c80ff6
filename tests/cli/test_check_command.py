"""`movenet check`: limits on what was found; exit code 3 when one is not met."""

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from movenet_cli.core.types import FrameResult, Pose
from movenet_cli.errors import ExitCode
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.records import Entry
from tests.output.formats.examples import image_header, video_header, write_results
from tests.results.said import said_of


def person(score: float) -> Pose:
    keypoints = np.full((17, 3), score, np.float32)
    return Pose(keypoints, score, (0.0, 0.0, 1.0, 1.0) if score >= 0.3 else None)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Five frames with somebody, two without, one failed; and an input that could not be read."""
    frames = [
        *(FrameResult(i, i / 10, "ok", (person(0.5),)) for i in range(4)),
        *(FrameResult(i, i / 10, "empty", (person(0.1),)) for i in (4, 5)),
        FrameResult(6, 0.6, "failed", (), "torn"),
    ]
    documents = [(video_header(), frames), (image_header(), [FrameResult(0, None, "ok", (person(1.0),))])]
    write_results(tmp_path / "out", ["json"], documents)
    journal = Journal(tmp_path / "out")
    journal.add(Entry("torn.jpg", None, "key", {}, {}, failed=True))
    journal.add(Entry("was-torn.jpg", None, "key", {}, {}, failed=True))
    journal.add(Entry("was-torn.jpg", None, "key", {}, {}))
    journal.close()
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("limit", "met", "missed"),
    [
        ("--max-failed", "2", "1"),
        ("--max-failed", "22.3%", "22.2%"),
        ("--max-empty", "2", "1"),
        ("--max-empty", "22.3%", "22.2%"),
        ("--min-coverage", "5", "6"),
        ("--min-coverage", "55.5%", "55.6%"),
        ("--min-mean-score", "0.6", "0.61"),
    ],
)
def test_a_limit_is_met_or_not(results: Path, limit: str, met: str, missed: str) -> None:
    """Nine frames: an input that could not be read counts as one."""
    code, out, err = said_of(["check", str(results), limit, met])
    assert (code, out[:8]) == (ExitCode.OK, "ok      ")
    assert err == f"1 limit checked, 0 not met in {results}\n"
    code, out, err = said_of(["check", str(results), limit, missed])
    assert (code, out[:8]) == (ExitCode.INPUT, "NOT MET ")
    assert err == f"1 limit checked, 1 not met in {results}\n"


def test_the_table_and_its_json_say_the_same(results: Path) -> None:
    arguments = [
        "check",
        str(results),
        "--max-failed",
        "0",
        "--min-mean-score",
        "0.5",
        "--min-coverage",
        "50%",
    ]
    code, out, _ = said_of(arguments)
    assert [line.split() for line in out.splitlines()] == [
        ["NOT", "MET", "max-failed", "2", "of", "9", "(22.2%)", "limit", "0"],
        ["ok", "min-coverage", "5", "of", "9", "(55.6%)", "limit", "50%"],
        ["ok", "min-mean-score", "0.600", "of", "5", "people", "limit", "0.5"],
    ]
    again, out, _ = said_of([*arguments, "--json"])
    document = json.loads(out)
    assert (code, again, document["is_met"]) == (ExitCode.INPUT, ExitCode.INPUT, False)
    assert [(each["name"], each["is_met"], each["limit"]) for each in document["checks"]] == [
        ("max-failed", False, "0"),
        ("min-coverage", True, "50%"),
        ("min-mean-score", True, "0.5"),
    ]
    assert [each["value"] for each in document["checks"]] == pytest.approx([2, 500 / 9, 0.6])


def test_junit_has_a_case_per_limit_and_replaces_only_its_own(results: Path, tmp_path: Path) -> None:
    file = tmp_path / "reports/check.xml"
    arguments = ["check", str(results), "--max-failed", "0", "--max-empty", "2", "--junit", str(file)]
    for _ in range(2):
        assert said_of(arguments)[0] == ExitCode.INPUT
        (suite,) = ElementTree.parse(file).getroot()
        assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
        failed, passed = suite
        assert (failed.get("name"), passed.get("name"), len(passed)) == ("max-failed", "max-empty", 0)
        assert failed[0].get("message") == "2 of 9 (22.2%), the limit is 0"
    file.write_text("mine")
    assert said_of(arguments)[0] == ExitCode.OUTPUT
    assert file.read_text() == "mine"


@pytest.mark.parametrize("limit", ["0.5", "-1", "101%", "x", "nan%", "", "1e3", "%"])
def test_what_is_no_limit_is_refused(results: Path, limit: str) -> None:
    assert said_of(["check", str(results), f"--max-failed={limit}"])[0] == ExitCode.USAGE
    assert said_of(["check", str(results)])[0] == ExitCode.USAGE


def test_nobody_at_all_has_no_mean_score(tmp_path: Path) -> None:
    write_results(tmp_path, ["json"], [(image_header(), [FrameResult(0, None, "empty", (person(0.1),))])])
    code, out, _ = said_of(["check", str(tmp_path), "--min-mean-score", "0"])
    assert (code, "nobody was seen" in out) == (ExitCode.INPUT, True)


def test_nothing_but_failures_are_all_failures(tmp_path: Path) -> None:
    """No document at all: the limits are looked at, and the reports are written, all the same."""
    results, junit = tmp_path / "out", tmp_path / "check.xml"
    results.mkdir()
    (results / "run.json").write_text("{}")
    journal = Journal(results)
    for name in ("a.jpg", "b.mp4"):
        journal.add(Entry(name, None, "key", {}, {}, failed=True))
    journal.close()
    command = ["check", str(results), "--json", "--junit", str(junit)]
    code, out, _ = said_of([*command, "--max-failed", "1", "--min-coverage", "1"])
    assert code == ExitCode.INPUT
    checks = {each["name"]: (each["value"], each["is_met"]) for each in json.loads(out)["checks"]}
    assert checks == {"max-failed": (2, False), "min-coverage": (0, False)}
    (suite,) = ElementTree.parse(junit).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "2")
    assert said_of([*command, "--max-failed", "2"])[0] == ExitCode.OK


def test_broken_results_are_not_measured(results: Path) -> None:
    (results / "keypoints/a.jpg.json").write_text("{")
    code, out, err = said_of(["check", str(results), "--max-failed", "100%"])
    assert (code, out) == (ExitCode.INPUT, "")
    assert "a.jpg.json" in err
