"""`convert`, `validate`, `report` and `doctor` on what `annotate` really wrote."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from movenet_cli.cli import run_annotate
from movenet_cli.cli.main import run
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import ExitCode
from movenet_cli.settings import FORMATS
from tests.conftest import PROJECT
from tests.media.clips import damage, write_clip
from tests.output.formats.examples import pose, video_header, write_results
from tests.support.fakes import BlobModel
from tests.support.media import gradient, write_image, write_video


@pytest.fixture(scope="module")
def annotated(a_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of two images and a video in all formats."""
    folder = tmp_path_factory.mktemp("annotated")
    media, out = folder / "media", folder / "out"
    write_image(media / "a.png", gradient(seed=1))
    shutil.copy(PROJECT / "sample_images/gym.jpg", media / "b.jpg")
    write_video(media / "clips/v.mp4", 4)
    options = ["-m", str(a_model), "-o", str(out), "-f", "json,jsonl,csv,coco", "--overlay"]
    assert run(["annotate", str(media), *options]) == ExitCode.OK
    return out


@pytest.fixture
def results(annotated: Path, tmp_path: Path) -> Path:
    """A copy of them, to do harm to."""
    return shutil.copytree(annotated, tmp_path / "out")


@pytest.mark.parametrize("form", ["jsonl", "csv", "coco"])
def test_convert_gives_the_bytes_of_annotate(results: Path, tmp_path: Path, form: str) -> None:
    other = tmp_path / "other"
    assert run(["convert", str(results), "--to", form, "-o", str(other)]) == ExitCode.OK
    names = (
        ["coco.json"] if form == "coco" else [f"keypoints/{name}.{form}" for name in ("a.png", "clips/v.mp4")]
    )
    for name in names:
        assert (other / name).read_bytes() == (results / name).read_bytes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_conversion_leaves_nothing_half_written(
    tmp_path: Path, number: signal.Signals
) -> None:
    frames = [FrameResult(index, index / 30, "ok", (pose(1),)) for index in range(50)]
    results, mark = tmp_path / "results", tmp_path / "mark"
    write_results(results, ["json"], [(video_header("long.mp4"), frames)])
    before = sorted(path.name for path in results.rglob("*") if path.is_file())
    place = "movenet_cli.output.formats.csv:CsvEncoder.frame:40"
    command = [sys.executable, "-m", "tests.support.paused", place, mark, "convert", results, "--to", "csv"]
    with subprocess.Popen([*map(str, command)], cwd=PROJECT, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not mark.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said.strip()) == (ExitCode.INTERRUPTED, "movenet: interrupted")
    left = sorted(path.name for path in results.rglob("*") if path.is_file())
    assert left == sorted([*before, "lock"])


def test_validate_finds_nothing_in_good_results(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", str(results)]) == ExitCode.OK
    said = capsys.readouterr()
    assert said.out == ""
    assert "no problem found" in said.err


VIDEO = "keypoints/clips/v.mp4.json"
Harm = Callable[[Path], object]


def _edit(name: str, change: Callable[[str], str]) -> Harm:
    def harm(folder: Path) -> None:
        path = folder / name
        before = path.read_text("utf-8")
        assert change(before) != before
        path.write_text(change(before), "utf-8")

    return harm


def _without_record(text: str) -> str:
    """The third frame's record taken out, and the summary made to agree."""
    document = json.loads(text)
    gone = document["frames"].pop(2)
    document["summary"]["frames"] -= 1
    document["summary"][gone["status"]] -= 1
    return json.dumps(document)


def _with_double(text: str) -> str:
    document = json.loads(text)
    document["frames"].insert(2, document["frames"][2])
    document["summary"]["frames"] += 1
    document["summary"][document["frames"][2]["status"]] += 1
    return json.dumps(document)


def _with_a_keypoint_less(text: str) -> str:
    document = json.loads(text)
    del document["frames"][1]["poses"][0]["keypoints"][16]
    return json.dumps(document)


def _digit_changed(text: str) -> str:
    """The last digit of the first score is another one; the file keeps its size."""
    end = re.search(r'"score": 0\.\d+', text)
    assert end is not None
    place = end.end() - 1
    return text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]


def _without_annotations(text: str) -> str:
    """The dataset with all images and nobody in them, in its own layout."""
    return text[: text.index('"annotations": [') + len('"annotations": [')] + "\n]\n}\n"


def _forget(folder: Path, names: Sequence[str]) -> None:
    """Remove inputs with all that is known of them but the account of the run."""
    journal = folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(line for line in lines if json.loads(line).get("name") not in names))
    for name in names:
        for path in [*folder.glob(f"keypoints/{name}.*"), *folder.glob(f".movenet/coco/{name}.coco")]:
            path.unlink()
        (folder / "overlay" / name).unlink()


