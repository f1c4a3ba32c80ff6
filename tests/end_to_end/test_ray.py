"""Runs on a Ray cluster of two nodes on this machine; their results are those of a run without one."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode, ModelError
from movenet_cli.run.loading import load_named
from movenet_cli.run.workers.worker_process import Setup, load_models
from movenet_cli.settings import Settings
from tests.conftest import PROJECT
from tests.media.clips import write_long_clip
from tests.support.cluster import Cluster
from tests.support.hub import Answer, Hub
from tests.support.media import gradient, write_image
from tests.support.object_store import environment, s3_server

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed (extra `ray`)")


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A folder for temporary files for each node, and one for the run."""
    return [tmp_path_factory.mktemp(name) for name in ("head", "node", "run")]


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    """An object store; the variables by which it is found."""
    with s3_server() as address:
        yield environment(address)


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, temporary: list[Path], store: dict[str, str]
) -> Iterator[Cluster]:
    head, node, _ = map(str, temporary)
    nodes = Cluster(tmp_path_factory.mktemp("cluster"), TMPDIR=head, **store)
    try:
        nodes.add(TMPDIR=node, **store)
        yield nodes
    finally:
        nodes.close()


def _words(inputs: object, out: object, *options: object) -> list[str]:
    return ["annotate", str(inputs), "-o", str(out), "-m", "mini", "--progress", "none", "-f", "json,coco",
            *map(str, options)]  # fmt: skip


def _start(cluster: Cluster, inputs: object, out: object, *options: object) -> "subprocess.Popen[str]":
    ray = ("--engine", "ray", "--ray-address", cluster.address, *options)
    command = [sys.executable, "-m", "movenet_cli", *_words(inputs, out, *ray)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _results(out: Path) -> dict[str, bytes]:
    files = [*(out / "keypoints").rglob("*"), out / "coco.json"]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files if path.is_file()}


def _wait_for_documents(out: Path, count: int, process: "subprocess.Popen[str]") -> None:
    for _ in range(1200):
        if len(list((out / "keypoints").rglob("*.json"))) >= count:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    pytest.fail(f"there were never {count} documents")


@needs_ray
def test_each_machine_copies_what_it_works_on(
    cluster: Cluster, temporary: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(temporary[-1]))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    paths = [write_image(tmp_path / "in" / f"{index}.jpg", gradient(seed=index)) for index in range(6)]
    paths.append(write_long_clip(tmp_path / "in" / "z.mp4"))
    with Hub() as hub:
        query = "?X-Amz-Signature=topsecret"
        hub.answers = {f"/{path.name}{query}": [Answer(body=path.read_bytes())] for path in paths}
        gone, *others = [f"{hub.url}/{name}{query}" for name in ("gone.jpg", *(path.name for path in paths))]
        running = _start(cluster, gone, tmp_path / "out", *others)
        shown = running.communicate(timeout=300)
        assert running.returncode == ExitCode.PARTIAL, shown
        times = [hub.requests.count(f"/{path.name}{query}") for path in paths]
    assert times[:-1] == [1] * 6
    assert times[-1] in (1, 2)  # once on each machine that has done a segment of it
    assert run(_words(tmp_path / "in", tmp_path / "alone")) == ExitCode.OK
    assert _results(tmp_path / "out") == _results(tmp_path / "alone")
    assert not [path for folder in temporary for path in folder.glob(".movenet-*")]
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not any(b"topsecret" in path.read_bytes() for path in written)
    assert "topsecret" not in "".join(shown)
    assert not cluster.logs_with("topsecret")


@needs_ray
def test_nothing_is_shared_but_an_object_store(
    cluster: Cluster,
    temporary: list[Path],
    store: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**store, "TMPDIR": str(temporary[-1])}.items():
        monkeypatch.setenv(name, value)
    for index in range(4):
        write_image(tmp_path / "in" / f"{index}.jpg", gradient(seed=index))
    write_long_clip(tmp_path / "in" / "z.mp4")
    files = pytest.importorskip("s3fs").S3FileSystem(use_listings_cache=False)
    files.mkdir("bkt")
    files.put(str(tmp_path / "in"), "bkt/in", recursive=True)
    running = _start(cluster, "s3://bkt/in", "s3://bkt/out")
    shown = running.communicate(timeout=300)
    assert running.returncode == ExitCode.OK, shown
    files.get("bkt/out/", str(tmp_path / "out"), recursive=True)
    assert run(_words(tmp_path / "in", tmp_path / "alone")) == ExitCode.OK
    assert _results(tmp_path / "out") == _results(tmp_path / "alone")
    assert not list((tmp_path / "out" / ".movenet").rglob("*-0"))  # segments
    assert not [path for folder in temporary for path in folder.glob(".movenet-*")]


@needs_ray
def test_a_node_is_lost_in_the_middle(cluster: Cluster, tmp_path: Path) -> None:
    for index in range(24):
        write_image(tmp_path / "in" / f"slow{index}.jpg", gradient(seed=index))
    write_long_clip(tmp_path / "in" / "z.mp4")
    running = _start(cluster, tmp_path / "in", tmp_path / "out")
    _wait_for_documents(tmp_path / "out", 6, running)
    cluster.kill_last()
    shown = running.communicate(timeout=300)
    assert (running.returncode, shown[0]) == (ExitCode.OK, ""), shown
    assert run(_words(tmp_path / "in", tmp_path / "alone")) == ExitCode.OK
    assert _results(tmp_path / "out") == _results(tmp_path / "alone")
    assert run(["validate", str(tmp_path / "out")]) == ExitCode.OK
    assert not list((tmp_path / "out").rglob(".movenet-*.tmp"))


