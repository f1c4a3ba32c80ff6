"""Nothing in a results folder is touched that no journal knows as ours, and nothing of the user's is lost."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.cli import run_annotate
from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode, OutputError
from movenet_cli.io.atomic import AtomicFile
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.output.folder.journal import read_journal
from tests.conftest import PROJECT
from tests.support.media import gradient, write_image, write_video

Annotate = Callable[..., int]
MINE = '{"mine": 1}'


@pytest.fixture
def annotate(a_model: Path) -> Annotate:
    def call(*arguments: object) -> int:
        fixed = ("-m", str(a_model), "--crop", "none", "--progress", "none", "-q")
        return run(["annotate", *map(str, arguments), *fixed])

    return call


@pytest.fixture
def media(tmp_path: Path) -> Path:
    write_image(tmp_path / "in" / "a.jpg")
    write_image(tmp_path / "in" / "x" / "b.jpg", gradient(seed=2))
    return tmp_path / "in"


def facts(out: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((out / "run.json").read_text())


def content(folder: Path) -> dict[str, bytes | str]:
    """Every file and link below a folder."""
    found: dict[str, bytes | str] = {}
    for path in folder.rglob("*"):
        if path.is_symlink():
            found[str(path)] = str(path.readlink())
        elif path.is_file():
            found[str(path)] = path.read_bytes()
    return found


@pytest.mark.parametrize("overwrite", [(), ("--overwrite",)], ids=["plain", "overwrite"])
@pytest.mark.parametrize(
    "place",
    ["run.json", "coco.json", "journal.jsonl", "keypoints/a.jpg.json", "overlay/x/b.jpg",
     ".movenet/coco/a.jpg.coco"],
)  # fmt: skip
def test_a_foreign_file_in_the_way_ends_the_run_before_it_starts(
    annotate: Annotate, media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], place: str,
    overwrite: tuple[str, ...],
) -> None:  # fmt: skip
    out = tmp_path / "out"
    (out / place).parent.mkdir(parents=True)
    (out / place).write_text(MINE)
    before = content(tmp_path)
    assert annotate(media, "-o", out, "-f", "json,coco", "--overlay", *overwrite) == ExitCode.OUTPUT
    assert content(tmp_path) == before
    (line,) = capfd.readouterr().err.splitlines()
    assert str(out / place) in line
    assert "--output" in line


def test_results_in_the_users_own_folder_leave_its_files_alone(
    annotate: Annotate, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (media / "coco.json").write_text(MINE)
    monkeypatch.chdir(media)
    for _ in range(2):
        assert annotate(".", "-o", ".") == ExitCode.OK
        write_image(media / "a.jpg", gradient(seed=5))
    assert (media / "coco.json").read_text() == MINE
    assert facts(media)["inputs"]["total"] == 2


@pytest.mark.parametrize(
    "place", ["keypoints", "keypoints/x", "overlay", ".movenet", "run.json", "journal.jsonl"]
)
def test_results_are_not_written_through_links(
    annotate: Annotate, media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], place: str
) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    write_image(elsewhere / "b.jpg", gradient(seed=7))
    (elsewhere / "empty").touch()
    (out / place).parent.mkdir(parents=True)
    (out / place).symlink_to(elsewhere / "empty" if place.endswith(("json", "jsonl")) else elsewhere)
    before = content(tmp_path)
    assert annotate(media, "-o", out, "--overlay", "--overwrite") == ExitCode.OUTPUT
    assert content(tmp_path) == before
    assert str(out / place) in capfd.readouterr().err


def test_a_dataset_that_nobody_asks_for_may_be_a_link(
    annotate: Annotate, media: Path, tmp_path: Path
) -> None:
    (tmp_path / "truth.json").write_text(MINE)
    (media / "coco.json").symlink_to(tmp_path / "truth.json")
    assert annotate(media, "-o", media) == ExitCode.OK
    assert annotate(media, "-o", media, "-f", "json,coco") == ExitCode.OUTPUT
    assert (media / "coco.json").is_symlink()
    assert (tmp_path / "truth.json").read_text() == MINE


@pytest.mark.parametrize("place", ["run.json", "journal.jsonl", "coco.json", ".movenet/lock"])
def test_a_pipe_in_the_place_of_a_file_does_not_hang_the_run(
    a_model: Path, media: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "out" / place).parent.mkdir(parents=True)
    os.mkfifo(tmp_path / "out" / place)
    command = [sys.executable, "-m", "movenet_cli", "annotate", str(media), "-m", str(a_model)]
    command += ["-o", str(tmp_path / "out"), "-f", "coco"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ExitCode.OUTPUT
    assert place in done.stderr


def test_a_journal_from_elsewhere_leads_to_nothing_but_results(
    annotate: Annotate, media: Path, tmp_path: Path
) -> None:
    out, thesis = tmp_path / "out", tmp_path / "mine" / "thesis.txt"
    assert annotate(media, "-o", out, "-f", "json,csv") == ExitCode.OK
    thesis.parent.mkdir()
    thesis.write_text("years of work")
    (out / "keypoints" / "mine").symlink_to(thesis.parent)
    (out / "thesis.txt").write_text("years of work")
    lines = (out / "journal.jsonl").read_text().splitlines(keepends=True)
    evil = [json.loads(line) for line in lines if '"name": "a.jpg"' in line][-1]
    for path in ("keypoints/mine/thesis.txt", "thesis.txt", "keypoints/../thesis.txt"):
        evil["outputs"][path] = {"size": 13, "sha256": "0" * 64}
        (out / "journal.jsonl").write_text("".join(lines) + json.dumps(evil) + "\n")
        write_image(media / "a.jpg", gradient(seed=len(path)))
        assert annotate(media, "-o", out, "--overwrite", "--min-score", "0.1") in (
            ExitCode.OK,
            ExitCode.OUTPUT,
        )
        assert thesis.read_text() == (out / "thesis.txt").read_text() == "years of work"


def test_leftovers_of_another_runs_folder_below_are_left_alone(
    annotate: Annotate, media: Path, tmp_path: Path
) -> None:
    """The other run is still writing."""
    inner = media / "keypoints" / "other"
    assert annotate(media / "a.jpg", "-o", inner) == ExitCode.OK
    working = [inner / ".movenet-0123abcd.tmp", inner / "keypoints" / ".movenet-0123abcd.tmp"]
    beside = media / "x" / ".movenet-0123abcd.tmp"
    for path in (*working, beside):
        path.write_text("half")
    mine = AtomicFile(media / "keypoints" / "a.json")
    assert annotate(media, "-o", media) == ExitCode.OK
    assert all(path.read_text() == "half" for path in (*working, beside))
    assert not mine.temporary.exists()


DIE_BEFORE_THE_JOURNAL = (
    "import os, sys\n"
    "from movenet_cli.output.folder.journal import Journal\n"
    "add = Journal.add\n"
    "Journal.add = lambda self, entry: add(self, entry) if entry.is_open else os._exit(9)\n"
    "from movenet_cli.cli.main import run\n"
    "run(sys.argv[1:])"
)


def die(*arguments: object) -> None:
    """A run that is killed after an input's files are complete, before the journal has its line."""
    command = [sys.executable, "-c", DIE_BEFORE_THE_JOURNAL, "annotate", *map(str, arguments), "-q"]
    assert subprocess.run(command, cwd=PROJECT, capture_output=True, check=False).returncode == 9


