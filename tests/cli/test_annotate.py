"""`movenet annotate` as a user runs it: files, bytes, messages and exit codes."""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode, InputError, OutputError
from movenet_cli.io.atomic import AtomicFile
from movenet_cli.output.folder import dataset
from tests.support.media import gradient, write_image, write_video

Annotate = Callable[..., int]


@pytest.fixture
def annotate(a_model: Path) -> Annotate:
    def call(*arguments: object) -> int:
        return run(["annotate", *map(str, arguments), "-m", str(a_model), "--crop", "none"])

    return call


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A folder with two images and a video in subfolders, and a text file."""
    folder = tmp_path / "media"
    write_image(folder / "a10.jpg", gradient(seed=1))
    write_image(folder / "a9.png", gradient(seed=2))
    write_video(folder / "clips" / "v.mp4")
    (folder / "notes.txt").write_text("not media")
    return folder


def _document(path: Path) -> dict:  # type: ignore[type-arg]
    return json.loads(path.read_text())


def test_a_folder_gives_one_document_per_input(annotate: Annotate, media: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert annotate(media, "-o", out, "-f", "json,jsonl", "-f", "csv") == ExitCode.OK
    names = sorted(
        path.relative_to(out / "keypoints").as_posix() for path in (out / "keypoints").rglob("*.*")
    )
    expected = [
        f"{name}.{kind}" for name in ("a10.jpg", "a9.png", "clips/v.mp4") for kind in ("csv", "json", "jsonl")
    ]
    assert names == sorted(expected)
    video = _document(out / "keypoints/clips/v.mp4.json")
    assert [frame["frame"] for frame in video["frames"]] == list(range(6))
    assert [frame["time"] for frame in video["frames"]] == pytest.approx(
        [0, 0.1, 0.2, 0.3, 0.4, 0.5], abs=1e-3
    )
    image = _document(out / "keypoints/a9.png.json")
    assert (image["width"], image["height"], image["media"]) == (96, 64, "image")
    assert image["frames"][0]["time"] is None
    assert len(image["frames"][0]["poses"][0]["keypoints"]) == 17
    run_facts = _document(out / "run.json")
    assert run_facts["inputs"] == {"total": 3, "done": 3, "kept": 0, "failed": 0, "ignored": 1}
    assert run_facts["frames"]["frames"] == 8
    assert run_facts["exit_code"] == 0


def test_running_again_keeps_everything_and_changes_no_byte(
    annotate: Annotate, media: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    annotate(media, "-o", out, "-f", "json,coco")
    before = {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (out / "keypoints").rglob("*.json")
    }
    coco = (out / "coco.json").read_bytes()
    assert annotate(media, "-o", out, "-f", "json,coco") == ExitCode.OK
    after = {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (out / "keypoints").rglob("*.json")
    }
    assert after == before
    assert (out / "coco.json").read_bytes() == coco
    assert _document(out / "run.json")["inputs"]["kept"] == 3
    (out / "keypoints/a9.png.json").write_text("{}")
    assert annotate(media, "-o", out, "-f", "json", "--overwrite") == ExitCode.OK
    assert all(path.stat().st_mtime_ns != stamp for path, (_, stamp) in before.items())
    assert _document(out / "run.json")["inputs"]["done"] == 3
    assert {path: path.read_bytes() for path in before} == {path: data for path, (data, _) in before.items()}


def test_only_what_changed_is_redone(annotate: Annotate, media: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    annotate(media, "-o", out)
    write_image(media / "a9.png", gradient(seed=9))
    untouched = (out / "keypoints/a10.jpg.json").stat().st_mtime_ns
    annotate(media, "-o", out)
    assert _document(out / "run.json")["inputs"] == {
        "total": 3,
        "done": 1,
        "kept": 2,
        "failed": 0,
        "ignored": 1,
    }
    assert (out / "keypoints/a10.jpg.json").stat().st_mtime_ns == untouched
    annotate(media, "-o", out, "--stride", "2", "--overwrite")
    annotate(media, "-o", out, "--stride", "2")
    assert _document(out / "run.json")["inputs"]["kept"] == 3, "the stride concerns the video only"
    assert [frame["frame"] for frame in _document(out / "keypoints/clips/v.mp4.json")["frames"]] == [0, 2, 4]
    (out / "keypoints/a10.jpg.json").unlink()
    annotate(media, "-o", out, "--stride", "2")
    assert _document(out / "run.json")["inputs"]["done"] == 1
    annotate(media, "-o", out, "--stride", "2", "--min-score", "0.2", "--overwrite")
    assert _document(out / "run.json")["inputs"]["done"] == 3


def test_one_more_format_leaves_the_others_alone(annotate: Annotate, media: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    annotate(media, "-o", out)
    stamp = (out / "keypoints/a9.png.json").stat().st_mtime_ns
    assert annotate(media, "-o", out, "-f", "json,csv") == ExitCode.OK
    assert (out / "keypoints/a9.png.json").stat().st_mtime_ns == stamp
    with (out / "keypoints/clips/v.mp4.csv").open(newline="") as stream:
        assert [row["frame"] for row in csv.DictReader(stream)] == [str(index) for index in range(6)]
    annotate(media, "-o", out, "-f", "csv")
    annotate(media, "-o", out, "-f", "json")
    assert _document(out / "run.json")["inputs"]["kept"] == 3


def test_a_range_behind_the_end_is_a_failure(annotate: Annotate, media: Path, tmp_path: Path) -> None:
    assert annotate(media, "-o", tmp_path / "out", "--start", "60", "--overlay") == ExitCode.PARTIAL
    (failure,) = _document(tmp_path / "out/run.json")["failures"]
    assert failure["source"] == "clips/v.mp4"
    assert "--start" in failure["reason"]
    assert not (tmp_path / "out/keypoints/clips/v.mp4.json").exists()


def test_stale_results_do_not_stay(annotate: Annotate, media: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    annotate(media, "-o", out, "-f", "json,csv")
    write_image(media / "a9.png", gradient(seed=9))
    (media / "a10.jpg").write_text("broken now")
    assert annotate(media, "-o", out, "-f", "json") == ExitCode.PARTIAL
    left = sorted(path.name for path in (out / "keypoints").iterdir() if path.is_file())
    assert left == ["a9.png.json"], "the table of the old image and all of the broken one are gone"


def test_a_touched_file_is_not_redone(annotate: Annotate, media: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    annotate(media, "-o", out)
    os.utime(media / "a9.png")
    annotate(media, "-o", out)
    assert _document(out / "run.json")["inputs"]["kept"] == 3


def test_streaming_is_ordered_jsonl_on_stdout(
    annotate: Annotate,
    media: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert annotate(media, "-o", "-", "-j", "3") == ExitCode.OK
    records = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    expected = ["a9.png"] * 3 + ["a10.jpg"] * 3 + ["clips/v.mp4"] * 8
    assert [record["source"] for record in records] == expected
    assert [record["record"] for record in records[:3]] == ["header", "frame", "summary"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["media"]


def test_the_stream_equals_the_jsonl_file(
    annotate: Annotate, media: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    annotate(media / "clips" / "v.mp4", "-o", tmp_path / "out", "-f", "jsonl")
    capfdbinary.readouterr()
    annotate(media / "clips" / "v.mp4", "-o", "-")
    assert capfdbinary.readouterr().out == (tmp_path / "out/keypoints/v.mp4.jsonl").read_bytes()


def test_bad_files_are_failures_and_the_rest_is_done(
    annotate: Annotate, media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (media / "text.jpg").write_text("not an image")
    (media / "empty.png").touch()
    whole = (media / "a10.jpg").read_bytes()
    (media / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (media / "cut.mp4").write_bytes((media / "clips/v.mp4").read_bytes()[:300])
    out = tmp_path / "out"
    assert annotate(media, "-o", out, "--progress", "none") == ExitCode.PARTIAL
    facts = _document(out / "run.json")
    assert {failure["source"] for failure in facts["failures"]} == {
        "text.jpg",
        "empty.png",
        "cut.jpg",
        "cut.mp4",
    }
    assert facts["inputs"]["done"] == 3
    assert facts["exit_code"] == ExitCode.PARTIAL
    lines = capfd.readouterr().err.splitlines()
    for name in ("text.jpg", "empty.png", "cut.jpg", "cut.mp4"):
        assert len([line for line in lines if name in line]) == 1
    left = {path.name for path in out.rglob("*") if path.is_file()}
    assert not any(name.startswith(("text", "empty", "cut")) or name.endswith(".tmp") for name in left)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["missing.jpg"], ExitCode.INPUT, "missing.jpg"),
        (["{empty}"], ExitCode.INPUT, "no image or video"),
        (["{media}", "-f", "xml"], ExitCode.USAGE, "json, jsonl, csv, coco"),
        (["{media}", "-o", "-", "--overlay"], ExitCode.USAGE, "-o -"),
        (["{media}", "-o", "-", "-f", "csv"], ExitCode.USAGE, "JSONL"),
        (["{media}", "-o", "{media}/a9.png"], ExitCode.OUTPUT, "a9.png"),
        (["{media}", "--start", "5", "--end", "4"], ExitCode.USAGE, "after --start"),
        (["{media}", "--min-score", "2"], ExitCode.USAGE, "0<=x<=1"),
        (["{media}", "--input-size", "100"], ExitCode.USAGE, "multiple of 32"),
        ([], ExitCode.USAGE, "INPUT"),
    ],
)
def test_what_cannot_work_says_so(
    annotate: Annotate, media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: ExitCode, message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    filled = [each.format(media=media, empty=tmp_path / "empty") for each in arguments]
    assert annotate(*filled) == code
    assert message in capfd.readouterr().err


@pytest.mark.parametrize("place", ["journal.jsonl", "run.json", "coco.json", ".movenet/lock"])
def test_a_folder_in_the_place_of_a_file_of_the_run(
    annotate: Annotate, media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "out" / place / "mine").mkdir(parents=True)
    code = annotate(media, "-o", tmp_path / "out", "-f", "coco", "--progress", "none")
    assert code == ExitCode.OUTPUT
    (line,) = capfd.readouterr().err.splitlines()
    assert Path(place).parts[0] in line or "out" in line
    assert "rename the input" not in line
    assert "--output" in line


@pytest.mark.parametrize("place", ["keypoints", "overlay", ".movenet/coco"])
def test_a_file_in_the_place_of_a_folder_of_the_run(
    annotate: Annotate, media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], place: str
) -> None:
    path = tmp_path / "out" / place
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    code = annotate(media, "-o", tmp_path / "out", "-f", "json,coco", "--overlay", "--progress", "none")
    assert code == ExitCode.OUTPUT
    (line,) = capfd.readouterr().err.splitlines()
    assert place in line
    assert path.read_text() == "mine"


def test_an_input_folder_named_as_another_inputs_results(annotate: Annotate, tmp_path: Path) -> None:
    write_image(tmp_path / "in" / "a.jpg")
    write_image(tmp_path / "in" / "a.jpg.json" / "b.jpg")
    write_image(tmp_path / "in" / "c.jpg")
    out = tmp_path / "out"
    assert annotate(tmp_path / "in" / "a.jpg", "-o", out) == ExitCode.OK
    assert annotate(tmp_path / "in", "-o", out) == ExitCode.PARTIAL
    facts = _document(out / "run.json")
    assert (facts["inputs"]["kept"], facts["inputs"]["done"], facts["inputs"]["failed"]) == (1, 1, 1)
    (failure,) = facts["failures"]
    assert failure["source"] == "a.jpg.json/b.jpg"
    assert "cannot have this name" in failure["reason"]


def test_one_missing_path_does_not_stop_the_others(annotate: Annotate, media: Path, tmp_path: Path) -> None:
    assert annotate(media / "a9.png", tmp_path / "nope.jpg", "-o", tmp_path / "out") == ExitCode.PARTIAL
    assert (tmp_path / "out/keypoints/a9.png.json").is_file()
    (failure,) = _document(tmp_path / "out/run.json")["failures"]
    assert failure["source"].endswith("nope.jpg")


def test_a_file_that_is_no_model(media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fake = tmp_path / "fake.tflite"
    fake.write_bytes(b"no model at all" * 100)
    assert run(["annotate", str(media), "-m", str(fake), "-o", str(tmp_path / "out")]) == ExitCode.MODEL
    assert "fake" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_fail_fast_stops_at_the_first_failure(annotate: Annotate, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "0.jpg").write_text("broken")
    for index in range(1, 30):
        write_image(folder / f"{index}.jpg")
    assert annotate(folder, "-o", tmp_path / "out", "--fail-fast", "-j", "1") == ExitCode.PARTIAL
    facts = _document(tmp_path / "out/run.json")
    assert facts["complete"] is False
    assert facts["inputs"]["total"] == 30
    assert facts["inputs"]["failed"] + facts["inputs"]["done"] < 30


def test_paths_from_standard_input(a_model: Path, media: Path, tmp_path: Path) -> None:
    for separator, flags in ((b"\n", ["-"]), (b"\0", ["-", "-0"])):
        out = tmp_path / f"out{len(flags)}"
        paths = separator.join(os.fsencode(media / name) for name in ("a9.png", "a10.jpg"))
        command = [
            sys.executable,
            "-m",
            "movenet_cli",
            "annotate",
            *flags,
            "-m",
            str(a_model),
            "-o",
            str(out),
        ]
        done = subprocess.run(command, input=paths, capture_output=True, check=False)
        assert done.returncode == ExitCode.OK, done.stderr
        assert sorted(path.name for path in (out / "keypoints").iterdir()) == ["a10.jpg.json", "a9.png.json"]
        assert done.stdout == b""


def test_a_pipe_closed_between_images(a_model: Path, tmp_path: Path) -> None:
    for index in range(60):
        write_image(tmp_path / "many" / f"{index}.jpg")
    command = [sys.executable, "-m", "movenet_cli", "annotate", str(tmp_path / "many"), "-m", str(a_model)]
    with subprocess.Popen([*command, "-o", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        message = process.stderr.read().decode()
        assert process.wait(30) == ExitCode.OUTPUT
    assert message == "movenet: the reader of the results has gone\n"


def test_a_dataset_of_inputs_that_were_done_without_it(
    annotate: Annotate, media: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    annotate(media, "-o", out)
    (media / "a9.png").write_text("broken now")
    assert annotate(media, "-o", out, "-f", "json,coco") == ExitCode.PARTIAL
    names = [image["file_name"] for image in _document(out / "coco.json")["images"]]
    assert names == ["a10.jpg", *(f"clips/v.mp4#{index:06}" for index in range(6))]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OutputError("cannot write coco.json: No space left on device"), ExitCode.OUTPUT),
        (InputError("cannot read a part"), ExitCode.INPUT),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
    ],
    ids=["full", "broken", "interrupt"],
)
def test_a_dataset_that_cannot_be_made_is_no_complete_run(
    annotate: Annotate, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str], error: BaseException, code: ExitCode,
) -> None:  # fmt: skip
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(dataset, "combine", fail)
    assert annotate(media, "-o", tmp_path / "out", "-f", "coco", "-q", "--progress", "none") == code
    facts = _document(tmp_path / "out/run.json")
    assert (facts["complete"], facts["exit_code"]) == (False, code)
    assert facts["inputs"]["done"] == 3
    assert len(capfd.readouterr().err.splitlines()) == 1
    monkeypatch.undo()
    assert annotate(media, "-o", tmp_path / "out", "-f", "coco", "-q") == ExitCode.OK
    assert _document(tmp_path / "out/run.json")["inputs"]["kept"] == 3
    assert (tmp_path / "out/coco.json").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("place", ["journal.jsonl", "coco.json", "run.json", "a9.png", "a9.png.json"])
def test_a_disk_that_is_full_wherever_it_is_noticed(
    annotate: Annotate, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str], place: str,
) -> None:  # fmt: skip
    close, open_path, calls = AtomicFile.close, Path.open, iter(range(9))

    def close_or_full(self: AtomicFile) -> None:
        if self.path.name == place and (place != "run.json" or next(calls)):
            self.stream.close()
            self.stream = open_path(Path("/dev/full"), "wb")
            self.write("one byte more")
        close(self)

    def open_or_full(self: Path, mode: str = "r", *more: Any, **options: Any) -> Any:
        is_full = self.name == place == "journal.jsonl" and mode == "ab"
        return open_path(Path("/dev/full") if is_full else self, mode, *more, **options)

    monkeypatch.setattr(AtomicFile, "close", close_or_full)
    monkeypatch.setattr(Path, "open", open_or_full)
    options = ("-o", tmp_path / "out", "-f", "json,coco", "--overlay", "-q", "--progress", "none")
    assert annotate(media, *options) == ExitCode.OUTPUT
    (line,) = capfd.readouterr().err.splitlines()
    assert place in line
    assert "No space left on device; free some space and run the same command again" in line
    if place != "journal.jsonl":  # which is written first
        assert _document(tmp_path / "out/run.json")["complete"] is False
    assert not list((tmp_path / "out").rglob("*.tmp"))
    monkeypatch.undo()
    assert annotate(media, *options) == ExitCode.OK
    assert run(["validate", str(tmp_path / "out")]) == ExitCode.OK


@pytest.fixture
def plain_folder(annotate: Annotate, a_model: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder of an unprivileged user, who this process is meanwhile: root may read and write everything."""
    annotate(write_image(tmp_path / "a.jpg"), "-o", tmp_path / "out")  # whoever it is then may not import
    with tempfile.TemporaryDirectory() as folder:
        is_root = os.name != "nt" and os.geteuid() == 0
        if is_root:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            if not os.access(a_model, os.R_OK, effective_ids=is_root):
                pytest.skip("the model lies where an unprivileged user cannot read it")
            yield Path(folder)
        finally:
            if is_root:
                os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="no such permissions on Windows")