@needs_ray
def test_what_kills_its_worker_or_hangs_fails_alone(cluster: Cluster, tmp_path: Path) -> None:
    for name in ("a.jpg", "hangs.jpg", "poison.jpg", "z.jpg"):
        write_image(tmp_path / "in" / name)
    running = _start(cluster, tmp_path / "in", tmp_path / "out", "--item-timeout", 6)
    shown = running.communicate(timeout=300)
    assert running.returncode == ExitCode.PARTIAL, shown
    failures = json.loads((tmp_path / "out" / "run.json").read_text())["failures"]
    assert {each["source"]: each["reason"] for each in failures} == {
        "hangs.jpg": "it took longer than 6 seconds (--item-timeout)",
        "poison.jpg": "the worker that worked on it crashed, 2 times",
    }
    assert sorted(_results(tmp_path / "out")) == ["coco.json", "keypoints/a.jpg.json", "keypoints/z.jpg.json"]


@needs_ray
def test_a_machine_without_the_model(cluster: Cluster, a_model: Path, tmp_path: Path) -> None:
    shutil.copy(a_model, tmp_path / "absent.tflite")
    write_image(tmp_path / "in" / "a.jpg")
    running = _start(cluster, tmp_path / "in", tmp_path / "out", "-m", tmp_path / "absent.tflite")
    _, errors = running.communicate(timeout=300)
    assert running.returncode == ExitCode.MODEL
    (line,) = errors.splitlines()
    assert line.startswith("movenet: on the machine ")
    assert "there is no model at" in line


@needs_ray
def test_an_interrupt(cluster: Cluster, tmp_path: Path) -> None:
    for index in range(40):
        write_image(tmp_path / "in" / f"slow{index}.jpg", gradient(seed=index))
    running = _start(cluster, tmp_path / "in", tmp_path / "out")
    _wait_for_documents(tmp_path / "out", 3, running)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=100)
    assert running.returncode == ExitCode.INTERRUPTED
    assert "interrupted; run the same command again" in errors
    assert not list((tmp_path / "out").rglob(".movenet-*.tmp"))
    done = len(list((tmp_path / "out" / "keypoints").rglob("*.json")))
    assert done < 40
    assert json.loads((tmp_path / "out" / "run.json").read_text())["inputs"]["done"] == done


@needs_ray
def test_the_run_itself_is_killed_and_started_again(cluster: Cluster, tmp_path: Path) -> None:
    for index in range(12):
        write_image(tmp_path / "in" / f"slow{index}.jpg", gradient(seed=index))
    running = _start(cluster, tmp_path / "in", tmp_path / "out")
    _wait_for_documents(tmp_path / "out", 3, running)
    running.kill()
    running.communicate()
    again = _start(cluster, tmp_path / "in", tmp_path / "out")
    shown = again.communicate(timeout=300)
    assert again.returncode == ExitCode.OK, shown
    assert json.loads((tmp_path / "out" / "run.json").read_text())["inputs"]["kept"] >= 3
    assert run(_words(tmp_path / "in", tmp_path / "alone")) == ExitCode.OK
    assert _results(tmp_path / "out") == _results(tmp_path / "alone")
    assert not list((tmp_path / "out").rglob(".movenet-*.tmp"))


@needs_ray
def test_a_bad_address(tmp_path: Path) -> None:
    write_image(tmp_path / "in" / "a.jpg")
    words = _words(tmp_path / "in", tmp_path / "out", "--engine", "ray", "--ray-address", "127.0.0.1:1")
    done = subprocess.run(
        [sys.executable, "-m", "movenet_cli", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "no Ray cluster can be joined at 127.0.0.1:1" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_machine_with_another_model() -> None:
    settings = Settings("mini", jobs=1)
    model = load_named(settings, "mini", lambda *_: None)
    load_models(Setup(settings, [model.info])).engine.close()
    other = [replace(model.info, sha256="0" * 64)]
    with pytest.raises(ModelError, match="not the one that the run began with"):
        load_models(Setup(settings, other))


def test_without_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    write_image(tmp_path / "in" / "a.jpg")
    assert run(_words(tmp_path / "in", tmp_path / "out", "--engine", "ray")) == ExitCode.USAGE
    assert capsys.readouterr().err == "movenet: --engine ray needs Ray: pip install 'ray>=2.50,<3'\n"
    assert '"ray>=2.50,<3"' in (PROJECT / "pyproject.toml").read_text()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--ray-address", "head:6379"), "--ray-address would have no effect without --engine ray"),
        (("--engine", "ray", "--ray-address", "ray://head:10001"), "is for remote control of a cluster"),
        (("--engine", "threads", "--item-timeout", "5"), "a thread cannot be stopped"),
        (("--engine", "ray", "-o", "-"), "--engine ray needs a results folder"),
        (("--item-timeout", "5", "-o", "-"), "--item-timeout needs a results folder"),
    ],
)
def test_options_that_do_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    write_image(tmp_path / "in" / "a.jpg")
    words = _words(tmp_path / "in", tmp_path / "out")
    words[words.index("-f") + 1] = "json"
    assert run([*words, *options]) == ExitCode.USAGE
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
