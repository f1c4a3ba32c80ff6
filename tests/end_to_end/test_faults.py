"""What goes wrong at night: hostile names and files, disks and folders that fail, processes that die."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.cli.progress import Progress
from movenet_cli.errors import ExitCode
from movenet_cli.models.litert import LitertRunner
from tests.support.fakes import break_worker
from tests.support.media import gradient, write_image, write_video


def _annotate(model: Path, *arguments: object) -> int:
    return run(["annotate", *map(str, arguments), "-m", str(model), "--progress", "none"])


def _command(model: Path, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "movenet_cli", "annotate", *map(str, arguments), "-m", str(model)]


def _facts(out: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((out / "run.json").read_text())


def _images(folder: Path, count: int = 3) -> Path:
    for index in range(count):
        write_image(folder / f"{index}.jpg", gradient(seed=index))
    return folder


def _results(out: Path) -> dict[str, bytes]:
    """Everything that must not depend on how often the run was killed."""
    files = [*(out / "keypoints").rglob("*"), *(out / "overlay").rglob("*"), out / "coco.json"]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files if path.is_file()}


@pytest.mark.parametrize(
    "name",
    [
        "two\nlines.jpg",
        " spaces .jpg",
        "ünïcode 姿.jpg",
        "a" * 247 + ".jpg",
        "-dash.jpg",
        "=1+1.jpg",
        "%s{}$x.jpg",
    ],
    ids=["newline", "spaces", "unicode", "long", "dash", "formula", "marks"],
)
def test_hostile_names(a_model: Path, tmp_path: Path, name: str) -> None:
    write_image(tmp_path / "in" / name)
    out = tmp_path / "out"
    code = _annotate(a_model, tmp_path / "in", "-o", out, "-f", "json,csv,coco", "--overlay")
    if len(name.encode()) > 245:
        assert code == ExitCode.INPUT
        assert "too long" in _facts(out)["failures"][0]["reason"]
        return
    assert code == ExitCode.OK
    assert json.loads((out / "keypoints" / f"{name}.json").read_text())["source"] == name
    assert (out / "overlay" / name).is_file()
    assert run(["validate", str(out)]) == ExitCode.OK


def test_a_name_that_is_no_text(a_model: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    write_image(tmp_path / "in" / "x.jpg").rename(tmp_path / "in" / name)
    assert (
        _annotate(a_model, tmp_path / "in", "-o", tmp_path / "out", "-f", "json,jsonl,csv,coco")
        == ExitCode.OK
    )
    assert (tmp_path / "out" / "keypoints" / f"{name}.json").is_file()
    json.loads((tmp_path / "out" / "coco.json").read_text(encoding="utf-8"))
    assert run(["validate", str(tmp_path / "out")]) == ExitCode.OK


def test_special_files_and_loops_are_left_alone(a_model: Path, tmp_path: Path) -> None:
    folder = _images(tmp_path / "in")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere.jpg").symlink_to(folder / "gone")
    done = subprocess.run(
        _command(a_model, folder, folder / "pipe.jpg", "/dev/zero", "-o", tmp_path / "out"),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == ExitCode.PARTIAL, done.stderr
    assert len(list((tmp_path / "out/keypoints").rglob("*.json"))) == 3


def test_a_file_that_vanishes_between_listing_and_reading(
    a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _images(tmp_path / "in")
    from movenet_cli.run import inputs as run_inputs  # noqa: PLC0415

    find = run_inputs.discover

    def find_and_remove(*arguments, **options):  # type: ignore[no-untyped-def]
        found = find(*arguments, **options)
        (folder / "1.jpg").unlink()
        return found

    monkeypatch.setattr(run_inputs, "discover", find_and_remove)
    assert _annotate(a_model, folder, "-o", tmp_path / "out") == ExitCode.PARTIAL
    (failure,) = _facts(tmp_path / "out")["failures"]
    assert failure["source"] == "1.jpg"
    assert "No such file" in failure["reason"]


def test_a_bomb_is_refused_before_it_is_decoded(a_model: Path, tmp_path: Path) -> None:
    write_image(tmp_path / "in" / "big.png", gradient(400, 300))
    assert (
        _annotate(a_model, tmp_path / "in", "-o", tmp_path / "out", "--max-pixels", 100_000) == ExitCode.INPUT
    )
    assert "--max-pixels" in _facts(tmp_path / "out")["failures"][0]["reason"]


def test_two_folders_with_the_same_names(a_model: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_image(tmp_path / folder / "same.jpg", gradient(seed=len(folder)))
    assert _annotate(a_model, tmp_path / "one", tmp_path / "two", "-o", tmp_path / "out") == ExitCode.OK
    names = sorted(path.relative_to(tmp_path / "out/keypoints").as_posix()
                   for path in (tmp_path / "out/keypoints").rglob("*.json"))  # fmt: skip
    assert names == ["one/same.jpg.json", "two/same.jpg.json"]


def test_an_output_folder_below_a_file(
    a_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert _annotate(a_model, _images(tmp_path / "in"), "-o", tmp_path / "file" / "out") == ExitCode.OUTPUT
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_an_output_folder_that_vanishes(
    a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = _images(tmp_path / "in", 12), tmp_path / "out"
    network = LitertRunner.run

    def remove_then_run(self, batch):  # type: ignore[no-untyped-def]
        shutil.rmtree(out, ignore_errors=True)
        return network(self, batch)

    monkeypatch.setattr(LitertRunner, "run", remove_then_run)
    assert _annotate(a_model, folder, "-o", out) == ExitCode.OUTPUT


def test_a_bug_in_one_input_is_told_and_the_rest_is_done(
    a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = _images(tmp_path / "in", 6), tmp_path / "out"
    break_worker(monkeypatch, call=4)
    assert _annotate(a_model, folder, "-o", out, "--crop", "none") == ExitCode.BUG
    facts = _facts(out)
    assert facts["inputs"]["done"] == 5
    assert "a worker died" in facts["failures"][0]["reason"]
    monkeypatch.undo()
    assert _annotate(a_model, folder, "-o", out, "--crop", "none") == ExitCode.OK
    assert _facts(out)["inputs"] == {"total": 6, "done": 1, "kept": 5, "failed": 0, "ignored": 0}


@pytest.mark.parametrize("after", [0.15, 0.6])
def test_killed_and_started_again_ends_byte_identical(a_model: Path, tmp_path: Path, after: float) -> None:
    folder = _images(tmp_path / "in", 24)
    write_video(folder / "clips/v.mp4", 40)
    options = ("-f", "json,csv,coco", "--overlay", "-q")
    assert _annotate(a_model, folder, "-o", tmp_path / "calm", *options) == ExitCode.OK
    out = tmp_path / "out"
    for _ in range(3):
        process = subprocess.Popen(_command(a_model, folder, "-o", out, *options), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not (out / "journal.jsonl").exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(after)
        process.kill()
        process.wait()
        for path in (out / "keypoints").rglob("*.json"):
            json.loads(path.read_text())
    assert _annotate(a_model, folder, "-o", out, *options) == ExitCode.OK
    assert _results(out) == _results(tmp_path / "calm")
    assert not list(out.rglob("*.tmp"))
    assert run(["validate", str(out)]) == ExitCode.OK


def test_a_torn_journal_costs_only_its_last_line(a_model: Path, tmp_path: Path) -> None:
    folder, out = _images(tmp_path / "in", 4), tmp_path / "out"
    _annotate(a_model, folder, "-o", out)
    journal = out / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    assert _annotate(a_model, folder, "-o", out) == ExitCode.OK
    assert _facts(out)["inputs"]["done"] == 1
    assert _facts(out)["inputs"]["kept"] == 3


def test_the_same_size_from_other_options_is_not_trusted(a_model: Path, tmp_path: Path) -> None:
    """Killed after the new file, before the journal: the old entry must not vouch for the new content."""
    folder, out = _images(tmp_path / "in", 1), tmp_path / "out"
    _annotate(a_model, folder, "-o", out, "--min-score", "0.3")
    first = (out / "keypoints/0.jpg.json").read_bytes()
    process = subprocess.run(
        [sys.executable, "-c",
         "import os, sys; from movenet_cli.output.folder.journal import Journal\n"
         "add = Journal.add\n"
         "Journal.add = lambda self, entry: add(self, entry) if entry.is_open else os._exit(9)\n"
         "from movenet_cli.cli.main import run; run(sys.argv[1:])",
         *_command(a_model, folder, "-o", out, "--min-score", "0.4", "--overwrite")[3:]],
        capture_output=True, check=False,
    )  # fmt: skip
    assert process.returncode == 9
    second = (out / "keypoints/0.jpg.json").read_bytes()
    assert len(second) == len(first)
    assert second != first
    assert _annotate(a_model, folder, "-o", out, "--min-score", "0.3") == ExitCode.OK
    assert (out / "keypoints/0.jpg.json").read_bytes() == first


def test_a_bug_in_the_display_costs_one_input_and_the_account_is_written(
    a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = _images(tmp_path / "in", 4), tmp_path / "out"

    def broken(self, outcome):  # type: ignore[no-untyped-def]
        if outcome.name == "1.jpg":
            raise RuntimeError("no display")

    monkeypatch.setattr(Progress, "input_done", broken)
    assert _annotate(a_model, folder, "-o", out) == ExitCode.BUG
    facts = _facts(out)
    assert (facts["complete"], facts["exit_code"]) == (True, ExitCode.BUG)
    assert facts["inputs"] == {"total": 4, "done": 3, "kept": 0, "failed": 1, "ignored": 0}
    assert "no display" in facts["failures"][0]["reason"]