def test_an_input_without_permission_is_one_failure(annotate: Annotate, plain_folder: Path) -> None:
    write_image(plain_folder / "in" / "a.jpg")
    write_image(plain_folder / "in" / "b.jpg").chmod(0)
    assert annotate(plain_folder / "in", "-o", plain_folder / "out") == ExitCode.PARTIAL
    facts = _document(plain_folder / "out/run.json")
    assert facts["inputs"]["done"] == 1
    (failure,) = facts["failures"]
    assert failure["source"] == "b.jpg"
    assert "Permission denied" in failure["reason"]


@pytest.mark.skipif(os.name == "nt", reason="no such permissions on Windows")
@pytest.mark.parametrize("locked", [".", "out", "out/keypoints"])
def test_a_results_folder_without_permission_ends_the_run(
    annotate: Annotate, plain_folder: Path, capfd: pytest.CaptureFixture[str], locked: str
) -> None:
    write_image(plain_folder / "in" / "a.jpg")
    (plain_folder / locked).mkdir(parents=True, exist_ok=True)
    (plain_folder / locked).chmod(0o500)
    options = ("-o", plain_folder / "out", "-q", "--progress", "none")
    assert annotate(plain_folder / "in", *options) == ExitCode.OUTPUT
    (line,) = capfd.readouterr().err.splitlines()
    assert "Permission denied; choose a folder that you may write to with --output" in line


