"""`validate --json` and `doctor --json`: what the lines say, for programs."""

import json
from pathlib import Path

import pytest

from movenet_cli.cli import doctor
from movenet_cli.errors import ExitCode
from tests.output.formats.examples import DOCUMENTS
from tests.results.finished import write_finished
from tests.results.said import said_of


def test_problems_of_a_folder(tmp_path: Path) -> None:
    write_finished(tmp_path, DOCUMENTS)
    code, lines, said = said_of(["validate", str(tmp_path)])
    assert (code, lines) == (ExitCode.OK, "")
    again, out, err = said_of(["validate", str(tmp_path), "--json"])
    files = json.loads(out)["files"]
    assert (again, json.loads(out)) == (ExitCode.OK, {"files": files, "unread_inputs": 0, "problems": []})
    assert said == err == f"{files} files checked, no problem found in {tmp_path}\n"
    (tmp_path / "keypoints/a.jpg.json").write_text("{")
    code, lines, _ = said_of(["validate", str(tmp_path)])
    again, out, _ = said_of(["validate", str(tmp_path), "--json"])
    problems = json.loads(out)["problems"]
    assert code == again == ExitCode.INPUT
    assert [f"{each['where']}: {each['what']}" for each in problems] == lines.splitlines()
    assert problems


def test_what_works_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise OSError("no such thing\nand more")

    checks = (("one", lambda: "1.0", True), ("two", missing, False), ("three", missing, True))
    monkeypatch.setattr(doctor, "CHECKS", checks[:2])
    code, out, _ = said_of(["doctor", "--json"])
    assert code == ExitCode.OK
    assert json.loads(out) == {
        "works": True,
        "checks": [
            {"name": "one", "works": True, "is_essential": True, "found": "1.0"},
            {"name": "two", "works": False, "is_essential": False, "found": "no such thing"},
        ],
    }
    monkeypatch.setattr(doctor, "CHECKS", checks)
    code, out, _ = said_of(["doctor", "--json"])
    assert (code, json.loads(out)["works"]) == (ExitCode.BUG, False)
