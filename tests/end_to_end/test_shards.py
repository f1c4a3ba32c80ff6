"""Shards: several runs in one results folder at once, killed and resumed, merged into what one run gives."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import movenet_cli as movenet
from movenet_cli.cli.main import run
from movenet_cli.core.shard import Shard, parse_shard
from movenet_cli.errors import ExitCode
from tests.support.media import gradient, write_image, write_video

FORMATS = ("-f", "json,csv,coco")
NAMES = [*(f"{number}.jpg" for number in range(12)), "clips/a.mp4"]


def _annotate(inputs: Path, out: Path, *arguments: object) -> int:
    words = ["annotate", str(inputs), "-o", str(out), "-m", "mini", "--progress", "none", *FORMATS]
    return run([*words, *map(str, arguments)])


def _results(out: Path) -> dict[str, bytes]:
    files = [*(out / "keypoints").rglob("*"), *(out / ".movenet" / "coco").rglob("*"), out / "coco.json"]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files if path.is_file()}


def _account(out: Path) -> dict:  # type: ignore[type-arg]
    document = json.loads((out / "run.json").read_text())
    for each in ("timings", "shards", "options"):
        document.pop(each, None)
    return document  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in")
    for index, name in enumerate(NAMES[:-1]):
        write_image(folder / name, gradient(seed=index))
    (folder / "clips").mkdir()
    write_video(folder / NAMES[-1])
    (folder / "clips" / "broken.jpg").write_bytes(b"\xff\xd8\xff no image")
    return folder


@pytest.fixture(scope="module")
def alone(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("alone")
    assert _annotate(inputs, out) == ExitCode.PARTIAL
    return out


def _start(inputs: Path, out: Path, shard: str, pause: str = "none") -> "subprocess.Popen[bytes]":
    mark = out.parent / f"paused-{shard.replace('/', '-')}"
    command = [sys.executable, "-m", "tests.support.paused", pause, str(mark), "annotate", str(inputs)]
    command += ["-o", str(out), "-m", "mini", "--progress", "none", *FORMATS, "--shard", shard, "-j", "1"]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE)


def _wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    pytest.fail(f"{path} did not appear")


def test_two_at_once_one_of_them_killed_then_resumed_and_merged_are_one_run(
    inputs: Path, alone: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    killed = _start(inputs, out, "1/2", "movenet_cli.output.folder.folder_outputs:FolderOutputs.commit:3:60")
    _wait_for(tmp_path / "paused-1-2")
    other = _start(inputs, out, "2/2")
    assert other.communicate()[0] is None
    assert other.returncode in (ExitCode.OK, ExitCode.PARTIAL)
    assert killed.poll() is None
    assert any(out.rglob(".movenet-*.tmp")), (
        "what the first shard has staged is not the second one's to remove"
    )
    assert _annotate(inputs, out) == ExitCode.OUTPUT
    assert run(["merge", str(out)]) == ExitCode.OUTPUT
    killed.send_signal(signal.SIGKILL)
    killed.communicate()

    assert run(["merge", str(out)]) == ExitCode.INPUT
    document = json.loads((out / "run.json").read_text())
    assert not document["complete"]
    assert document["shards"] == {"count": 2, "missing": [1]}
    assert not (out / "coco.json").exists()
    assert not any(out.rglob(".movenet-*.tmp"))

    before = _results(out)
    assert _annotate(inputs, out, "--shard", "1/2") in (ExitCode.OK, ExitCode.PARTIAL)
    after = _results(out)
    assert {name: after[name] for name in before} == before
    assert run(["merge", str(out)]) == ExitCode.PARTIAL
    assert _results(out) == _results(alone)
    assert run(["validate", str(out)]) == run(["validate", str(alone)]) == ExitCode.OK
    merged, whole = _account(out), _account(alone)
    assert merged["inputs"].pop("kept") > 0
    whole["inputs"].pop("kept")
    assert merged["inputs"].pop("done") < whole["inputs"].pop("done")
    for document in (merged, whole):
        for file in document["files"]:
            file["state"] = file["state"].replace("kept", "done")
    assert merged == whole


def test_the_folder_is_that_of_a_run_afterwards(inputs: Path, alone: Path, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        assert _annotate(inputs, tmp_path, "--shard", f"{number}/3") in (ExitCode.OK, ExitCode.PARTIAL)
    assert run(["validate", str(tmp_path)]) == ExitCode.INPUT, "there is no run.json before the merge"
    assert run(["merge", str(tmp_path)]) == ExitCode.PARTIAL
    results = _results(tmp_path)
    assert results == _results(alone)
    assert run(["merge", str(tmp_path)]) == ExitCode.PARTIAL, "again, with nothing new"
    assert _results(tmp_path) == results
    assert run(["convert", str(tmp_path), "--to", "jsonl"]) == ExitCode.OK
    assert _annotate(inputs, tmp_path) == ExitCode.PARTIAL
    assert json.loads((tmp_path / "run.json").read_text())["inputs"]["kept"] == len(NAMES)
    assert not (tmp_path / ".movenet" / "shards").exists()


def test_a_run_of_its_own_takes_in_what_shards_have_done(inputs: Path, alone: Path, tmp_path: Path) -> None:
    assert _annotate(inputs, tmp_path, "--shard", "1/2") in (ExitCode.OK, ExitCode.PARTIAL)
    assert _annotate(inputs, tmp_path) == ExitCode.PARTIAL
    mine = sum(Shard(1, 2).has(name) for name in NAMES)
    assert json.loads((tmp_path / "run.json").read_text())["inputs"]["kept"] == mine
    assert _results(tmp_path) == _results(alone)
    assert run(["merge", str(tmp_path)]) == ExitCode.INPUT, "there are no shards any more"


def test_a_shard_keeps_what_a_run_of_its_own_has_done(inputs: Path, alone: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(alone, out)
    before = {path: path.stat().st_mtime_ns for path in (out / "keypoints").rglob("*.json")}
    for shard in ("1/2", "2/2"):
        assert _annotate(inputs, out, "--shard", shard) in (ExitCode.OK, ExitCode.PARTIAL)
    assert run(["merge", str(out)]) == ExitCode.PARTIAL
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert _results(out) == _results(alone)


def test_a_program_does_what_the_command_does(inputs: Path, alone: Path, tmp_path: Path) -> None:
    with movenet.Annotator("mini") as annotator:
        for shard in ("1/2", "2/2"):
            report = annotator.run(inputs, tmp_path, formats="json,csv,coco", shard=shard)
            assert report.done == sum(parse_shard(shard).has(name) for name in NAMES)
        with pytest.raises(movenet.UsageError, match="--shard: '3/2' is not a shard"):
            annotator.run(inputs, tmp_path, shard="3/2")
    assert run(["merge", str(tmp_path)]) == ExitCode.PARTIAL
    assert _results(tmp_path) == _results(alone)


def test_a_shard_without_inputs_is_no_failure(tmp_path: Path) -> None:
    inputs, out = tmp_path / "in", tmp_path / "out"
    write_image(inputs / "a.jpg")
    codes = [_annotate(inputs, out, "--shard", f"{number}/3") for number in (1, 2, 3)]
    assert codes == [ExitCode.OK] * 3
    assert run(["merge", str(out)]) == ExitCode.OK
    assert (out / "keypoints" / "a.jpg.json").is_file()


def test_another_count_is_refused_until_the_merge(
    inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _annotate(inputs, tmp_path, "--shard", "1/2") in (ExitCode.OK, ExitCode.PARTIAL)
    before = sorted(tmp_path.rglob("*"))
    capsys.readouterr()
    assert _annotate(inputs, tmp_path, "--shard", "1/3") == ExitCode.OUTPUT
    assert f"has results of shard 1/2, which are not merged: run `movenet merge {tmp_path}`" in (
        capsys.readouterr().err
    )
    assert sorted(tmp_path.rglob("*")) == before
    assert run(["merge", str(tmp_path)]) == ExitCode.INPUT
    assert _annotate(inputs, tmp_path, "--shard", "1/3") in (ExitCode.OK, ExitCode.PARTIAL)


def test_one_shard_runs_once_at_a_time(
    inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    first = _start(inputs, out, "2/2", "movenet_cli.output.folder.folder_outputs:FolderOutputs.commit:1:60")
    _wait_for(tmp_path / "paused-2-2")
    assert _annotate(inputs, out, "--shard", "2/2") == ExitCode.OUTPUT
    assert "another run is working on shard 2/2" in capsys.readouterr().err
    first.kill()
    first.communicate()
    assert _annotate(inputs, out, "--shard", "2/2") in (ExitCode.OK, ExitCode.PARTIAL)


def test_shards_of_different_options_are_not_merged(
    inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _annotate(inputs, tmp_path, "--shard", "1/2") in (ExitCode.OK, ExitCode.PARTIAL)
    assert _annotate(inputs, tmp_path, "--shard", "2/2", "--crop", "none", "-j", "1") in (
        ExitCode.OK,
        ExitCode.PARTIAL,
    )
    capsys.readouterr()
    assert run(["merge", str(tmp_path)]) == ExitCode.USAGE
    assert "with different options: crop auto and none" in capsys.readouterr().err
    assert not (tmp_path / "run.json").exists()


def test_shards_that_found_different_inputs_are_not_called_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs, out = tmp_path / "in", tmp_path / "out"
    for number in range(4):
        write_image(inputs / f"{number}.jpg")
    assert _annotate(inputs, out, "--shard", "1/2") == ExitCode.OK
    write_image(inputs / "5.jpg")
    assert _annotate(inputs, out, "--shard", "2/2") == ExitCode.OK
    assert run(["merge", str(out)]) == ExitCode.INPUT
    assert "have found different inputs" in capsys.readouterr().err
    assert _annotate(inputs, out, "--shard", "1/2") == ExitCode.OK
    assert run(["merge", str(out)]) == ExitCode.OK
    assert json.loads((out / "run.json").read_text())["inputs"]["total"] == 5


def test_the_options_for_videos_are_those_of_all_inputs(inputs: Path, tmp_path: Path) -> None:
    """A shard that happens to have images only must not refuse them."""
    for number in range(1, 9):
        code = _annotate(inputs, tmp_path, "--shard", f"{number}/8", "--stride", "2")
        assert code in (ExitCode.OK, ExitCode.PARTIAL, ExitCode.INPUT)


def test_a_dry_run_tells_of_the_shard_alone(
    inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _annotate(inputs, tmp_path / "out", "--shard", "1/2", "--dry-run") == ExitCode.OK
    shown = {line.split()[1] for line in capsys.readouterr().out.splitlines()}
    assert {name for name in NAMES if Shard(1, 2).has(name)} == shown - {"clips/broken.jpg"}
    assert not os.path.lexists(tmp_path / "out")


@pytest.mark.parametrize("what", ["nothing", "results"])
def test_without_shards_there_is_nothing_to_merge(
    inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    if what == "results":
        assert _annotate(inputs, tmp_path) == ExitCode.PARTIAL
    assert run(["merge", str(tmp_path)]) == ExitCode.INPUT
    assert f"there are no shards in {tmp_path}" in capsys.readouterr().err


def test_a_damaged_account_is_named(inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _annotate(inputs, tmp_path, "--shard", "1/2") in (ExitCode.OK, ExitCode.PARTIAL)
    (tmp_path / ".movenet" / "shards" / "1-of-2.json").write_text("{}")
    assert run(["merge", str(tmp_path)]) == ExitCode.INPUT
    assert "1-of-2.json: it cannot be read" in capsys.readouterr().err


def test_validate_says_that_shards_are_not_merged(
    inputs: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    _annotate(inputs / "clips", out, "--shard", "1/1")
    capfd.readouterr()
    assert run(["validate", str(out)]) == ExitCode.INPUT
    assert f"run `movenet merge {out}` after the last shard" in "".join(capfd.readouterr())
