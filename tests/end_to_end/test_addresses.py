"""Inputs at addresses, from the command line: the same results as of files here, and no secret in them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import movenet_cli as movenet
from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from movenet_cli.io import http, shared_folder, web_file
from movenet_cli.output.folder.folder_outputs import FolderOutputs
from movenet_cli.run.segments.long_video import LongVideo
from movenet_cli.run.workers import worker
from tests.media.clips import write_long_clip
from tests.support.hub import Answer, Hub
from tests.support.media import gradient, write_image, write_video
from tests.support.object_store import environment, s3_server

Annotate = Callable[..., int]


@pytest.fixture
def annotate(a_model: Path, tmp_path: Path) -> Annotate:
    def call(*arguments: object) -> int:
        return run(["annotate", *map(str, arguments), "-m", str(a_model), "-o", str(tmp_path / "out")])

    return call


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A server, a client that does not pause, and a folder for temporary files of the test's own."""
    monkeypatch.setattr(http, "RETRY", http.RETRY.new(backoff_factor=0))
    monkeypatch.setattr(web_file, "PAUSE", 0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with Hub() as hub:
        yield hub


def serve(hub: Hub, path: Path, etag: str | None = '"one"') -> str:
    """Offer a file; its address."""
    hub.answers[f"/{path.name}"] = [Answer(body=path.read_bytes(), headers={"ETag": etag})]
    return f"{hub.url}/{path.name}"


def account(out: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / "run.json").read_text())
    return document


def everything_written(out: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file())