def test_what_a_killed_run_left_goes_also_when_the_next_one_has_other_formats(
    annotate: Annotate, a_model: Path, media: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    die(media / "a.jpg", "-o", out, "-m", a_model, "--crop", "none", "-f", "csv,jsonl", "--overlay")
    assert (out / "keypoints" / "a.jpg.csv").exists()
    assert annotate(media, "-o", out) == ExitCode.OK
    left = sorted(path.name for path in [*(out / "keypoints").rglob("*.*"), *(out / "overlay").rglob("*.*")])
    assert left == ["a.jpg.json", "b.jpg.json"]
    assert run(["validate", str(out)]) == ExitCode.OK


def test_a_killed_run_with_overwrite_goes_on_without_it(
    annotate: Annotate, a_model: Path, media: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    other = ("-o", out, "--min-score", "0.1")
    for seed in range(6):
        write_image(media / f"{seed}.jpg", gradient(seed=seed))
    assert annotate(media, "-o", out, "-f", "json,csv") == ExitCode.OK
    die(media, *other, "-m", a_model, "--crop", "none", "--overwrite", "-j", "1")
    assert annotate(media, "-o", out, "--min-score", "0.2") == ExitCode.USAGE, (
        "these options are a third kind"
    )
    assert annotate(media, *other) == ExitCode.OK
    assert annotate(media, "-o", tmp_path / "calm", "--min-score", "0.1") == ExitCode.OK
    for path in (out / "keypoints").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "calm" / path.relative_to(out)).read_bytes()


def test_what_was_corrected_by_hand_outlives_a_killed_run(
    annotate: Annotate, a_model: Path, media: Path, tmp_path: Path
) -> None:
    """The run was going to redo it, and did not get that far."""
    out = tmp_path / "out"
    for seed in range(6):
        write_image(media / f"{seed}.jpg", gradient(seed=seed))
    assert annotate(media, "-o", out) == ExitCode.OK
    (out / "keypoints/x/b.jpg.json").write_text("corrected by hand")
    die(media, "-o", out, "-m", a_model, "--crop", "none", "--overwrite", "-j", "1")
    assert (out / "keypoints/x/b.jpg.json").read_text() == "corrected by hand"
    assert annotate(media, "-o", out) == ExitCode.OK
    assert (out / "keypoints/x/b.jpg.json.bak").read_text() == "corrected by hand"
    assert json.loads((out / "keypoints/x/b.jpg.json").read_text())["source"] == "x/b.jpg"


def test_other_settings_are_refused_with_what_differs(
    annotate: Annotate, a_model: Path, media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    write_video(media / "v.mp4", 4)
    assert annotate(media, "-o", out, "-f", "json,csv", "--overlay") == ExitCode.OK
    assert annotate(media, "-o", out, "--max-frames", "3", "--min-score", "0.5") == ExitCode.USAGE
    (line,) = capfd.readouterr().err.splitlines()
    for part in (
        "3 inputs",
        "min_score 0.3, now 0.5",
        "max_frames",
        "--overwrite",
        "csv and overlay",
        "--output",
    ):
        assert part in line
    other = tmp_path / "other.tflite"
    other.write_bytes(a_model.read_bytes() + bytes(16))
    fixed = ("--crop", "none", "-q", "-o", str(out))
    assert run(["annotate", str(media), "-m", str(other), *fixed]) == ExitCode.USAGE
    assert f"model {a_model.stem}, now other" in capfd.readouterr().err


def test_two_runs_never_mix_two_peoples_data(
    annotate: Annotate, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for person in ("p1", "p2"):
        write_image(tmp_path / person / "s1" / "cam.jpg", gradient(seed=len(person) + int(person[1])))
    out = tmp_path / "out"
    assert annotate(tmp_path / "p1/s1/cam.jpg", "-o", out) == ExitCode.OK
    first = (out / "keypoints/cam.jpg.json").read_bytes()
    assert annotate(tmp_path / "p2/s1/cam.jpg", "-o", out) == ExitCode.USAGE
    (line,) = capfd.readouterr().err.splitlines()
    assert str(tmp_path / "p1/s1/cam.jpg") in line
    assert str(tmp_path / "p2/s1/cam.jpg") in line
    assert f"--root {tmp_path}," in line
    assert annotate(tmp_path / "p2/s1/cam.jpg", "-o", out, "--root", tmp_path) == ExitCode.OK
    assert (out / "keypoints/cam.jpg.json").read_bytes() == first
    assert (out / "keypoints/p2/s1/cam.jpg.json").exists()
    places = {entry.name: entry.path for entry in read_journal(out)}
    assert places == {name: str(tmp_path / path) for name, path in
                      (("cam.jpg", "p1/s1/cam.jpg"), ("p2/s1/cam.jpg", "p2/s1/cam.jpg"))}  # fmt: skip
    assert facts(out)["files"] == [
        {"source": "p2/s1/cam.jpg", "path": str(tmp_path / "p2/s1/cam.jpg"), "state": "done"}
    ]
    assert annotate(tmp_path / "p1", "-o", out, "--root", tmp_path / "p2") == ExitCode.USAGE
    assert "is not below" in capfd.readouterr().err


def test_two_inputs_that_one_disk_takes_for_one_name(
    annotate: Annotate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("Photo.jpg", "photo.jpg"):
        write_image(tmp_path / "in" / name, gradient(seed=ord(name[0])))
    monkeypatch.setattr(LocalStorage, "ignores_case", True)
    assert annotate(tmp_path / "in", "-o", tmp_path / "out") == ExitCode.USAGE
    assert "upper and lower case" in capfd.readouterr().err
    monkeypatch.undo()
    assert annotate(tmp_path / "in", "-o", tmp_path / "out") == ExitCode.OK


def test_notes_stay_with_results_that_are_kept(annotate: Annotate, tmp_path: Path) -> None:
    """The file says that it is longer than it is."""
    path = write_video(tmp_path / "v.avi", 40)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    annotate(path, "-o", tmp_path / "out")
    notes = facts(tmp_path / "out")["notes"]
    assert notes
    annotate(path, "-o", tmp_path / "out")
    assert facts(tmp_path / "out")["inputs"]["kept"] == 1
    assert facts(tmp_path / "out")["notes"] == notes


def test_a_dry_run_says_what_would_be_done_and_why(
    annotate: Annotate, a_model: Path, media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert annotate(media, "-o", out, "-f", "json,csv") == ExitCode.OK
    write_image(media / "a.jpg", gradient(seed=9))
    write_image(media / "new.jpg", gradient(seed=3))
    os.utime(media / "x" / "b.jpg")
    before = content(tmp_path)
    capfd.readouterr()
    assert annotate(media, tmp_path / "nothing", "-o", out, "--dry-run") == ExitCode.OK
    assert content(tmp_path) == before
    lines = capfd.readouterr().out.splitlines()
    assert lines == [
        f"fail      {tmp_path / 'nothing'}  (no such file or folder)",
        "redo      a.jpg  (the input has changed)",
        "remove    keypoints/a.jpg.csv  (out of date, and this run does not write it)",
        "annotate  new.jpg  (new)",
        "keep      x/b.jpg  (up to date)",
    ]
    assert annotate(media, "-o", out, "--dry-run", "--min-score", "0.2") == ExitCode.USAGE
    captured = capfd.readouterr()
    assert "redo      x/b.jpg  (min_score 0.3, now 0.2)" in captured.out
    assert "--overwrite" in captured.err
    assert content(tmp_path) == before


def test_a_dry_run_with_a_model_that_is_not_here(
    media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOVENET_HOME", str(tmp_path / "home"))
    arguments = ["annotate", str(media), "-o", str(tmp_path / "out"), "-m", "thunder", "--dry-run"]
    assert run(arguments) == ExitCode.OK
    captured = capfd.readouterr()
    assert captured.out.splitlines()[0] == "annotate  a.jpg  (new)"
    assert "thunder would be downloaded" in captured.err
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "home").exists()
    assert run([*arguments, "--offline"]) == ExitCode.MODEL


def test_an_interrupted_run_tells_of_all_its_inputs(
    annotate: Annotate, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from movenet_cli.run.batch import Batch  # noqa: PLC0415

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Batch, "_one", interrupt)
    assert annotate(media, tmp_path / "nothing", "-o", tmp_path / "out") == ExitCode.INTERRUPTED
    assert facts(tmp_path / "out")["inputs"]["total"] == 3


def test_names_that_cannot_reach_the_disk_are_no_complete_run(
    annotate: Annotate, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(storage: LocalStorage) -> None:
        raise OutputError(f"cannot write {storage}: Input/output error")

    monkeypatch.setattr(LocalStorage, "sync", refuse)
    assert annotate(media, "-o", tmp_path / "out") == ExitCode.OUTPUT
    account = facts(tmp_path / "out")
    assert (account["exit_code"], account["complete"]) == (ExitCode.OUTPUT, False)


def test_a_signal_after_the_account_changes_nothing(
    annotate: Annotate, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller is told what `run.json` says."""
    print_end = run_annotate._print_end

    def terminate(*arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        print_end(*arguments)

    monkeypatch.setattr(run_annotate, "_print_end", terminate)
    assert annotate(media, "-o", tmp_path / "out") == ExitCode.OK
    account = facts(tmp_path / "out")
    assert (account["exit_code"], account["complete"]) == (ExitCode.OK, True)


def test_a_name_of_odd_bytes_is_escaped_in_the_account_as_in_documents(
    annotate: Annotate, tmp_path: Path
) -> None:
    name = b"in\\one-\xff.jpg"
    (tmp_path / "in").mkdir()
    path = os.path.join(os.fsencode(tmp_path / "in"), name)  # noqa: PTH118
    with open(path, "wb") as stream:  # noqa: PTH123
        stream.write(b"no image")
    write_image(tmp_path / "in" / "good.jpg")
    assert annotate(tmp_path / "in", "-o", tmp_path / "out") == ExitCode.PARTIAL
    (failure,) = facts(tmp_path / "out")["failures"]
    assert failure["source"] == r"in\\one-\xff.jpg"
    assert [each["source"] for each in facts(tmp_path / "out")["files"]] == ["good.jpg", r"in\\one-\xff.jpg"]
