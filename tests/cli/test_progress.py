"""Standard error: what it shows cannot be forged by a name, and the work goes on when it fails."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.cli.printing import message_format
from movenet_cli.cli.progress import make_progress
from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.results import InputOutcome, Summary
from movenet_cli.errors import ExitCode
from tests.support.media import gradient, write_image

RED = "\x1b[31mred\nsecond line"


def _start(model: Path, folder: Path, out: Path, redirection: str, progress: str) -> int:
    for index in range(3):
        write_image(folder / f"{index}.jpg", gradient(seed=index))
    (folder / "broken.jpg").write_text("not an image")
    command = [sys.executable, "-m", "movenet_cli", "annotate", str(folder), "-o", str(out), "-m", str(model)]
    return subprocess.run(
        ["bash", "-c", f'"$@" {redirection}', "bash", *command, "--progress", progress],
        check=False, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ).returncode  # fmt: skip


@pytest.mark.parametrize(
    ("redirection", "progress"),
    [
        ("2>/dev/full", "json"),
        ("2>/dev/full", "bar"),
        ("2> >(exec true)", "json"),
        ("2> >(exec true)", "none"),
        ("2>&-", "bar"),
    ],
    ids=["full-json", "full-bar", "gone-json", "gone-none", "closed-bar"],
)
def test_a_failing_standard_error_costs_no_result(
    a_model: Path, tmp_path: Path, redirection: str, progress: str
) -> None:
    out = tmp_path / "out"
    assert _start(a_model, tmp_path / "in", out, redirection, progress) == ExitCode.PARTIAL
    facts = json.loads((out / "run.json").read_text())
    assert facts["inputs"] == {"total": 4, "done": 3, "kept": 0, "failed": 1, "ignored": 0}
    assert facts["complete"] is True
    assert facts["exit_code"] == ExitCode.PARTIAL


@pytest.mark.parametrize(
    ("arguments", "redirection", "code"),
    [
        (["{folder}", "-o", "-"], ">&-", ExitCode.OUTPUT),
        (["{folder}", "-o", "-"], ">/dev/full", ExitCode.OUTPUT),
        (["{folder}", "-o", "-"], "> >(exec true)", ExitCode.OUTPUT),
        (["-", "-o", "{out}"], "<&-", ExitCode.INPUT),
    ],
    ids=["output closed", "output full", "output gone", "input closed"],
)
def test_the_other_standard_streams(
    a_model: Path, tmp_path: Path, arguments: list[str], redirection: str, code: int
) -> None:
    write_image(tmp_path / "in" / "a.jpg")
    filled = [each.format(folder=tmp_path / "in", out=tmp_path / "out") for each in arguments]
    command = [sys.executable, "-m", "movenet_cli", "annotate", *filled, "-m", str(a_model), "-q"]
    done = subprocess.run(
        ["bash", "-c", f'"$@" {redirection}', "bash", *command],
        check=False, timeout=60, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not (tmp_path / "out").exists()


FILES = [InputFile(Path(f"/nowhere/{index}"), name) for index, name in enumerate((RED, "b", "v.mp4"))]


@pytest.mark.parametrize("kind", ["none", "bar", "auto"])
def test_names_and_reasons_stay_on_one_line(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    with message_format(), make_progress(kind, FILES, FrameRange()) as progress:
        progress.input_done(InputOutcome(RED, "failed", reason=RED))
        progress.input_done(InputOutcome("b", "done", Summary(1, 1, 0, 0), notes=(RED,)))
        progress.input_done(InputOutcome("v.mp4", "done", Summary(3, 2, 0, 1, ["x"])))
    lines = [line.rpartition("\r")[2] for line in capsys.readouterr().err.replace("\x1b[A", "").split("\n")]
    escaped = r"\x1b[31mred\nsecond line"
    assert [line for line in lines if line.startswith("movenet:")] == [
        f"movenet: {escaped}: {escaped}",
        f"movenet: b: note: {escaped}",
        "movenet: v.mp4: 1 of 3 frames failed",
    ]
    assert not any("\x1b[31m" in line for line in lines)


def test_an_error_that_quotes_a_name_stays_on_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["annotate", str(tmp_path / RED)]) == ExitCode.INPUT
    (tmp_path / RED).mkdir()
    assert run(["annotate", str(tmp_path / RED)]) == ExitCode.INPUT
    assert run(["validate", str(tmp_path / RED)]) == ExitCode.INPUT
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 3
    assert "\x1b" not in error
