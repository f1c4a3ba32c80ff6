"""The examples for machines with nobody watching: they end, and their exit code says how."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from movenet_cli.errors import ExitCode
from tests.docs.examples import help_examples, page_examples
from tests.docs.shell import LONG_ENOUGH, Shell
from tests.support.media import gradient, write_image


def _example(*words: str) -> str:
    """The one example that has these words."""
    found = {
        block.text
        for block in [*page_examples(), *help_examples()]
        if all(word in block.text for word in words)
    }
    assert len(found) == 1, f"{words}: {found}"
    return found.pop()


CI = _example("movenet annotate", "jq '.failures'")
OVERNIGHT = _example("movenet annotate", "sleep")
LINES = [line for block in [*page_examples(), *help_examples()] for line in block.text.splitlines()]
PIPELINES = sorted({line for line in LINES if " | " in line and "movenet annotate" in line})
SEARCHES = [line for line in PIPELINES if line.startswith("find ")]


def _nothing(inputs: Path) -> None:
    """All is well."""


def _empty(inputs: Path) -> None:
    shutil.rmtree(inputs)
    inputs.mkdir()


def _break(inputs: Path) -> None:
    (inputs / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this was an image")


NO_MODEL = {"MOVENET_HOME": "nothing-here", "MOVENET_OFFLINE": "1"}
OUTAGES: dict[str, tuple[Callable[[Path], None], dict[str, str], ExitCode]] = {
    "nothing": (_nothing, {}, ExitCode.OK),
    "wrong usage": (_nothing, {"MOVENET_ANNOTATE_STRIDE": "0"}, ExitCode.USAGE),
    "no input": (_empty, {}, ExitCode.INPUT),
    "no model": (_nothing, NO_MODEL, ExitCode.MODEL),
    "a broken image": (_break, {}, ExitCode.PARTIAL),
}
"""What goes wrong: something happens to the inputs, or settings; and the exit code that tells of it."""


@pytest.fixture
def naps(shell: Shell) -> Path:
    """A `sleep` that takes no time; the file gets a line each time."""
    file = shell.folder / "naps"
    shell.replace("sleep", f'echo "$1" >> "{file}"')
    return file


@pytest.mark.parametrize("options", [(), ("-eu", "-o", "pipefail")], ids=["bash", "strict"])
@pytest.mark.parametrize("outage", OUTAGES)
def test_the_ci_job_ends_with_the_code_of_annotate(
    shell: Shell, outage: str, options: tuple[str, ...]
) -> None:
    happen, settings, code = OUTAGES[outage]
    happen(shell.folder / "data")
    done = shell.run(CI, options, **settings)
    assert done.returncode == code, done.stderr
    if code == ExitCode.PARTIAL:
        assert "broken.jpg" in done.stdout


def test_the_ci_job_fails_where_jq_is_missing(shell: Shell) -> None:
    _break(shell.folder / "data")
    shell.replace("jq", "exit 127")
    assert shell.run(CI).returncode == ExitCode.PARTIAL


@pytest.mark.parametrize("outage", OUTAGES)
def test_overnight_ends_when_trying_again_would_not_help(shell: Shell, naps: Path, outage: str) -> None:
    happen, settings, code = OUTAGES[outage]
    happen(shell.folder / "archive")
    done = shell.run(OVERNIGHT, (), **settings)
    assert done.returncode == code, done.stderr
    assert not naps.exists()


def test_overnight_goes_on_when_the_results_can_be_written_again(shell: Shell, naps: Path) -> None:
    (shell.folder / "results").write_text("a drive that is not there yet")
    shell.replace("sleep", f'echo "$1" >> "{naps}"; rm -f "$HOME/results"')
    assert shell.run(OVERNIGHT, ()).returncode == ExitCode.OK
    assert naps.read_text() == "60\n"
    assert len(list((shell.folder / "results").rglob("*.*.json"))) == 2


def test_overnight_goes_on_after_a_run_that_was_killed(shell: Shell, naps: Path) -> None:
    shell.replace(
        "movenet",
        f'[ -f "{naps}" ] && exec "{sys.executable}" -m movenet_cli "$@"\nkill -KILL $$',
    )
    assert shell.run(OVERNIGHT, ()).returncode == ExitCode.OK
    assert naps.read_text() == "60\n"


def test_overnight_does_not_try_for_ever(shell: Shell, naps: Path) -> None:
    shell.replace("movenet", "kill -KILL $$")
    assert shell.run(OVERNIGHT, ()).returncode == 128 + 9
    assert 2 < len(naps.read_text().splitlines()) < 100


@contextmanager
def _terminal(shell: Shell, text: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a script on a terminal of its own; what is written to `stdin` is typed there."""
    script = shell.folder / "example.sh"
    script.write_text(text)
    program = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    with subprocess.Popen(
        [sys.executable, "-c", program, "bash", str(script)],
        cwd=shell.folder,
        env=shell.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _wait_for(thing: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LONG_ENOUGH
    while not thing() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert thing()


def _press_ctrl_c(process: subprocess.Popen[bytes]) -> int:
    process.communicate(b"\x03", timeout=LONG_ENOUGH)
    return process.returncode


def test_ctrl_c_ends_the_night(shell: Shell, naps: Path) -> None:
    """As typed on a terminal: the whole foreground process group gets the signal."""
    image = write_image(shell.folder / "archive" / "0.jpg", gradient()).read_bytes()
    for index in range(1, 4000):
        (shell.folder / "archive" / f"{index}.jpg").write_bytes(image)
    results = shell.folder / "results"
    with _terminal(shell, OVERNIGHT) as process:
        _wait_for(lambda: any((results / "keypoints").glob("*.json")), process)
        assert _press_ctrl_c(process) == ExitCode.INTERRUPTED
    assert not naps.exists()
    assert json.loads((results / "run.json").read_text())["complete"] is False


def test_ctrl_c_ends_the_night_between_two_runs(shell: Shell) -> None:
    asleep = shell.folder / "asleep"
    (shell.folder / "results").write_text("a drive that is not there")
    shell.replace("sleep", f'touch "{asleep}"; exec /bin/sleep "$1"')
    with _terminal(shell, OVERNIGHT) as process:
        _wait_for(asleep.exists, process)
        assert _press_ctrl_c(process) != ExitCode.OK


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda line: line[:60])
def test_a_pipeline_fails_with_annotate(shell: Shell, pipeline: str) -> None:
    """As README.md says, with `pipefail`."""
    for file in [*shell.folder.rglob("*.mp4"), shell.folder / "photo.jpg"]:
        file.write_bytes(b"this was a clip or an image")
    assert shell.run(pipeline, ("-o", "pipefail")).returncode == ExitCode.INPUT


@pytest.mark.parametrize("search", SEARCHES, ids=lambda line: line[:60])
def test_a_second_search_does_not_find_overlays_of_the_first(shell: Shell, search: str) -> None:
    for _ in range(2):
        done = shell.run(search, MOVENET_ANNOTATE_OVERLAY="1", MOVENET_ANNOTATE_CROP="none")
        assert done.returncode == ExitCode.OK, done.stderr
    (run,) = shell.folder.rglob("run.json")
    made = sorted(path.name for path in (run.parent / "keypoints").rglob("*.json"))
    assert made == ["a.mp4.json", "b.mp4.json"]
    assert json.loads(run.read_text())["inputs"]["kept"] == 2
