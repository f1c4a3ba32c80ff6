"""What reaches the user's standard error, read as the user gets it: from a process of its own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.cli import progress
from movenet_cli.cli.main import movenet, run
from movenet_cli.errors import ExitCode
from tests.support.media import gradient, write_image, write_video

Movenet = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def call(a_model: Path, tmp_path: Path) -> Movenet:
    """Runs `movenet annotate` on something and gives what it wrote."""

    def start(*arguments: object, **more: Any) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "movenet_cli", "annotate", *map(str, arguments)]
        return subprocess.run(
            [*command, "-m", str(a_model), "--crop", "none"],
            capture_output=True, text=True, check=False, cwd=tmp_path, **more,
        )  # fmt: skip

    return start


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Two images, one of them broken, and a short video."""
    folder = tmp_path / "media"
    write_image(folder / "a.png", gradient(seed=1))
    write_video(folder / "v.mp4", 6)
    (folder / "broken.jpg").write_text("no image")
    return folder


def _records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_our_own_warnings_are_shown_unless_asked_not_to(call: Movenet, tmp_path: Path) -> None:
    write_image(tmp_path / "a.png")
    journal = tmp_path / "movenet-out" / "journal.jsonl"
    for flags, shown in (([], True), (["-q"], False)):
        assert call("a.png").returncode == ExitCode.OK
        journal.write_bytes(b"damage\n" + journal.read_bytes())
        done = call("a.png", *flags)
        assert done.returncode == ExitCode.OK
        warnings = [line for line in done.stderr.splitlines() if line.startswith("movenet: warning: ")]
        assert bool(warnings) == shown, done.stderr
        assert all("journal.jsonl" in line and "damaged" in line for line in warnings)


