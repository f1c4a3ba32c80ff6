"""Options: what they take and refuse, their names in the environment, and what the help says of them."""

import csv
import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from movenet_cli.cli import main
from movenet_cli.cli.main import run
from movenet_cli.cli.option_types import Choice, FormatList, TimePointType
from movenet_cli.core.time_point import TimePoint
from movenet_cli.errors import ExitCode
from tests.support.media import write_image, write_video


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12.5", TimePoint(seconds=12.5)),
        ("0", TimePoint(seconds=0.0)),
        ("250f", TimePoint(frame=250)),
        ("01:30", TimePoint(seconds=90.0)),
        ("1:02:03.5", TimePoint(seconds=3723.5)),
    ],
)
def test_moments(text: str, moment: TimePoint) -> None:
    assert TimePointType().convert(text, None, None) == moment


@pytest.mark.parametrize(
    "text", ["", "-1", "1:2:3:4", "abc", "12.5f", "nan", "inf", "9" * 400, "9" * 5000 + "f", "1e9"]
)
def test_no_moments(text: str) -> None:
    with pytest.raises(click.BadParameter, match="not a time"):
        TimePointType().convert(text, None, None)


def test_formats() -> None:
    formats = FormatList(["json", "csv"])
    assert formats.convert("csv, JSON", None, None) == ("csv", "json")
    for text in ("xml", "json,xml", "", ","):
        with pytest.raises(click.BadParameter):
            formats.convert(text, None, None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fps", "nan"], "--fps"),
        (["--fps", "inf"], "--fps"),
        (["--fps", "1e308"], "--fps"),
        (["--fps", "0"], "--fps"),
        (["--min-score", "nan"], "--min-score"),
        (["--end", "9" * 400], "--end"),
        (["--start", "9" * 5000 + "f"], "--start"),
        (["--start", "5", "--end", "5"], "--end must lie after --start"),
        (["--max-pixels", "9" * 23], "--max-pixels"),
        (["--stride", "9" * 30], "--stride"),
        (["--max-frames", "0"], "--max-frames"),
        (["--min-keypoints", "18"], "--min-keypoints: 18 is not in the range 1<=x<=17"),
        (["--min-keypoints", "few"], "--min-keypoints: 'few' is not a valid integer;"),
        (["--min-pose-score", "0,2"], "--min-pose-score: '0,2' is not a valid number;"),
        (["--input-size", "100"], "--input-size: 100 is not a multiple of 32"),
        (["--jobs", "257"], "--jobs"),
        (["--device", "cuda"], "'cuda' is not a device; use auto, cpu, gpu, or gpu:N"),
        (["--device", "GPU"], "'GPU' is not a device"),
        (["--device", "tpu"], "not a device"),
        (["--device", "gpu:x"], "not a device"),
        (["--device", "gpu:1", "--runtime", "litert"], "--device gpu:1 needs --runtime tensorflow"),
        (["--device", "gpu"], "give the model as a SavedModel folder"),
        (["--output", ""], "--output: it is empty"),
        (["--model", ""], "--model: it is empty"),
        (["--include", ""], "--include: it is empty"),
        (["--mirror", ""], "--mirror: it is empty"),
        ([""], "it is empty"),
        (["-m", "~nosuchuser/x"], "there is no user 'nosuchuser'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_values_are_one_line_and_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "a.png")
    assert run(["annotate", "a.png", "-m", "mini", *arguments]) == ExitCode.USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


LONG = "x" * 5000


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["a.png", "-m", LONG], ExitCode.MODEL),
        (["a.png", "-m", f"./{LONG}"], ExitCode.MODEL),
        (["a.png", "-m", "a.png/x"], ExitCode.MODEL),
        ([f"{LONG}*"], ExitCode.INPUT),
        ([f"{LONG}/*"], ExitCode.INPUT),
        ([LONG], ExitCode.INPUT),
        (["a.png/x"], ExitCode.INPUT),
    ],
    ids=lambda value: str(value)[:20],
)
def test_odd_paths_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], code: int,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "a.png")
    assert run(["annotate", "-m", "mini", *arguments]) == code
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_home_of_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOVENET_HOME", "~nosuchuser")
    write_image(tmp_path / "a.png")
    assert run(["annotate", str(tmp_path / "a.png"), "-m", "thunder", "--offline"]) == ExitCode.USAGE
    assert "there is no user 'nosuchuser'" in capsys.readouterr().err
    assert run(["doctor"]) == ExitCode.BUG
    assert "there is no user 'nosuchuser'" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="a folder in use cannot be deleted there")
