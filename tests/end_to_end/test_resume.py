"""A run that died, at every touch of the disk there is, goes on to the bytes of one that did not."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from movenet_cli.output.folder.journal import read_journal
from movenet_cli.output.folder.output_file import output_of
from movenet_cli.output.folder.records import Entry
from movenet_cli.output.formats import coco as cocofile
from movenet_cli.output.formats import document
from movenet_cli.run import plan as run_plan
from tests.conftest import PROJECT
from tests.support.media import gradient, write_image, write_video

DIED = 9
FORMATS = ("-f", "json,csv,coco", "--crop", "none", "-q", "--progress", "none")

Mortal = Callable[..., int]


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Three small images and a short clip."""
    folder = tmp_path / "in"
    for seed, name in enumerate(("a.jpg", "b.png", "deep/c.jpg")):
        write_image(folder / name, gradient(seed=seed))
    write_video(folder / "deep" / "v.mp4", 3)
    return folder


@pytest.fixture(scope="module")
def mortal(a_model: Path) -> Iterator[Mortal]:
    """Annotates in a child process that dies at the given touch of the disk; gives its exit code."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")
    command = [sys.executable, "-m", "tests.support.dying", str(a_model)]
    with subprocess.Popen(
        command, cwd=PROJECT, text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        stdin, stdout = server.stdin, server.stdout

        def annotate(die_at: int, *arguments: object) -> int:
            words = ["annotate", *map(str, arguments), "-m", str(a_model), *FORMATS]
            stdin.write(json.dumps({"die_at": die_at, "arguments": words}) + "\n")
            return int(stdout.readline())

        yield annotate


def annotate(model: Path, *arguments: object) -> int:
    return run(["annotate", *map(str, arguments), "-m", str(model), *FORMATS])


def results(out: Path) -> dict[str, bytes]:
    """Everything that must not depend on how often the run died."""
    files = [*(out / "keypoints").rglob("*"), out / "coco.json"]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files if path.is_file()}


def assert_journal_is_true(out: Path) -> None:
    """What the journal of a dead run lists is there and right."""
    if (out / "journal.jsonl").exists():
        last: dict[str, Entry] = {entry.name: entry for entry in read_journal(out)}
        for entry in last.values():
            for path, output in entry.outputs.items():
                assert output_of(out / path) == output


def assert_sound(out: Path, calm: dict[str, bytes]) -> None:
    """The folder holds what an undisturbed run leaves, and no crumbs."""
    assert results(out) == calm
    assert not list(out.rglob("*.tmp"))
    assert run(["validate", str(out)]) == ExitCode.OK


def test_it_dies_anywhere_and_goes_on(mortal: Mortal, media: Path, tmp_path: Path) -> None:
    (media / "b.png").unlink()
    (media / "deep" / "c.jpg").unlink()
    assert mortal(0, media, "-o", tmp_path / "calm") == ExitCode.OK
    calm = results(tmp_path / "calm")
    assert len(calm) == 2 * 2 + 1
    for touch in count(1):
        out = tmp_path / f"out{touch}"
        status = mortal(touch, media, "-o", out)
        if status != DIED:
            break
        assert_journal_is_true(out)
        assert mortal(0, media, "-o", out) == ExitCode.OK
        assert_sound(out, calm)
    assert status == ExitCode.OK
    assert touch > 30, "every file, every line of the journal, every folder"


def test_it_dies_anywhere_while_it_redoes_with_other_options(
    mortal: Mortal, media: Path, tmp_path: Path
) -> None:
    """The sizes stay the same, so a line of the journal that should be gone would be believed."""
    (media / "b.png").unlink()
    shutil.rmtree(media / "deep")
    write_video(media / "v.mp4", 3)
    for score in ("0.3", "0.4"):
        assert mortal(0, media, "-o", tmp_path / score, "--min-score", score) == ExitCode.OK
    before, after = results(tmp_path / "0.3"), results(tmp_path / "0.4")
    assert before != after
    for touch in count(1):
        out = tmp_path / f"out{touch}"
        shutil.copytree(tmp_path / "0.3", out)
        status = mortal(touch, media, "-o", out, "--min-score", "0.4", "--overwrite")
        if status != DIED:
            break
        assert_journal_is_true(out)
        score, calm = ("0.3", before) if touch % 2 else ("0.4", after)
        code = mortal(0, media, "-o", out, "--min-score", score)
        if code == ExitCode.USAGE:  # it goes on with 0.4 as soon as it was begun; back to 0.3 only on request
            code = mortal(0, media, "-o", out, "--min-score", score, "--overwrite")
        assert code == ExitCode.OK
        assert_sound(out, calm)
    assert status == ExitCode.OK
    assert touch > 30


def test_results_of_another_model_are_redone(a_model: Path, media: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / a_model.name
    other.parent.mkdir()
    other.write_bytes(a_model.read_bytes() + bytes(16))
    assert annotate(a_model, media, "-o", tmp_path / "out") == ExitCode.OK
    assert annotate(other, media, "-o", tmp_path / "out") == ExitCode.USAGE
    assert annotate(other, media, "-o", tmp_path / "out", "--overwrite") == ExitCode.OK
    assert_all_redone(tmp_path / "out")
    annotate(other, media, "-o", tmp_path / "calm")
    assert_sound(tmp_path / "out", results(tmp_path / "calm"))


def test_results_of_another_threshold_are_redone(a_model: Path, media: Path, tmp_path: Path) -> None:
    annotate(a_model, media, "-o", tmp_path / "out", "--min-score", "0.3")
    annotate(a_model, media, "-o", tmp_path / "out", "--min-score", "0.05", "--overwrite")
    assert_all_redone(tmp_path / "out")
    annotate(a_model, media, "-o", tmp_path / "calm", "--min-score", "0.05")
    assert_sound(tmp_path / "out", results(tmp_path / "calm"))


def test_results_of_another_version_are_kept_unless_its_numbers_differ(
    a_model: Path, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (document, cocofile):
        monkeypatch.setattr(module, "__version__", "0.0.0")
    annotate(a_model, media, "-o", tmp_path / "out")
    old = results(tmp_path / "out")
    assert b'"0.0.0"' in old["keypoints/a.jpg.json"]
    monkeypatch.undo()
    assert annotate(a_model, media, "-o", tmp_path / "out") == ExitCode.OK
    kept = results(tmp_path / "out")
    del old["coco.json"], kept["coco.json"]  # tells the version of the run that wrote it
    assert kept == old
    monkeypatch.setattr(
        run_plan, "REVISION", {media: number + 1 for media, number in run_plan.REVISION.items()}
    )
    assert annotate(a_model, media, "-o", tmp_path / "out") == ExitCode.USAGE
    assert annotate(a_model, media, "-o", tmp_path / "out", "--overwrite") == ExitCode.OK
    assert_all_redone(tmp_path / "out")
    annotate(a_model, media, "-o", tmp_path / "calm")
    assert_sound(tmp_path / "out", results(tmp_path / "calm"))


def assert_all_redone(out: Path) -> None:
    inputs = json.loads((out / "run.json").read_text())["inputs"]
    assert inputs == {"total": 4, "done": 4, "kept": 0, "failed": 0, "ignored": 0}