def test_json_is_nothing_but_json(call: Movenet, media: Path) -> None:
    flags = ("--progress", "json", "-v", "--exclude", "nothing*")
    done = call(media, media / "gone.jpg", *flags)
    assert done.returncode == ExitCode.PARTIAL
    records = _records(done.stderr)
    by_event: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        by_event.setdefault(record["event"], []).append(record)
    assert set(by_event) == {"message", "input", "progress", "summary"}
    inputs = {record["source"]: record for record in by_event["input"]}
    assert {name: record["state"] for name, record in inputs.items()} == {
        "a.png": "done", "v.mp4": "done", "broken.jpg": "failed",
    }  # fmt: skip
    assert inputs["v.mp4"]["frames"]["frames"] == 6
    assert "not an image" in inputs["broken.jpg"]["reason"]
    levels = {record["level"]: record["message"] for record in by_event["message"]}
    assert "gone.jpg" in levels["error"]
    assert "nothing*" in levels["warning"]
    assert records[-1]["event"] == "summary"
    assert records[-1]["exit_code"] == ExitCode.PARTIAL
    assert records[-1]["inputs"]["failed"] == 2
    last = by_event["progress"][-1]
    assert (last["frames"], last["frames_total"], last["percent"]) == (7, 7, 100.0)
    assert (last["inputs_done"], last["inputs_total"], last["inputs_failed"]) == (3, 3, 1)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--progress", "json", "."], ExitCode.INPUT),
        (["--progress=json", ".", "--fps", "nan"], ExitCode.USAGE),
        ([".", "--no-such-option", "--progress", "json"], ExitCode.USAGE),
        (["--progress", "json", ".", "-m", "no-such-model"], ExitCode.INPUT),
        (["--progress", "json", "a.png", "-m", "no-such-model"], ExitCode.MODEL),
        (["--progress", "json"], ExitCode.USAGE),
    ],
)
def test_errors_before_the_start_are_json_too(tmp_path: Path, arguments: list[str], code: int) -> None:
    (tmp_path / "empty").mkdir()
    if "a.png" in arguments:
        write_image(tmp_path / "empty" / "a.png")
    done = subprocess.run(
        [sys.executable, "-m", "movenet_cli", "annotate", *arguments],
        cwd=tmp_path / "empty", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code
    (record,) = _records(done.stderr)
    assert (record["event"], record["level"]) == ("message", "error")


def test_the_environment_can_ask_for_json(call: Movenet, media: Path) -> None:
    done = call(media, env={**os.environ, "MOVENET_ANNOTATE_PROGRESS": "json"})
    assert {record["event"] for record in _records(done.stderr)} == {"input", "progress", "summary"}


def test_a_log_gets_a_line_now_and_then(
    a_model: Path, media: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(progress.LineProgress, "interval", 0.0)
    arguments = ["annotate", str(media), "-m", str(a_model), "--crop", "none", "-j", "1"]
    run([*arguments, "-o", str(tmp_path / "out")])
    lines = [line for line in capsys.readouterr().err.splitlines() if "frames/s" in line]
    assert all("input" in line for line in lines)
    assert "3 of 3 inputs, 1 failed" in lines[-2]
    assert lines[-2].startswith("movenet: 100 %, 7 of 7 frames, ")
    monkeypatch.setattr(progress.LineProgress, "interval", 60.0)
    run([*arguments, "-o", str(tmp_path / "other")])
    assert "of 3 inputs" not in capsys.readouterr().err


def test_a_line_for_every_input_when_asked(call: Movenet, media: Path) -> None:
    for kept in ("", ", up to date"):
        lines = call(media, "-v").stderr.splitlines()
        video = next(line for line in lines if line.startswith("movenet: v.mp4: 6 frames, "))
        assert video.endswith(f" with people{kept}")
        assert [line for line in lines if line.startswith("movenet: a.png: 1 frame, ")]
        assert [line for line in lines if line.startswith("movenet: broken.jpg: not an image")]
    assert "a.png" not in call(media).stderr


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
def test_a_terminal_gets_a_bar_with_percentage_and_time(a_model: Path, tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", 150)
    ours, theirs = os.openpty()
    command = [
        sys.executable,
        "-m",
        "movenet_cli",
        "annotate",
        str(video),
        "-m",
        str(a_model),
        "--crop",
        "none",
    ]
    code = (
        "import sys; from movenet_cli.cli import progress; progress.BarProgress.interval = 0.0;"
        "from movenet_cli.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, *command[3:], "-o", "out"], stderr=theirs, cwd=tmp_path
    ) as process:
        os.close(theirs)
        text = b""
        while chunk := _read(ours):
            text += chunk
    os.close(ours)
    assert process.returncode == ExitCode.OK
    shown = text.decode()
    assert re.search(
        r"\rabout 50 % \|.{10}\| 7\d/150 frames, 0/1 inputs, [0-9.]+/s, 0:\d\d left, v\.mp4", shown
    )
    assert re.search(r"\r100 % \|.{10}\| 150/150 frames, 1/1 inputs, [0-9.]+/s", shown)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # as Linux says that the other side is closed
        return b""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["anotate", "x"], "there is no command 'anotate': did you mean `movenet annotate`?"),
        (["."], "there is no command '.': did you mean `movenet annotate .`?"),
        (["./nowhere"], "there is no command './nowhere': did you mean `movenet annotate ./nowhere`?"),
        (["my clip.mp4", "--overlay"], "did you mean `movenet annotate 'my clip.mp4'`?"),
        (["renders.mp4"], "did you mean `movenet annotate renders.mp4`?"),
        (["shots/*.jpg"], "did you mean `movenet annotate 'shots/*.jpg'`?"),
        (["--overlay", "annotate", "."], "options follow the command, as in `movenet annotate --overlay`"),
        (
            ["-m", "mini", "a.jpg"],
            "no such option -m: options follow the command, as in `movenet",
        ),
        (["-V"], "no such option -V; see `movenet --help`"),
        (["list"], "there is no command 'list': did you mean `movenet models list`?"),
        (["download", "thunder"], "did you mean `movenet models fetch`?"),
        (["--verison"], "no such option --verison: did you mean --version?"),
        (["help"], "there is no command 'help': did you mean `movenet --help`?"),
        (["help", "convert"], "there is no command 'help': did you mean `movenet convert --help`?"),
        (["models", "fecth"], "no such command 'fecth'. Did you mean 'fetch'?"),
        (["annotate", ".", "--ovrlay"], "no such option --ovrlay: did you mean --overlay?"),
        (["annotate", ".", "--formt", "csv"], "no such option --formt: did you mean --format?"),
        (["annotate", ".", "--no-smoth"], "no such option --no-smoth: did you mean --no-smooth?"),
        (["annotate", ".", "-x"], "no such option -x; see `movenet annotate --help`"),
        (["annotate", ".", "--crop", "folow"], "none, refine, follow, careful; did you mean follow?"),
        (["annotate", ".", "-f", "csv,jsno"], "the formats are json, jsonl, csv, coco; did you mean json?"),
        (["annotate", ".", "-f", "xyzzy"], "'xyzzy': the formats are json, jsonl, csv, coco; see `movenet"),
        (["convert", "x", "--to", "label_studio"], "openpose; did you mean label-studio?"),
        (["render", "x", "--style", "dot"], "the styles are lines, dots, boxes; did you mean dots?"),
        (["xyzzy"], "there is no command 'xyzzy': the commands are annotate, models, render"),
        (["annotate", "x", "--sride", "2"], "--stride"),
        (["annotate"], "missing argument 'INPUT...'; see `movenet annotate --help`"),
        (["annotate", "x", "--crop"], "option '--crop' requires an argument; see `movenet annotate --help`"),
        (
            ["annotate", "x", "--min-score", "2"],
            "invalid value for --min-score: 2.0 is not in the range 0<=x<=1",
        ),
        (["models", "fetch"], "name the models, or use --all; see `movenet models fetch --help`"),
        (["convert", "x", "--to", "xml"], "invalid value for --to: 'xml'"),
        (["convert", "x"], "missing option --to. Choose from: json, jsonl, csv, coco, table-csv"),
        (["validate", ""], "it is empty"),
    ],
)
def test_wrong_usage_is_one_line_in_the_style_of_all_errors(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == ExitCode.USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("movenet: ")
    assert message in line


@pytest.mark.parametrize("command", ["models list", "completion bash", "annotate --print-config"])
def test_data_that_nobody_can_get_is_an_error(command: str) -> None:
    script = f"exec {sys.executable} -m movenet_cli {command} >&-"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (ExitCode.OUTPUT, "movenet: standard output is closed\n")


def test_a_bug_is_told_with_what_a_report_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("nobody has foreseen this")

    monkeypatch.setattr(movenet, "main", fail)
    assert run(["doctor"]) == ExitCode.BUG
    error = capsys.readouterr().err
    assert "Traceback" in error
    assert error.splitlines()[-1] == (
        "movenet: internal error, please report it: RuntimeError: nobody has foreseen this"
    )
    assert run(["annotate", "x", "--progress", "json"]) == ExitCode.BUG
    (record,) = _records(capsys.readouterr().err)
    assert "Traceback" in record["traceback"]


def test_an_image_in_the_place_of_paths_is_not_printed(tmp_path: Path) -> None:
    image = write_image(tmp_path / "a.jpg")
    for flags in (["-"], ["-", "-0"]):
        done = subprocess.run(
            [sys.executable, "-m", "movenet_cli", "annotate", *flags, "-m", "mini"],
            input=image.read_bytes(), capture_output=True, check=False, cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == ExitCode.INPUT
        (line,) = done.stderr.decode().splitlines()
        assert "standard input holds an image or video" in line
        assert len(line) < 200


def test_one_is_not_many(call: Movenet, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_image(tmp_path / "a.png")
    assert "1 input, 1 frame, " in call("a.png").stderr
    assert run(["convert", str(tmp_path / "movenet-out"), "--to", "csv"]) == ExitCode.OK
    assert "1 of 1 input converted to csv, " in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    run(["validate", str(tmp_path / "empty")])
    assert "problems" not in capsys.readouterr().err


def test_an_absurd_argument_is_not_repeated_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["annotate", "x", "--stride", "9" * 100_000]) == ExitCode.USAGE
    assert len(capsys.readouterr().err) < 5000