def test_a_current_folder_that_is_gone(a_model: Path, tmp_path: Path) -> None:
    image = write_image(tmp_path / "a.png")
    for arguments, code in ((".", ExitCode.INPUT), (f"{image} -o {tmp_path}/out", ExitCode.OK)):
        gone = Path(tempfile.mkdtemp(dir=tmp_path))
        command = f"{sys.executable} -m movenet_cli annotate -m {a_model} {arguments}"
        script = f"cd {gone} && rmdir {gone} && exec {command}"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="no such permissions on Windows")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["locked/sub/*.png", "-m", "mini"], ExitCode.INPUT),
        (["locked/sub/a.png", "-m", "mini"], ExitCode.INPUT),
        (["a.png", "-m", "locked/sub/model"], ExitCode.MODEL),
        (["a.png", "-m", "locked/sub/model.tflite"], ExitCode.MODEL),
    ],
)
def test_a_folder_without_permission_on_the_way(
    locked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], code: int,
) -> None:  # fmt: skip
    monkeypatch.chdir(locked)
    assert run(["annotate", *arguments, "-o", "out"]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert "locked/sub" in line


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder with a locked one in it, as a user who is not root sees it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_image(folder / "a.png")
        (folder / "locked" / "sub").mkdir(parents=True)
        is_root = os.geteuid() == 0
        if is_root:
            run(["annotate", str(folder / "a.png"), "-m", "mini", "-o", "-", "-q", "--include", "x"])
            folder.chmod(0o755)
        (folder / "locked").chmod(0)
        if is_root:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if is_root:
                os.seteuid(0)
            (folder / "locked").chmod(0o700)


def test_more_processors_than_jobs_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, a_model: Path
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(1000)), raising=False)
    write_image(tmp_path / "a.png")
    assert run(["annotate", str(tmp_path), "-m", str(a_model), "-o", str(tmp_path / "out")]) == ExitCode.OK


def _options() -> list[tuple[str, click.Option]]:
    """Every option of every command, with the words that call the command."""
    found: list[tuple[str, click.Option]] = []
    for name, (place, _) in main.COMMANDS.items():
        module, _, attribute = place.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        children = command.commands if isinstance(command, click.Group) else {"": command}
        for child, each in children.items():
            found += [
                (f"{name} {child}".strip(), one) for one in each.params if isinstance(one, click.Option)
            ]
    return found


@pytest.mark.parametrize(("command", "option"), _options(), ids=str)
def test_every_option_has_its_own_name_in_the_environment(
    command: str, option: click.Option, capsys: pytest.CaptureFixture[str]
) -> None:
    flag = next(each for each in option.opts if each.startswith("--"))
    name = f"MOVENET {command} {flag[2:]}".upper().replace(" ", "_").replace("-", "_")
    assert isinstance(option.envvar, list)
    assert option.envvar[0] == name
    assert run([*command.split(), "--help"]) == ExitCode.OK
    assert name in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("command", "option"), _options(), ids=str)
def test_every_choice_says_what_was_probably_meant(command: str, option: click.Option) -> None:
    assert isinstance(option.type, Choice) or not isinstance(option.type, click.Choice)


def test_options_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, a_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, out = write_video(tmp_path / "v.mp4"), tmp_path / "out"
    values = {
        "MODEL": a_model,
        "FORMAT": "csv,json",
        "OUTPUT": out,
        "STRIDE": "2",
        "OVERLAY": "1",
        "CROP": "none",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"MOVENET_ANNOTATE_{name}", str(value))
    assert run(["annotate", str(clip)]) == ExitCode.OK
    with (out / "keypoints/v.mp4.csv").open(newline="") as stream:
        assert [row["frame"] for row in csv.DictReader(stream)] == ["0", "2", "4"]
    assert (out / "overlay/v.mp4").is_file()
    monkeypatch.setenv("MOVENET_CONVERT_TO", "jsonl")
    assert run(["convert", str(out)]) == ExitCode.OK
    assert (out / "keypoints/v.mp4.jsonl").is_file()
    monkeypatch.setenv("MOVENET_MODELS_LIST_JSON", "1")
    capsys.readouterr()
    assert run(["models", "list"]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("[")
    monkeypatch.setenv("MOVENET_ANNOTATE_STRIDE", "0")
    assert run(["annotate", str(clip)]) == ExitCode.USAGE
    assert "invalid value for MOVENET_ANNOTATE_STRIDE: 0" in capsys.readouterr().err
    assert run(["annotate", str(clip), "--stride", "0"]) == ExitCode.USAGE
    assert "invalid value for --stride: 0" in capsys.readouterr().err
