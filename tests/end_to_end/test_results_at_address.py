"""Results in an object store: the same bytes as on a disk, also after kills, refusals, two runs at once."""

import json
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import movenet_cli as movenet
from movenet_cli.cli.main import run
from movenet_cli.core.results import InputOutcome
from movenet_cli.core.shard import Shard
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import ExitCode, OutputError
from movenet_cli.io.storage import lease, object_log, object_storage, request_retries
from movenet_cli.io.storage.object_storage import ObjectStorage
from movenet_cli.media.video import cuts
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.records import RunFile, StartedInput
from movenet_cli.run import batch
from movenet_cli.run.shards import inputs as shard_inputs
from tests.media.clips import write_clip
from tests.support.media import gradient, write_image, write_video
from tests.support.object_store import Server, environment, faulty_s3_server

OUT = "s3://bkt/results"
FORMATS = ("-f", "json,csv,coco")
NAMES = ("a.jpg", "b.jpg", "c.jpg", "v.mp4")
PUBLISH = "movenet_cli.output.folder.folder_outputs:FolderOutputs.commit"

pytestmark = pytest.mark.usefixtures("store")


def annotate(inputs: Path, out: object, *arguments: object) -> int:
    words = ["annotate", str(inputs), "-o", str(out), "-m", "mini", "--progress", "none", "-j", "1", *FORMATS]
    return run([*words, *map(str, arguments)])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with faulty_s3_server() as server:
        yield server


@pytest.fixture
def store(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The store's files, in an empty bucket `bkt`; nothing is left of a test on this machine."""
    for name, value in environment(server.address).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    server.refuse(0)
    server.deny(None)
    files = pytest.importorskip("s3fs").S3FileSystem(use_listings_cache=False)
    if files.exists("bkt"):
        files.rm("bkt", recursive=True)
    files.mkdir("bkt")
    (tmp_path / "tmp").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path / "here")
    yield files
    assert list((tmp_path / "here").iterdir()) == [], "such as a folder called s3:"
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in")
    for number, name in enumerate(NAMES[:-1]):
        write_image(folder / name, gradient(seed=number))
    write_video(folder / NAMES[-1])
    return folder


