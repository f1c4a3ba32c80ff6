"""What may not be read or written: an input fails and the rest is done; a results folder ends the run."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from tests.conftest import PROJECT
from tests.support.media import gradient, write_image
from tests.support.unprivileged import NOBODY


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder in which anybody may write, with three images; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="movenet-permissions-"))
    folder.chmod(0o777)
    for index in range(3):
        write_image(folder / "in" / f"{index}.jpg", gradient(seed=index))
    yield folder
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o777)
    shutil.rmtree(folder)


def _annotate(model: Path, place: Path, scratch: Path, *arguments: object) -> tuple[int, list[str]]:
    """Exit code and the lines on standard error of a run by somebody who is not root."""
    network = shutil.copyfile(model, place / "network.tflite")
    image = write_image(scratch / "first.jpg")
    command = [
        sys.executable,
        "-m",
        "tests.support.unprivileged",
        image,
        scratch / "out",
        "annotate",
        place / "in",
    ]
    done = subprocess.run(
        [*map(str, [*command, "-m", network, "-q", *arguments])],
        cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stderr.splitlines()


def _done(out: Path) -> list[str]:
    return sorted(path.relative_to(out / "keypoints").as_posix() for path in out.rglob("*.jpg.json"))


def test_an_unreadable_file(a_model: Path, place: Path, tmp_path: Path) -> None:
    (place / "in" / "1.jpg").chmod(0)
    code, lines = _annotate(a_model, place, tmp_path, "-o", place / "out")
    assert lines == ["movenet: 1.jpg: cannot read it: Permission denied"]
    assert code == ExitCode.PARTIAL
    assert _done(place / "out") == ["0.jpg.json", "2.jpg.json"]
    assert json.loads((place / "out/run.json").read_text())["complete"] is True


def test_an_unreadable_folder(a_model: Path, place: Path, tmp_path: Path) -> None:
    write_image(place / "in" / "closed" / "x.jpg")
    (place / "in" / "closed").chmod(0)
    code, lines = _annotate(a_model, place, tmp_path, "-o", place / "out")
    assert lines == [f"movenet: {place / 'in' / 'closed'}: folder cannot be read: Permission denied"]
    assert code == ExitCode.PARTIAL
    assert _done(place / "out") == ["0.jpg.json", "1.jpg.json", "2.jpg.json"]


def test_a_place_where_no_folder_can_be_made(a_model: Path, place: Path, tmp_path: Path) -> None:
    (place / "locked").mkdir()
    (place / "locked").chmod(0o555)
    code, lines = _annotate(a_model, place, tmp_path, "-o", place / "locked" / "out")
    (line,) = lines
    assert "Permission denied; choose a folder that you may write to with --output" in line
    assert code == ExitCode.OUTPUT
    assert list((place / "locked").iterdir()) == []


@pytest.mark.parametrize("closed", [".", ".movenet", "keypoints", "overlay"])
def test_a_results_folder_that_became_read_only(
    a_model: Path, place: Path, tmp_path: Path, closed: str
) -> None:
    out = place / "out"
    options = ("-o", out, "--overlay")
    network = shutil.copyfile(a_model, place / "network.tflite")
    words = ["annotate", place / "in", "-m", network, "-q", *options]
    assert run([*map(str, words)]) == ExitCode.OK
    if os.geteuid() == 0:  # as if the others had made it
        for path in (out, *out.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    before = {path: path.read_bytes() for path in (out / "keypoints").iterdir()}
    write_image(place / "in" / "3.jpg", gradient(seed=9))
    (out / ".movenet" / "lock").unlink(missing_ok=True)
    (out / closed).chmod(0o555)
    code, lines = _annotate(a_model, place, tmp_path, *options)
    (line,) = lines
    assert "choose a folder that you may write to with --output" in line
    assert code == ExitCode.OUTPUT
    assert {path: path.read_bytes() for path in before} == before
    (out / closed).chmod(0o755)
    assert _annotate(a_model, place, tmp_path, *options) == (ExitCode.OK, [])
    assert len(_done(out)) == 4


def test_the_runs_are_not_roots(a_model: Path, place: Path, tmp_path: Path) -> None:
    """Else the other tests here would show nothing."""
    assert _annotate(a_model, place, tmp_path, "-o", place / "out") == (ExitCode.OK, [])
    owner = (place / "out" / "run.json").stat().st_uid
    assert owner == (NOBODY if tmp_path.stat().st_uid == 0 else tmp_path.stat().st_uid)