def _flip_byte(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)


DAMAGE: list[tuple[str, str, Harm]] = [
    ("a document cut short", VIDEO, _edit(VIDEO, lambda text: text[: len(text) // 2])),
    ("a record removed", VIDEO, _edit(VIDEO, _without_record)),
    ("a record twice", VIDEO, _edit(VIDEO, _with_double)),
    ("a wrong summary", VIDEO, _edit(VIDEO, lambda text: text.replace('"frames": 4', '"frames": 5'))),
    ("16 keypoints", VIDEO, _edit(VIDEO, _with_a_keypoint_less)),
    ("a digit of a document", VIDEO, _edit(VIDEO, _digit_changed)),
    ("a digit of JSON lines", "keypoints/a.png.jsonl", _edit("keypoints/a.png.jsonl", _digit_changed)),
    ("a byte of an overlay", "overlay/b.jpg", lambda folder: _flip_byte(folder, "overlay/b.jpg")),
    ("a byte of a video", "overlay/clips/v.mp4", lambda folder: _flip_byte(folder, "overlay/clips/v.mp4")),
    *(
        (f"{name} deleted", name, lambda folder, name=name: (folder / name).unlink())
        for name in (
            *(VIDEO, "keypoints/a.png.csv", "overlay/b.jpg", "coco.json", "run.json", "journal.jsonl"),
            ".movenet/coco/a.png.coco",
        )
    ),
    (
        "a document of no input",
        "keypoints/c.png.csv",
        lambda folder: (folder / "keypoints/a.png.csv").rename(folder / "keypoints/c.png.csv"),
    ),
    (
        "a dataset of other images",
        "coco.json",
        _edit("coco.json", lambda text: text.replace('"file_name": "b.jpg"', '"file_name": "c.jpg"')),
    ),
    ("a dataset without people", "coco.json", _edit("coco.json", _without_annotations)),
    ("a digit of the dataset", "coco.json", _edit("coco.json", _digit_changed)),
    ("an input forgotten", "journal.jsonl", lambda folder: _forget(folder, ["b.jpg"])),
    ("all forgotten", "journal.jsonl", lambda folder: _forget(folder, ["a.png", "b.jpg", "clips/v.mp4"])),
    (
        "a dataset of another status",
        "coco.json",
        _edit("coco.json", lambda text: text.replace('"status": "empty"', '"status": "failed"', 1)),
    ),
]


@pytest.mark.parametrize(("name", "harm"), [pytest.param(*each[1:], id=each[0]) for each in DAMAGE])
def test_validate_names_the_damaged_file(
    results: Path, capsys: pytest.CaptureFixture[str], name: str, harm: Harm
) -> None:
    harm(results)
    assert run(["validate", str(results)]) == ExitCode.INPUT
    said = capsys.readouterr()
    assert any(line.startswith(f"{results / name}: ") for line in said.out.splitlines())
    assert "found in" in said.err


@pytest.mark.parametrize("keep_journal", [True, False])
def test_without_the_journal_the_records_still_tell(results: Path, keep_journal: bool) -> None:
    """A record taken out of every format alike is missed by its number, also where nobody kept a hash."""
    if not keep_journal:
        for name in ("journal.jsonl", "run.json", "coco.json"):
            (results / name).unlink()
    assert run(["validate", str(results)]) == ExitCode.OK
    (results / "keypoints/clips/v.mp4.jsonl").unlink()
    (results / "keypoints/clips/v.mp4.csv").unlink()
    _edit(VIDEO, _without_record)(results)
    assert run(["validate", str(results)]) == ExitCode.INPUT


def test_a_dataset_of_another_run_is_found(
    results: Path, a_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    write_image(tmp_path / "elsewhere" / "x.png", gradient(seed=3))
    options = ["-m", str(a_model), "-o", str(other), "-f", "coco"]
    assert run(["annotate", str(tmp_path / "elsewhere"), *options]) == ExitCode.OK
    (other / "coco.json").replace(results / "coco.json")
    assert run(["validate", str(results)]) == ExitCode.INPUT
    assert "'x.png'" in capsys.readouterr().out


OPTIONS = [
    "-f jsonl",
    "-f csv",
    "-f coco",
    "-f json,jsonl,csv,coco --overlay",
    "--stride 3 --start 4f --end 11f",
    "--fps 4 --stride 2 --start 0.5",
    "--start 0.35 --end 1.2",
    "--stride 2 --start 3f --max-frames 2",
    "--smooth",
    "--crop none",
    "--crop refine",
    "--min-score 0 --overlay -f json,csv,coco",
    "--min-score 1",
]


@pytest.fixture(scope="module")
def mixed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two images, a whole video, one with frames that cannot be decoded, and something that is no image."""
    media = tmp_path_factory.mktemp("mixed") / "media"
    write_image(media / "a.png", gradient(seed=1))
    write_image(media / "b#000001.jpg", gradient(seed=2))
    (media / "broken.jpg").write_text("no image")
    write_video(media / "clips/v.mp4", 15)
    damage(write_clip(media / "clips/lossy.mp4", 20, options={"bf": "0"}), [5, 6])
    return media


@pytest.fixture
def mixed(mixed_once: Path, tmp_path: Path) -> Path:
    """A copy of them."""
    return shutil.copytree(mixed_once, tmp_path / "media")


def _check_annotated(media: Path, out: Path, options: Sequence[str]) -> None:
    """Annotate, validate and convert each way that there is; all of it as it must be."""
    assert run(["annotate", str(media), "-o", str(out), *options]) == ExitCode.PARTIAL
    assert run(["validate", str(out)]) == ExitCode.OK
    if not list(out.glob("keypoints/*.json*")):
        return
    for form in FORMATS:
        to = out.with_name(f"to-{form}")
        assert run(["convert", str(out), "--to", form, "-o", str(to)]) == ExitCode.OK
        assert run(["validate", str(to)]) == ExitCode.OK
        assert run(["convert", str(out), "--to", form]) == ExitCode.OK
    assert run(["validate", str(out)]) == ExitCode.OK
    assert run(["report", str(out)]) == ExitCode.OK


@pytest.mark.parametrize("options", OPTIONS)
def test_whatever_annotate_writes_is_in_order(
    a_model: Path, mixed: Path, tmp_path: Path, options: str
) -> None:
    _check_annotated(mixed, tmp_path / "out", ["-m", str(a_model), *options.split()])


@pytest.mark.parametrize(
    "options", ["", "--no-track", "--smooth", "--refine-with single", "--refine-with single --smooth --fps 5"]
)
def test_what_a_multi_pose_model_finds_is_in_order(
    monkeypatch: pytest.MonkeyPatch, mixed: Path, tmp_path: Path, options: str
) -> None:
    models = {"multi": BlobModel("multi", None), "single": BlobModel("single")}
    monkeypatch.setattr(run_annotate, "load_named", lambda settings, name, progress: models[name])
    formats = ["-f", "json,jsonl,csv,coco"]
    _check_annotated(mixed, tmp_path / "out", ["-m", "multi", *formats, *options.split()])
    document = json.loads((tmp_path / "out/keypoints/clips/v.mp4.json").read_text())
    assert document["summary"]["ok"]
    assert ("refine_with" in document["options"]) == ("refine" in options)


def test_runs_one_after_the_other_stay_in_order(a_model: Path, mixed: Path, tmp_path: Path) -> None:
    """Other formats, other inputs, other options, a changed and a broken input: each time all is well."""
    out = tmp_path / "out"
    everything = ["-f", "json,csv,coco", "--overlay"]
    steps: list[tuple[Path, list[str]]] = [
        (mixed, ["-f", "json"]),
        (mixed, everything),
        (mixed / "clips", ["-f", "json,coco"]),
        (mixed, [*everything, "--stride", "2"]),
        (mixed, ["-f", "json", "--stride", "3"]),
        (mixed, ["-f", "csv", "--overwrite"]),
    ]
    for media, options in steps:
        run(["annotate", str(media), "-o", str(out), "-m", str(a_model), *options])
        assert run(["validate", str(out)]) == ExitCode.OK, options
    write_image(mixed / "a.png", gradient(seed=7))
    (mixed / "clips/v.mp4").write_bytes(b"no video any more")
    for options in (everything, ["-f", "json"]):
        run(["annotate", str(mixed), "-o", str(out), "-m", str(a_model), *options])
        assert run(["validate", str(out)]) == ExitCode.OK, options


@pytest.mark.parametrize("command", [["validate"], ["convert", "--to", "csv"], ["report"]])
def test_a_folder_without_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert run([*command, str(tmp_path)]) == ExitCode.INPUT
    assert str(tmp_path) in capsys.readouterr().err


def test_the_last_run_is_not_all_that_a_report_tells(a_model: Path, results: Path, tmp_path: Path) -> None:
    """A run whose every input failed, into a folder with older results."""
    broken = tmp_path / "broken.jpg"
    broken.write_text("no image")
    assert run(["annotate", str(broken), "-m", str(a_model), "-o", str(results)]) == ExitCode.INPUT
    assert run(["report", str(results)]) == ExitCode.OK
    page = (results / "report.html").read_text("utf-8")
    assert "<b>3</b><span>inputs with results</span>" in page
    assert '"name":"broken.jpg"' in page


def test_coco_alone_can_be_looked_at_and_is_said_to_be_no_document(
    a_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    write_image(tmp_path / "media/a.png", gradient(seed=1))
    command = ["annotate", str(tmp_path / "media"), "-m", str(a_model), "-o", str(out), "-f", "coco"]
    assert run(command) == ExitCode.OK
    assert run(["validate", str(out)]) == ExitCode.OK
    assert run(["report", str(out)]) == ExitCode.OK
    assert "<b>1</b><span>input with results</span>" in (out / "report.html").read_text("utf-8")
    capsys.readouterr()
    for form in FORMATS:
        assert run(["convert", str(out), "--to", form]) == ExitCode.INPUT
        said = capsys.readouterr().err
        assert f"{out} has no JSON or JSONL documents" in said
        assert "--format json" in said


COMMANDS = (
    ("convert", "--to", "coco"),
    ("convert", "--to", "table-csv"),
    ("select", "--hard", "5"),
    ("render",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_results_of_nothing_but_failures_are_called_so(
    a_model: Path, tmp_path: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no image")
    out = tmp_path / "out"
    assert run(["annotate", str(tmp_path / "a.jpg"), "-m", str(a_model), "-o", str(out)]) == ExitCode.INPUT
    capsys.readouterr()
    assert run([command[0], str(out), *command[1:]]) == ExitCode.INPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"movenet: {out} has results of no input: see {out}/run.json for the reasons"


def test_honest_failures_are_no_problem_and_are_named(
    a_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no image")
    out = tmp_path / "out"
    assert run(["annotate", str(tmp_path / "a.jpg"), "-m", str(a_model), "-o", str(out)]) == ExitCode.INPUT
    capsys.readouterr()
    assert run(["validate", str(out), "--json"]) == ExitCode.OK
    said = capsys.readouterr()
    assert json.loads(said.out) == {"files": 0, "unread_inputs": 1, "problems": []}
    assert said.err.splitlines() == [
        f"1 input could not be read and left no results: {out}/run.json has the reasons",
        f"0 files checked, no problem found in {out}",
    ]


NOWHERE = (*COMMANDS, ("check", "--max-failed", "0"), ("validate",), ("report",))


@pytest.mark.parametrize("command", NOWHERE, ids=" ".join)
@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_a_folder_that_is_not_there_is_called_so(
    tmp_path: Path, name: str, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"a file")
    place = tmp_path / name
    assert run([command[0], str(place), *command[1:]]) == ExitCode.INPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"movenet: there is no folder {place}: name a results folder of annotate"


@pytest.mark.parametrize(
    "command", [("select", "--hard", "5"), ("check", "--max-failed", "0"), ("validate", "--json")]
)
@pytest.mark.parametrize("redirection", [">/dev/full", "> >(exec true)"], ids=["full", "gone"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_data_that_nobody_gets_is_one_line_and_an_exit_code(
    tmp_path: Path, command: tuple[str, ...], redirection: str
) -> None:
    write_results(tmp_path, ["json"], [(video_header(), [FrameResult(0, 0.0, "ok", (pose(),))])])
    words = [sys.executable, "-m", "movenet_cli", command[0], str(tmp_path), *command[1:]]
    done = subprocess.run(
        ["bash", "-c", f'"$@" {redirection}', "bash", *words],
        check=False, timeout=60, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == ExitCode.OUTPUT, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("movenet: ")
    assert "standard output" in line


def test_a_report_replaces_no_photograph(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"photograph")
    assert run(["report", str(results), "-o", str(photo)]) == ExitCode.OUTPUT
    assert photo.read_bytes() == b"photograph"
    assert f"{photo} exists and is not a report of movenet" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["report"], *(["convert", "--to", form] for form in FORMATS)])
def test_results_are_not_written_to_a_file_called_dash(
    results: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    capsys.readouterr()
    assert run([*command, str(results), "-o", "-"]) == ExitCode.USAGE
    said = capsys.readouterr()
    assert (said.out, sorted(tmp_path.iterdir())) == ("", before)
    assert "-o" in said.err


def test_report_is_one_page_that_loads_nothing(results: Path) -> None:
    assert run(["report", str(results)]) == ExitCode.OK
    page = (results / "report.html").read_text()
    assert "clips/v.mp4" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_doctor_names_what_it_tried(capfd: pytest.CaptureFixture[str]) -> None:
    code = run(["doctor"])
    said = capfd.readouterr().out
    for name in ("program", "inference", "images", "videos", "TensorFlow", "model cache"):
        assert name in said
    assert (code == ExitCode.OK) == ("MISSING" not in said)