def test_a_closed_pipe_ends_the_run_with_one_line(a_model: Path, tmp_path: Path) -> None:
    video = write_video(tmp_path / "long.mp4", 200)
    command = [sys.executable, "-m", "movenet_cli", "annotate", str(video), "-m", str(a_model), "-o", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        message = process.stderr.read().decode()
        assert process.wait(30) == ExitCode.OUTPUT
    assert "Traceback" not in message
    assert len(message.strip().splitlines()) == 1


@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_leaves_complete_files_only(a_model: Path, tmp_path: Path, signal_name: str) -> None:
    import signal  # noqa: PLC0415

    folder = tmp_path / "many"
    images = [gradient(seed=seed) for seed in range(7)]
    write_video(folder / "long.mp4", images * 130)
    write_image(folder / "0.jpg")
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "movenet_cli",
        "annotate",
        str(folder),
        "-m",
        str(a_model),
        "-o",
        str(out),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        while not list(out.glob("keypoints/*.json")) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(getattr(signal, signal_name))
        _, message = process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "run the same command again" in message
    assert "Traceback" not in message
    assert not list(out.rglob("*.tmp"))
    for path in out.glob("keypoints/*.json"):
        json.loads(path.read_text())
    facts = _document(out / "run.json")
    assert facts["complete"] is False
    assert facts["exit_code"] == ExitCode.INTERRUPTED


def test_two_runs_into_one_folder_at_once(a_model: Path, media: Path, tmp_path: Path) -> None:
    from movenet_cli.output.folder.lock import locked  # noqa: PLC0415

    with locked(tmp_path / "out"):
        command = [sys.executable, "-m", "movenet_cli", "annotate", str(media), "-m", str(a_model)]
        done = subprocess.run(
            [*command, "-o", str(tmp_path / "out")], capture_output=True, text=True, check=False
        )
    assert done.returncode == ExitCode.OUTPUT
    assert "another run" in done.stderr
