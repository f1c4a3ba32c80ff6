"""An image or video on standard input: annotated as a file of the same bytes would be."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from movenet_cli.io import disk_room
from tests.support.media import gradient, write_image, write_video

Annotate = Callable[..., int]


@pytest.fixture
def annotate(a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Annotate:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))

    def call(stdin: bytes, *arguments: object, output: object = tmp_path / "out") -> int:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run(["annotate", *map(str, arguments), "-m", str(a_model), "-o", str(output)])
        assert list((tmp_path / "tmp").iterdir()) == []
        return code

    return call


@pytest.mark.parametrize("name", ["a.jpg", "a.mp4"])
def test_results_are_those_of_the_file(annotate: Annotate, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    _ = write_image(path) if path.suffix == ".jpg" else write_video(path)
    given = ("--overlay", "-f", "json,csv")
    assert annotate(path.read_bytes(), "-", "--stdin-media", "--stdin-name", name, *given) == ExitCode.OK
    assert annotate(b"", path, *given, output=tmp_path / "of-file") == ExitCode.OK
    for place in (f"keypoints/{name}.json", f"keypoints/{name}.csv", f"overlay/{name}"):
        assert (tmp_path / "out" / place).read_bytes() == (tmp_path / "of-file" / place).read_bytes()


def test_it_is_called_stdin_and_kept_when_it_comes_again(annotate: Annotate, tmp_path: Path) -> None:
    image = write_image(tmp_path / "a.jpg").read_bytes()
    other = write_image(tmp_path / "a.jpg", gradient(40, 30, seed=5)).read_bytes()
    for data, state in ((image, "done"), (image, "kept"), (other, "done")):
        assert annotate(data, "-", "--stdin-media", "--overlay") == ExitCode.OK
        facts = json.loads((tmp_path / "out" / "run.json").read_text())
        assert facts["inputs"][state] == 1
        assert facts["files"] == [{"source": "stdin", "path": "standard input", "state": state}]
    assert (tmp_path / "out" / "overlay" / "stdin.png").is_file()


def test_it_may_stand_beside_files(annotate: Annotate, tmp_path: Path) -> None:
    image = write_image(tmp_path / "in" / "b.jpg")
    data = image.read_bytes()
    assert annotate(data, image, "-", "--stdin-media", "--stdin-name", "b.jpg") == ExitCode.OK
    out = tmp_path / "out"
    names = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.jpg.json"))
    assert names == ["keypoints/b.jpg.json", "keypoints/in/b.jpg.json"]


def test_from_pipe_to_pipe(a_model: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "movenet_cli", "annotate", "-", "--stdin-media", "-m", str(a_model)]
    data = write_video(tmp_path / "a.mkv").read_bytes()
    done = subprocess.run([*command, "-o", "-", "-q"], input=data, capture_output=True, check=True)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["record"] for each in records] == ["header", *["frame"] * 6, "summary"]
    assert {each["source"] for each in records} == {"stdin"}


def test_nothing_comes(annotate: Annotate, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert annotate(b"", "-", "--stdin-media") == ExitCode.INPUT
    assert "standard input is empty" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_something_else_comes(annotate: Annotate, tmp_path: Path) -> None:
    assert annotate(b"a.jpg\n", "-", "--stdin-media") == ExitCode.INPUT
    failures = json.loads((tmp_path / "out" / "run.json").read_text())["failures"]
    assert [each["source"] for each in failures] == ["stdin"]


def test_it_never_fills_the_disk(
    annotate: Annotate, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = SimpleNamespace(total=10**9, free=10**7)
    monkeypatch.setattr(disk_room.shutil, "disk_usage", lambda _: full)
    assert annotate(b"x" * 1000, "-", "--stdin-media") == ExitCode.INPUT
    assert "set TMPDIR to a folder with more room" in capsys.readouterr().err


def test_media_in_the_place_of_paths_names_the_option(
    annotate: Annotate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert annotate(write_image(tmp_path / "a.jpg").read_bytes(), "-") == ExitCode.INPUT
    assert "--stdin-media" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.jpg", "--stdin-media"], "--stdin-media would have no effect"),
        (["-", "--stdin-name", "a"], "--stdin-name would have no effect"),
        (["-", "--stdin-media", "--null"], "--null would have no effect"),
        (["-", "--stdin-media", "--stdin-name", "../a"], "not a name of a file"),
        (["-", "--stdin-media", "--stdin-name", "/etc/a"], "not a name of a file"),
        (["-", "--stdin-media", "--stdin-name", ""], "--stdin-name"),
    ],
)
def test_options_that_make_no_sense(
    annotate: Annotate, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert annotate(b"", *arguments) == ExitCode.USAGE
    assert message in capsys.readouterr().err