@pytest.fixture(scope="module")
def alone(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("alone")
    assert annotate(inputs, out) == ExitCode.OK
    return out


def on_disk(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != ".movenet/lock"}


def in_store(store: Any, folder: str = "bkt/results") -> dict[str, bytes]:
    return {name.removeprefix(f"{folder}/"): store.cat_file(name) for name in store.find(folder)}


def assert_same(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    """All files, but for what is said of the run itself, and the order in which inputs were done."""
    assert found.keys() == expected.keys()
    for name in found.keys() - {"run.json", "journal.jsonl"}:
        assert found[name] == expected[name], name
    assert finished(found["journal.jsonl"]) == finished(expected["journal.jsonl"])


def finished(journal: bytes) -> list[dict[str, Any]]:
    """The inputs, each of them once."""
    records = [json.loads(line) for line in journal.splitlines()]
    entries = {record["name"]: record for record in records if "name" in record}
    return [entries[name] for name in sorted(entries)]


def account(store: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(store.cat_file("bkt/results/run.json"))
    return document


def start(inputs: Path, place: str, mark: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.support.paused", place, str(mark), "annotate", str(inputs)]
    command += ["-o", OUT, "-m", "mini", "--progress", "none", "-j", "1", *FORMATS, *arguments]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE)


def wait_for(condition: Callable[[], object], what: str) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"{what} did not come")


def test_results_are_those_on_a_disk_and_are_kept(
    inputs: Path, tmp_path: Path, store: Any, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    local = tmp_path / "out"
    assert annotate(inputs, local, "--overlay") == annotate(inputs, OUT, "--overlay") == ExitCode.OK
    results = in_store(store)
    assert_same(results, on_disk(local))
    assert "results in s3://bkt/results" in capsys.readouterr().err
    server.requests.clear()
    assert annotate(inputs, OUT, "--overlay") == ExitCode.OK
    count = len(server.requests)
    assert account(store)["inputs"]["kept"] == len(NAMES)
    assert_same(in_store(store), results)
    asked = [request for request in server.requests[:count] if "/keypoints/" in request]
    assert asked == [], "the listing tells, and no request for each input"
    assert count < 100


def test_what_a_run_refuses_on_a_disk_it_refuses_here(
    inputs: Path, store: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    store.pipe("bkt/results/keypoints/a.jpg.json", b"mine")
    assert annotate(inputs, OUT) == ExitCode.OUTPUT
    assert "s3://bkt/results/keypoints/a.jpg.json: in the way, and not made by movenet" in (
        capsys.readouterr().err
    )
    assert in_store(store) == {"keypoints/a.jpg.json": b"mine"}
    store.rm("bkt/results/keypoints/a.jpg.json")
    assert annotate(inputs, OUT, "--dry-run") == ExitCode.OK
    assert in_store(store) == {}
    assert annotate(inputs, OUT) == ExitCode.OK
    before = in_store(store)
    assert annotate(inputs, OUT, "--min-score", "0.5") == ExitCode.USAGE
    assert "min_score 0.3, now 0.5" in capsys.readouterr().err
    assert in_store(store) == before
    store.pipe("bkt/results/keypoints/a.jpg.csv", b"corrected")
    assert annotate(inputs, OUT) == ExitCode.OK
    after = in_store(store)
    assert after.pop("keypoints/a.jpg.csv.bak") == b"corrected"
    assert_same(after, before)


@pytest.mark.parametrize("out", ["https://host/a", "memory://a", "s3://bkt/a::file:///tmp", "s3:/bkt/a"])
def test_no_results_elsewhere(inputs: Path, out: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert annotate(inputs, out) == ExitCode.USAGE
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_file_address_is_a_folder(inputs: Path, alone: Path, tmp_path: Path) -> None:
    assert annotate(inputs, (tmp_path / "of the disk").as_uri()) == ExitCode.OK
    assert_same(on_disk(tmp_path / "of the disk"), on_disk(alone))


def test_a_store_that_cannot_be_written_is_one_line(
    inputs: Path,
    store: Any,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def told(out: str = OUT) -> str:
        assert annotate(inputs, out) == ExitCode.OUTPUT
        (line,) = capsys.readouterr().err.splitlines()
        assert "topsecret" not in line
        return str(line)

    assert "there is no such bucket" in told("s3://none/results")
    assert "cannot write s3://bkt/results/" in told("s3://key:topsecret@bkt/results")
    server.deny(lambda request: request.startswith("PUT"))
    assert "access is denied" in told()
    server.deny(None)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    type(store).clear_instance_cache()
    assert "there are no credentials for it" in told()
    type(store).clear_instance_cache()


def test_killed_in_the_middle_and_started_again(
    inputs: Path, alone: Path, store: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = start(inputs, f"{PUBLISH}:3:60", tmp_path / "mark")
    wait_for((tmp_path / "mark").exists, "the third input")
    journal = "bkt/results/journal.jsonl"
    wait_for(lambda: b'"state": "done"' in store.cat_file(journal), "an entry, which is not waited for")
    before = in_store(store)
    found = sorted(name.rpartition(".")[0] for name in before if "keypoints" in name)
    assert found[::2] == found[1::2], "of each input two formats"
    assert 2 <= len(found[::2]) < len(NAMES)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert annotate(inputs, OUT) == ExitCode.OK
    assert "has ended without a word" in capsys.readouterr().err
    counts = account(store)["inputs"]
    assert counts["done"] + counts["kept"] == len(NAMES)
    assert counts["done"] > 0 < counts["kept"]
    assert_same(in_store(store), on_disk(alone))
    assert run(["validate", OUT]) == ExitCode.OK


class Blocking:
    """Events that hold a run at its first input."""

    def __init__(self) -> None:
        self.began, self.go_on = threading.Event(), threading.Event()

    def input_started(self, name: str) -> None:
        self.began.set()
        assert self.go_on.wait(60)

    def frame_done(self, name: str, result: FrameResult) -> None:
        """Nothing."""

    def input_done(self, outcome: InputOutcome) -> None:
        """Nothing."""


@pytest.fixture
def quick_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("RENEWAL", 0.3), ("EXPIRY", 3.0), ("SETTLING", 0.1), ("_INTERVAL", 0.1)):
        monkeypatch.setattr(lease, name, value)


def in_thread(inputs: Path, events: Blocking, ended: list[object]) -> threading.Thread:
    """A run that waits at its first input; what has come of it is appended."""

    def work() -> None:
        try:
            with movenet.Annotator("mini", jobs=1) as annotator:
                ended.append(annotator.run(inputs, OUT, formats="json,csv,coco", events=events).exit_code)
        except OutputError as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert events.began.wait(60)
    return thread


@pytest.mark.usefixtures("quick_leases")
def test_the_second_of_two_runs_ends(
    inputs: Path, alone: Path, store: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    events, ended = Blocking(), list[object]()
    first = in_thread(inputs, events, ended)
    try:
        assert annotate(inputs, OUT) == ExitCode.OUTPUT
        assert "another run is writing to s3://bkt/results" in capsys.readouterr().err
        assert annotate(inputs, OUT, "--shard", "1/2") == ExitCode.OUTPUT
    finally:
        events.go_on.set()
        first.join()
    assert ended == [ExitCode.OK]
    assert_same(in_store(store), on_disk(alone))


@pytest.mark.usefixtures("quick_leases")
def test_a_run_whose_lease_is_taken_over_stops(inputs: Path, store: Any) -> None:
    events, ended = Blocking(), list[object]()
    first = in_thread(inputs, events, ended)
    lock, another = "bkt/results/.movenet/lock", json.dumps({"owner": "another"}).encode()
    for _ in range(30):
        store.pipe(lock, another)
        time.sleep(0.7)
        if store.cat_file(lock) == another:  # and not written anew at the very moment
            break
    before = in_store(store)
    events.go_on.set()
    first.join()
    assert isinstance(ended[0], OutputError)
    assert "another run has taken over s3://bkt/results" in str(ended[0])
    assert in_store(store) == before


@pytest.mark.usefixtures("quick_leases")
@pytest.mark.parametrize("content", [b'{"owner": "x", "host": "lost-machine", "pid": 1}', b"not ours"])
def test_a_dead_lease_is_taken_over(
    inputs: Path, alone: Path, store: Any, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    store.pipe("bkt/results/.movenet/lock", content)
    assert annotate(inputs, OUT) == ExitCode.OK
    assert "has ended without a word; going on" in capsys.readouterr().err
    assert_same(in_store(store), on_disk(alone))


def test_a_store_that_refuses_for_a_while_is_waited_for(
    inputs: Path, alone: Path, store: Any, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    events, ended = Blocking(), list[object]()
    first = in_thread(inputs, events, ended)
    server.refuse(4)
    events.go_on.set()
    first.join()
    assert ended == [ExitCode.OK]
    assert_same(in_store(store), on_disk(alone))


def test_patience_ends_and_the_same_command_goes_on(
    inputs: Path,
    alone: Path,
    store: Any,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(request_retries, "LIMIT", 1.0)
    server.refuse(60)
    assert annotate(inputs, OUT) == ExitCode.OUTPUT
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "s3://bkt/results refuses" in said[0]
    assert "SlowDown" in said[0]
    assert said[1].endswith("run the same command again to go on when it is there again")
    monkeypatch.setattr(request_retries, "LIMIT", 60.0)
    server.refuse(2)
    assert annotate(inputs, OUT) == ExitCode.OK
    said = capsys.readouterr().err.splitlines()
    assert sum("refuses" in line for line in said) == 1
    assert sum("takes requests again: going on" in line for line in said) == 1
    assert_same(in_store(store), on_disk(alone))


def test_an_interrupt_ends_the_waiting(inputs: Path, store: Any, server: Server, tmp_path: Path) -> None:
    run = start(inputs, f"{PUBLISH}:2:3", tmp_path / "mark")
    wait_for((tmp_path / "mark").exists, "the second input")
    server.refuse(60)
    time.sleep(4)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    _, said = run.communicate()
    assert time.monotonic() - began < 30
    assert b"refuses" in said
    assert run.returncode in (ExitCode.INTERRUPTED, ExitCode.OUTPUT)
    server.refuse(0)
    assert annotate(inputs, OUT) == ExitCode.OK


@pytest.mark.parametrize("passes", [1, 2])
def test_a_long_video_that_shards_share(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passes: int
) -> None:
    monkeypatch.setattr(cuts, "_SHORTEST", 20)
    for module in (batch, shard_inputs):
        monkeypatch.setattr(module, "LONG", 50)
    (tmp_path / "in").mkdir()
    write_clip(tmp_path / "in" / "v.mp4", 60, options={"g": "20", "keyint_min": "20", "sc_threshold": "0"})
    assert annotate(tmp_path / "in", tmp_path / "alone", "--crop", "none") == ExitCode.OK
    for at in range(passes):
        for shard in ("1/2", "2/2"):
            assert annotate(tmp_path / "in", OUT, "--crop", "none", "--shard", shard) == ExitCode.OK
        assert len(store.find("bkt/results/.movenet/segments")) == 3
        assert store.exists("bkt/results/keypoints/v.mp4.json") == (at == 1), "made by the second pass"
    assert run(["merge", OUT]) == ExitCode.OK
    results = in_store(store)
    assert_same(
        {name: data for name, data in results.items() if "/shards/" not in name}, on_disk(tmp_path / "alone")
    )


def test_shards_side_by_side_are_merged(inputs: Path, alone: Path, store: Any, tmp_path: Path) -> None:
    runs = [start(inputs, "none", tmp_path / "no", "--shard", f"{number}/2") for number in (1, 2)]
    assert [each.communicate() and each.returncode for each in runs] == [ExitCode.OK] * 2
    assert run(["validate", OUT]) == ExitCode.INPUT, "not merged"
    assert run(["merge", OUT]) == ExitCode.OK
    results = in_store(store)
    assert_same({name: data for name, data in results.items() if "/shards/" not in name}, on_disk(alone))
    assert run(["validate", OUT]) == ExitCode.OK
    assert annotate(inputs, OUT) == ExitCode.OK
    assert account(store)["inputs"]["kept"] == len(NAMES)


def test_what_a_killed_shard_has_appended_is_taken_in(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_log, "PART_SIZE", 50)
    shard = Shard(1, 1)
    storage = ObjectStorage(OUT)
    with storage.shared_lock(".movenet/lock", protects="results"):
        journal = Journal(storage, shard)
        for number in range(5):
            journal.note([StartedInput(f"{number}.jpg", (), ())])
        journal.sync()  # and is not closed: it is killed
    assert len(in_store(store)) == 3
    storage = ObjectStorage(OUT)
    with storage.lock(".movenet/lock", protects="results"):
        whole = Journal(storage)
        whole.note([RunFile("run.json", None)])
        whole.close()
        assert {each.name for each in whole.all_started()} == {f"{number}.jpg" for number in range(5)}
    assert in_store(store).keys() == {"journal.jsonl"}


def test_commands_that_read_results(
    inputs: Path, store: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert annotate(inputs, OUT) == ExitCode.OK
    before = in_store(store)
    capsys.readouterr()
    assert run(["check", OUT, "--max-failed", "0"]) == ExitCode.OK
    assert run(["select", OUT, "--hard", "1"]) == ExitCode.OK
    assert run(["convert", OUT, "--to", "jsonl", "-o", str(tmp_path / "jsonl")]) == ExitCode.OK
    assert run(["report", OUT, "-o", str(tmp_path / "page.html")]) == ExitCode.OK
    assert (tmp_path / "jsonl/keypoints/a.jpg.jsonl").is_file()
    assert "in s3://bkt/results" in capsys.readouterr().err
    for words in (["convert", OUT, "--to", "jsonl"], ["report", OUT]):
        assert run(words) == ExitCode.USAGE
        assert "name a place on this machine with --output" in capsys.readouterr().err
    assert run(["report", OUT, "-o", "s3://bkt/page.html"]) == ExitCode.USAGE
    assert "this must be on this machine" in capsys.readouterr().err
    store.pipe("bkt/results/keypoints/a.jpg.csv", b"corrected")
    assert run(["validate", OUT]) == ExitCode.INPUT
    said = capsys.readouterr()
    assert "s3://bkt/results/keypoints/a.jpg.csv: " in said.out
    assert "movenet-work" not in said.out + said.err
    store.pipe("bkt/results/keypoints/a.jpg.csv", before["keypoints/a.jpg.csv"])
    assert in_store(store) == before
    assert run(["validate", "s3://bkt/nothing"]) == ExitCode.INPUT
    assert "s3://bkt/nothing" in capsys.readouterr().err


def test_processes(inputs: Path, alone: Path, store: Any) -> None:
    assert annotate(inputs, OUT, "--engine", "processes") == ExitCode.OK
    assert_same(in_store(store), on_disk(alone))


def test_a_worker_elsewhere_hands_its_files_over_in_the_store(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_storage, "own_folder", lambda: tmp_path)
    storage = ObjectStorage(OUT)
    with storage.lock("lock", protects="results"):
        sent = pickle.dumps(storage).replace(b".movenet-work-", b".movenet-lost-")
        worker = pickle.loads(sent)  # noqa: S301 - our own
        place, root = worker.local_place("keypoints/a.json")
        assert root is None
        assert place.parent == tmp_path
        temporary = place.parent / "x.tmp"
        temporary.write_bytes(b"{}")
        staged = worker.stage(temporary, lambda: None)
        assert not temporary.exists()
        assert set(in_store(store)) == {"lock", staged}
        storage.publish(staged, "keypoints/a.json")
        storage.discard([staged])
        assert (storage.size("keypoints/a.json"), set(in_store(store))) == (2, {"lock", "keypoints/a.json"})