@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_results_are_those_of_the_same_files_here(
    annotate: Annotate, hub: Hub, tmp_path: Path, engine: str
) -> None:
    image = write_image(tmp_path / "in" / "a.jpg", gradient(seed=3))
    clip = write_video(tmp_path / "in" / "b.mp4")
    given = ("--overlay", "-f", "json,csv", "--engine", engine, "-j", "2")
    assert annotate(serve(hub, image), serve(hub, clip), *given) == ExitCode.OK
    (tmp_path / "out").rename(tmp_path / "remote")
    assert annotate(tmp_path / "in", "--overlay", "-f", "json,csv") == ExitCode.OK
    for folder in ("keypoints", "overlay"):
        here = {path.name: path.read_bytes() for path in (tmp_path / "out" / folder).iterdir()}
        there = {path.name: path.read_bytes() for path in (tmp_path / "remote" / folder).iterdir()}
        assert here == there
        assert here
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_all_workers_of_a_machine_share_the_copy_of_a_long_video(
    annotate: Annotate, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    written: list[Path] = []
    commit = FolderOutputs.commit

    def look(self: FolderOutputs, file: Any, files: Any) -> None:
        written.extend((tmp_path / "out/.movenet/segments").iterdir())
        commit(self, file, files)

    url = serve(hub, write_long_clip(tmp_path / "in" / "a.mp4"))
    with monkeypatch.context() as patch:
        patch.setattr(FolderOutputs, "commit", look)
        patch.setattr(LongVideo, "remove_results", lambda _: None)
        assert annotate(url, "--engine", engine, "-j", "2") == ExitCode.OK
    assert len(written) == 2
    assert hub.requests == ["/a.mp4"]
    assert list((tmp_path / "tmp").iterdir()) == []
    (tmp_path / "out").rename(tmp_path / "remote")
    assert annotate(tmp_path / "in") == ExitCode.OK
    here, there = (tmp_path / out / "keypoints/a.mp4.json" for out in ("out", "remote"))
    assert here.read_bytes() == there.read_bytes()


def test_a_video_that_changes_between_its_segments_fails(
    annotate: Annotate, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write_long_clip(tmp_path / "in" / "a.mp4").read_bytes()
    hub.answers["/a.mp4"] = [Answer(body=first), Answer(body=first[:-1] + b"x")]
    monkeypatch.setattr(worker, "share_copy", lambda *_: True)  # as if another machine went on
    assert annotate(f"{hub.url}/a.mp4", "-j", "1") == ExitCode.INPUT
    (failure,) = account(tmp_path / "out")["failures"]
    assert failure["reason"] == "it changed while it was read; run the same command again"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_where_copies_cannot_be_shared_a_long_video_is_read_in_one_go(
    annotate: Annotate, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_folder, "has_locks", lambda _: False)
    url = serve(hub, write_long_clip(tmp_path / "in" / "a.mp4"))
    assert annotate(url, "-j", "2") == ExitCode.OK
    assert hub.requests == ["/a.mp4"]
    assert not (tmp_path / "out/.movenet/segments").exists()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_is_up_to_date_is_not_downloaded(
    annotate: Annotate, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = serve(hub, write_image(tmp_path / "a.jpg"))
    assert annotate(url) == ExitCode.OK
    assert annotate(url, "--dry-run") == ExitCode.OK
    assert "keep      a.jpg" in capsys.readouterr().out
    size = (tmp_path / "a.jpg").stat().st_size
    hub.answers["/a.jpg"] = [Answer(headers={"ETag": '"one"', "Content-Length": str(size)}, cut_at=0)]
    assert annotate(url) == ExitCode.OK  # a download would fail
    assert account(tmp_path / "out")["inputs"]["kept"] == 1


def test_without_an_etag_the_content_decides(
    annotate: Annotate, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = serve(hub, write_image(tmp_path / "a.jpg"), etag=None)
    for state in ("done", "kept"):
        assert annotate(url) == ExitCode.OK
        assert account(tmp_path / "out")["inputs"][state] == 1
    assert annotate(url, "--dry-run") == ExitCode.OK
    assert "redo      a.jpg  (the input may have changed)" in capsys.readouterr().out


@pytest.mark.parametrize("etag", ['"two"', None])
def test_what_has_changed_is_redone(annotate: Annotate, hub: Hub, tmp_path: Path, etag: str | None) -> None:
    url = serve(hub, write_image(tmp_path / "a.jpg"))
    assert annotate(url) == ExitCode.OK
    before = (tmp_path / "out/keypoints/a.jpg.json").read_bytes()
    serve(hub, write_image(tmp_path / "a.jpg", gradient(60, 40, seed=9)), etag)
    assert annotate(url) == ExitCode.OK
    assert account(tmp_path / "out")["inputs"]["done"] == 1
    assert (tmp_path / "out/keypoints/a.jpg.json").read_bytes() != before


def test_one_that_cannot_be_had_fails_alone_and_keeps_what_it_had(
    annotate: Annotate, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, other = serve(hub, write_image(tmp_path / "a.jpg")), serve(hub, write_image(tmp_path / "b.jpg"))
    assert annotate(good, other) == ExitCode.OK
    hub.answers["/b.jpg"] = [Answer(404)]
    assert annotate(good, other, f"{hub.url}/c.mp4") == ExitCode.PARTIAL
    assert "movenet: c.mp4: cannot be downloaded: HTTP 404" in capsys.readouterr().err
    failures = {each["source"]: each["reason"] for each in account(tmp_path / "out")["failures"]}
    assert failures.keys() == {"b.jpg", "c.mp4"}
    names = sorted(path.name for path in (tmp_path / "out" / "keypoints").iterdir())
    assert names == ["a.jpg.json", "b.jpg.json"]


def test_a_file_that_is_cut_is_never_taken_for_whole(annotate: Annotate, hub: Hub, tmp_path: Path) -> None:
    clip = write_video(tmp_path / "a.mkv", 60).read_bytes()
    hub.answers["/a.mkv"] = [Answer(body=clip, cut_at=len(clip) // 2)]
    good = serve(hub, write_image(tmp_path / "b.jpg"))
    assert annotate(f"{hub.url}/a.mkv", good) == ExitCode.PARTIAL
    assert [path.name for path in (tmp_path / "out" / "keypoints").iterdir()] == ["b.jpg.json"]
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("verbosity", ["-q", "-v", "-vv"])
def test_no_secret_is_written_or_shown(
    annotate: Annotate, hub: Hub, tmp_path: Path, capfd: pytest.CaptureFixture[str], verbosity: str
) -> None:
    image = write_image(tmp_path / "a.jpg")
    hub.answers["/a.jpg?X-Amz-Signature=topsecret"] = [Answer(500), Answer(body=image.read_bytes())]
    address = hub.url.replace("http://", "http://me:topsecret@")
    inputs = [f"{address}/{name}?X-Amz-Signature=topsecret" for name in ("a.jpg", "gone.mp4")]
    inputs.append("https://me:topsecret@[::1/broken")
    assert annotate(*inputs, verbosity) == ExitCode.PARTIAL
    shown = "".join(capfd.readouterr())
    assert "gone.mp4" in shown
    assert "topsecret" not in shown
    assert b"topsecret" not in everything_written(tmp_path / "out")
    assert annotate(*inputs, "--offline") == ExitCode.USAGE
    assert "topsecret" not in "".join(capfd.readouterr())


def test_a_forgotten_command_shows_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["https://me:topsecret@host/a.mp4?sig=topsecret"]) == ExitCode.USAGE
    shown = capsys.readouterr().err
    assert "did you mean `movenet annotate https://host/a.mp4`?" in shown
    assert "topsecret" not in shown


def test_offline_is_said_before_anything_is_done(
    annotate: Annotate, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = serve(hub, write_image(tmp_path / "a.jpg"))
    assert annotate(url, "--offline") == ExitCode.USAGE
    assert "--offline" in capsys.readouterr().err
    assert hub.requests == []
    assert not (tmp_path / "out").exists()


def test_a_list_of_addresses_comes_by_a_pipe(a_model: Path, hub: Hub, tmp_path: Path) -> None:
    urls = [serve(hub, write_image(tmp_path / name, gradient(seed=1))) for name in ("a.jpg", "b.jpg")]
    done = subprocess.run(
        [sys.executable, "-m", "movenet_cli", "annotate", "-", "-m", str(a_model), "-o", "-", "-q"],
        input="\n".join(urls).encode(),
        capture_output=True,
        check=True,
    )
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["source"] for each in records if each["record"] == "summary"] == ["a.jpg", "b.jpg"]


def test_ctrl_c_during_a_download_leaves_nothing(a_model: Path, hub: Hub, tmp_path: Path) -> None:
    body = write_video(tmp_path / "a.mkv", 60).read_bytes()
    hub.answers["/a.mkv"] = [Answer(body=body, stall_at=len(body) // 2)]
    command = [sys.executable, "-m", "movenet_cli", "annotate", f"{hub.url}/a.mkv", "-m", str(a_model)]
    temporary = tmp_path / "tmp"
    environ = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen([*command, "-o", str(tmp_path / "out"), "-q"], env=environ) as process:
        assert hub.stalled.wait(60)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == ExitCode.INTERRUPTED
    assert list(temporary.iterdir()) == []
    assert not list((tmp_path / "out" / "keypoints").iterdir())


def test_the_copy_of_a_killed_run_is_removed_by_the_next(
    annotate: Annotate, a_model: Path, hub: Hub, tmp_path: Path
) -> None:
    body = write_video(tmp_path / "a.mkv", 60).read_bytes()
    hub.answers["/a.mkv"] = [Answer(body=body, stall_at=len(body) // 2), Answer(body=body)]
    command = [sys.executable, "-m", "movenet_cli", "annotate", f"{hub.url}/a.mkv", "-m", str(a_model)]
    environ = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    with subprocess.Popen([*command, "-o", str(tmp_path / "out"), "-q"], env=environ) as process:
        assert hub.stalled.wait(60)
        process.kill()
    assert list((tmp_path / "tmp").glob(".movenet-work-*/lock"))
    assert annotate(f"{hub.url}/a.mkv") == ExitCode.OK
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_name_of_another_address_is_not_taken_over(
    annotate: Annotate, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = write_image(tmp_path / "in" / "a.jpg")
    assert annotate(image) == ExitCode.OK
    assert annotate(serve(hub, image)) == ExitCode.USAGE
    assert "--output" in capsys.readouterr().err


def test_a_program_annotates_addresses_too(a_model: Path, hub: Hub, tmp_path: Path) -> None:
    url = serve(hub, write_video(tmp_path / "a.mp4"))
    with movenet.Annotator(a_model) as annotator:
        assert annotator.run(url, tmp_path / "out").done == 1
        assert len(list(annotator.video(url))) == 6
    with movenet.Annotator(a_model, offline=True) as annotator:
        with pytest.raises(movenet.UsageError, match="offline"):
            annotator.run(url, tmp_path / "out")
        with pytest.raises(movenet.UsageError, match="offline"):
            next(annotator.video(url))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


def test_a_folder_of_a_store(
    annotate: Annotate, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)
    files = pytest.importorskip("s3fs").S3FileSystem(use_listings_cache=False)
    files.mkdir("photos")
    image = write_image(tmp_path / "a.jpg")
    clip = write_video(tmp_path / "b.mp4")
    for path, key in ((image, "day/a.jpg"), (image, "day/sub/a.jpg"), (clip, "day/b.mp4")):
        files.put_file(str(path), f"photos/{key}")
    assert annotate("s3://photos/day/", "-vv") == ExitCode.OK
    facts = account(tmp_path / "out")
    assert [each["source"] for each in facts["files"]] == ["a.jpg", "b.mp4", "sub/a.jpg"]
    assert facts["files"][0]["path"] == "s3://photos/day/a.jpg"
    files.pipe("photos/day/a.jpg", b"no image")
    assert annotate("s3://photos/day/") == ExitCode.PARTIAL
    assert account(tmp_path / "out")["inputs"] | {"total": 0, "ignored": 0} == {
        "total": 0,
        "done": 0,
        "kept": 2,
        "failed": 1,
        "ignored": 0,
    }
